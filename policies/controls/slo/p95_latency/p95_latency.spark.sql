-- Every declared route and every route seen, for one kind of request in the window: health checks are another kind.
-- Exact by counting (nearest rank): P95 <= limit holds when over * 20 <= requests. `unknown` bounds what could not be
-- measured: requests without route, kind, outcome or latency, and requests that were not observed at all.
-- For engines whose exact quantile is another: the nearest rank is found by counting up the latencies of a route.
with window_slots as (
    select *
    from request_slots
    where slot_us >= $window_start_us
        and slot_us < $window_end_us
        and list_contains($request_sources, source)
),
routes as (
    select route from unnest($routes) as declared(route)
    union
    select route
    from window_slots
    where route is not null
        and kind = $kind
),
measured as (
    select
        route,
        sum(measured)::bigint as requests,
        sum(failed)::bigint as failed
    from window_slots
    where kind = $kind
    group by route
),
slow as (
    select
        route,
        sum(over)::bigint as over
    from latency_slots
    where slot_us >= $window_start_us
        and slot_us < $window_end_us
        and list_contains($request_sources, source)
        and kind = $kind
        and limit_us = $latency_limit_us
    group by route
),
unmeasured as (
    select
        routes.route,
        coalesce(sum(window_slots.unmeasured), 0)::bigint as unmeasured
    from routes
    left join window_slots
        on (window_slots.route = routes.route or window_slots.route is null)
        and (window_slots.kind = $kind or window_slots.kind is null)
    group by routes.route
),
blocks as (
    select
        source,
        block_us,
        count(*) filter (where state not in ('known', 'uncounted')) as slots,
        sum(case
            when state in ('blind', 'silent', 'over') or (state = 'uncounted' and $observer_counts) then 10 * $capacity_per_second
        end) as by_capacity,
        max(missing) as by_count,
        bool_or(state in ('blind', 'silent', 'over') or (state = 'uncounted' and $observer_counts)) as unbounded_without_capacity,
        count(*) filter (where state = 'blind') as blind_slots,
        max(case when state <> 'blind' then slot_us + 10000000 end) as seen_until_us
    from request_observation
    where slot_us >= $window_start_us
        and slot_us < $window_end_us
        and list_contains($request_sources, source)
    group by source, block_us
),
observation as (
    select
        case
            when bool_or(unbounded_without_capacity) and $capacity_per_second is null then null
            else sum(coalesce(by_capacity, 0) + coalesce(by_count, 0))::bigint
        end as unobserved,
        coalesce(sum(slots), 0)::bigint as unknown_slots,
        coalesce(sum(blind_slots), 0)::bigint as blind_slots
    from blocks
),
watermarks as (
    select
        sources.source,
        max(blocks.seen_until_us) as watermark_us
    from unnest($request_sources) as sources(source)
    left join blocks
        on blocks.source = sources.source
    group by sources.source
),
watermark as (
    select
        case
            when count(*) = 0 or count(*) > count(watermark_us) then null
            else min(watermark_us)
        end as watermark_us
    from watermarks
),
latencies as (
    select
        route,
        latency_us,
        count(*) as requests
    from requests
    where epoch_us(event_time) >= $window_start_us
        and epoch_us(event_time) < least($window_end_us, $as_of_us)
        and list_contains($request_sources, source)
        and kind = $kind
        and outcome in ('ok', 'timeout')
        and latency_us >= 0
    group by route, latency_us
),
up_to as (
    select
        route,
        latency_us,
        sum(requests) over (partition by route order by latency_us) as requests,
        sum(requests) over (partition by route) as all_of_them
    from latencies
),
values_seen as (
    select
        route,
        min(latency_us) filter (where requests * 100 >= all_of_them * 95) as p95_us
    from up_to
    group by route
)
select
    $kind || '/' || routes.route as resource,
    routes.route,
    $kind as kind,
    $latency_limit_us as limit_us,
    coalesce(measured.requests, 0) as requests,
    coalesce(slow.over, 0) as over,
    coalesce(measured.failed, 0) as failed,
    unmeasured.unmeasured,
    observation.unobserved,
    unmeasured.unmeasured + observation.unobserved as unknown,
    observation.unknown_slots,
    observation.blind_slots,
    watermark.watermark_us,
    $window_end_us as window_end_us,
    values_seen.p95_us
from routes
left join measured on measured.route = routes.route
left join slow on slow.route = routes.route
left join unmeasured on unmeasured.route = routes.route
left join values_seen on values_seen.route = routes.route
cross join observation
cross join watermark
order by resource

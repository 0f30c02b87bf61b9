-- Every declared route and every route seen in the window, all kinds of request but health checks, pooled: misses over
-- lookups. Which requests bypass the cache is declared by the mapping of the log, and they are no lookups.
-- `unknown` bounds what may have been a lookup unseen: requests without route or cache result, and those not observed.
with window_slots as (
    select *
    from request_slots
    where slot_us >= $window_start_us
        and slot_us < $window_end_us
),
routes as (
    select route from unnest($routes) as declared(route)
    union
    select route
    from window_slots
    where route is not null
        and kind is distinct from 'health_check'
),
counted as (
    select
        routes.route,
        coalesce(sum(window_slots.hits + window_slots.misses) filter (where window_slots.route is not null), 0)::bigint as requests,
        coalesce(sum(window_slots.misses) filter (where window_slots.route is not null), 0)::bigint as errors,
        coalesce(sum(window_slots.unlooked + case when window_slots.route is null then window_slots.hits + window_slots.misses else 0 end), 0)::bigint as unmeasured
    from routes
    left join window_slots
        on window_slots.route = routes.route or window_slots.route is null
    group by routes.route
),
blocks as (
    select
        source,
        block_us,
        count(*) filter (where state in ('blind', 'silent', 'over') or (state = 'uncounted' and $observer_counts)) as unbounded_slots,
        count(*) filter (where state = 'blind') as blind_slots,
        coalesce(max(missing), 0) as missing,
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
            when sum(unbounded_slots) > 0 and $capacity_per_second is null then null
            else sum(missing + unbounded_slots * 10 * coalesce($capacity_per_second, 0))::bigint
        end as unobserved,
        coalesce(sum(blind_slots), 0)::bigint as blind_slots
    from blocks
),
watermarks as (
    select
        sources.source,
        max(blocks.seen_until_us) as watermark_us
    from unnest($request_sources) as sources(source)
    left join blocks on blocks.source = sources.source
    group by sources.source
),
watermark as (
    select
        case
            when count(*) = 0 or count(*) > count(watermark_us) then null
            else min(watermark_us)
        end as watermark_us
    from watermarks
)
select
    counted.route as resource,
    counted.requests,
    counted.errors,
    counted.unmeasured,
    observation.unobserved,
    counted.unmeasured + observation.unobserved as unknown,
    observation.blind_slots,
    watermark.watermark_us,
    $window_end_us as window_end_us
from counted
cross join observation
cross join watermark
order by resource

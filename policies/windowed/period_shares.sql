-- Every whole period of $period_seconds of the window and every route, declared or seen in it: events among requests.
-- $measure says which: `slow`, requests of $kind slower than $latency_limit_us; `errors`, errors and timeouts of all kinds
-- but health checks; `misses`, cache lookups that missed. unmeasured: what the log does not place. unknown: that, and what
-- was not observed; null where nothing bounds it. What an observer counted over two periods is missing in either.
with periods as (
    select n as position
    from unnest(generate_series(0, ($window_end_us - $window_start_us) // ($period_seconds::bigint * 1000000) - 1)) as numbered(n)
),
window_slots as (
    select
        *,
        (slot_us - $window_start_us) // ($period_seconds::bigint * 1000000) as position
    from request_slots
    where slot_us >= $window_start_us
        and slot_us < $window_end_us
        and list_contains($request_sources, source)
        and kind is distinct from 'health_check'
        and ($measure <> 'slow' or kind is null or kind = $kind)
),
routes as (
    select route from unnest($routes) as declared(route)
    union
    select route
    from window_slots
    where route is not null
),
counts as (
    select
        position,
        route,
        sum(case $measure when 'slow' then measured when 'errors' then answered else hits + misses end)::bigint as requests,
        sum(case $measure when 'errors' then errors when 'misses' then misses else 0 end)::bigint as events,
        sum(case $measure when 'slow' then unmeasured when 'errors' then unplaced else unlooked end)::bigint as unmeasured
    from window_slots
    group by position, route
),
slow as (
    select
        (slot_us - $window_start_us) // ($period_seconds::bigint * 1000000) as position,
        route,
        sum(over)::bigint as over
    from latency_slots
    where $measure = 'slow'
        and slot_us >= $window_start_us
        and slot_us < $window_end_us
        and list_contains($request_sources, source)
        and kind = $kind
        and limit_us = $latency_limit_us
    group by position, route
),
blocks as (
    select
        (slot_us - $window_start_us) // ($period_seconds::bigint * 1000000) as position,
        source,
        block_us,
        count(*) filter (where state in ('blind', 'silent', 'over') or (state = 'uncounted' and $observer_counts)) as unbounded_slots,
        coalesce(max(missing), 0) as missing
    from request_observation
    where slot_us >= $window_start_us
        and slot_us < $window_end_us
        and list_contains($request_sources, source)
    group by position, source, block_us
),
unobserved as (
    select
        position,
        case
            when sum(unbounded_slots) > 0 and $capacity_per_second is null then null
            else sum(missing + unbounded_slots * 10 * coalesce($capacity_per_second, 0))::bigint
        end as requests
    from blocks
    group by position
),
placeless as (
    select
        position,
        requests + unmeasured as requests
    from counts
    where route is null
)
select
    routes.route,
    periods.position,
    coalesce(counts.requests, 0) as requests,
    coalesce(counts.events, 0) + coalesce(slow.over, 0) as events,
    coalesce(counts.unmeasured, 0) + coalesce(placeless.requests, 0) as unmeasured,
    coalesce(counts.unmeasured, 0) + coalesce(placeless.requests, 0) + unobserved.requests as unknown
from periods
cross join routes
left join counts
    on counts.position = periods.position
    and counts.route = routes.route
left join slow
    on slow.position = periods.position
    and slow.route = routes.route
left join placeless on placeless.position = periods.position
left join unobserved on unobserved.position = periods.position

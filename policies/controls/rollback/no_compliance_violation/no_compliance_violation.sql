-- Every event of the audit logs in the window, whatever its operation came to; those of one log, type and route are one row
-- with their number. And each declared log (source/account/region), so that no violations are never a pass by
-- themselves. events: how many the log holds of the window. watermark_us: up to where an independent observer saw it.
with happened as (
    select
        source,
        event_type,
        coalesce(route, '(no route)') as route,
        count(*) as n
    from application_events
    where epoch_us(event_time) >= $window_start_us
        and epoch_us(event_time) < $window_end_us
        and epoch_us(event_time) < $as_of_us
    group by source, event_type, coalesce(route, '(no route)')
),
held as (
    select
        source,
        sum(n)::bigint as events
    from happened
    group by source
)
select
    concat('log ', feeds.cell) as resource,
    'log' as role,
    null::varchar as event_type,
    1 as n,
    coalesce(held.events, 0) as events,
    feeds.calls,
    feeds.calls_ok,
    feeds.watermark_us,
    $window_end_us as window_end_us
from unnest($cells) as declared(cell)
join feeds on feeds.cell = declared.cell
left join held on held.source = feeds.source
union all
select
    concat_ws(' ', source, event_type, route) as resource,
    'events' as role,
    event_type,
    n,
    n as events,
    0 as calls,
    0 as calls_ok,
    null::bigint as watermark_us,
    $window_end_us as window_end_us
from happened
order by role desc, resource

-- Every declared component, with the minutes of the window from the calendar. A minute is good (G) when a check found the
-- component healthy and none found it otherwise, bad (B) when one found it degraded or unhealthy, else unknown.
-- good_run: how many minutes in a row before the window's end are good. possible_run: how many are not bad.
with minutes as (
    select
        declared.component,
        numbered.n as position,
        $window_start_us + numbered.n * 60000000 as start_us
    from unnest($components) as declared(component)
    cross join unnest(generate_series(0, ($window_end_us - $window_start_us) // 60000000 - 1)) as numbered(n)
),
checks as (
    select
        component,
        (epoch_us(event_time) - $window_start_us) // 60000000 as position,
        count(*) filter (where status = 'healthy') as healthy,
        count(*) filter (where status in ('degraded', 'unhealthy')) as ill,
        count(*) as checks
    from health_checks
    where epoch_us(event_time) >= $window_start_us
        and epoch_us(event_time) < $window_end_us
        and epoch_us(event_time) < $as_of_us
        and list_contains($health_sources, source)
    group by component, (epoch_us(event_time) - $window_start_us) // 60000000
),
states as (
    select
        minutes.component,
        minutes.position,
        coalesce(checks.checks, 0) as checks,
        case
            when checks.ill > 0 then 'B'
            when checks.healthy > 0 and checks.healthy = checks.checks then 'G'
            else 'U'
        end as state
    from minutes
    left join checks
        on checks.component = minutes.component
        and checks.position = minutes.position
)
select
    component as resource,
    count(*) as minutes,
    sum(checks)::bigint as checks,
    count(*) - 1 - coalesce(max(position) filter (where state <> 'G'), -1) as good_run,
    count(*) - 1 - coalesce(max(position) filter (where state = 'B'), -1) as possible_run
from states
group by component
order by resource

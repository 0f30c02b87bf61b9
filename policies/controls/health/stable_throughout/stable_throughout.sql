-- Every declared component over the window: its checks by status, the longest time without one (from the window's start to
-- its end), and its restarts in the window; a restart of no declared component is a row of its own. starts .. held: whether the
-- deployment's log tells the whole phase, for a restart that is not told is no proof of none.
with checks as (
    select
        component,
        status,
        epoch_us(event_time) as checked_us
    from health_checks
    where list_contains($health_sources, source)
        and list_contains($components, component)
        and epoch_us(event_time) >= $window_start_us
        and epoch_us(event_time) < $window_end_us
        and epoch_us(event_time) < $as_of_us
),
instants as (
    select
        component,
        checked_us
    from checks
    union
    select
        component,
        $window_start_us as checked_us
    from unnest($components) as declared(component)
    union
    select
        component,
        $window_end_us as checked_us
    from unnest($components) as declared(component)
),
steps as (
    select
        component,
        checked_us - lag(checked_us) over (partition by component order by checked_us) as gap_us
    from instants
),
gaps as (
    select
        component,
        max(gap_us) as gap_us
    from steps
    group by component
),
counted as (
    select
        component,
        count(*) as checks,
        count(*) filter (where status = 'unhealthy') as unhealthy,
        count(*) filter (where status = 'unknown') as unknown
    from checks
    group by component
),
restarts as (
    select
        coalesce(component, 'undeclared') as component,
        count(*) as restarts
    from deployment_events
    where source = $log_source
        and kind = 'restart'
        and epoch_us(event_time) >= $window_start_us
        and epoch_us(event_time) < $window_end_us
        and epoch_us(event_time) < $as_of_us
    group by coalesce(component, 'undeclared')
),
population as (
    select component from unnest($components) as declared(component)
    union
    select component from restarts
)
select
    population.component as resource,
    coalesce(counted.checks, 0) as checks,
    coalesce(counted.unhealthy, 0) as unhealthy,
    coalesce(counted.unknown, 0) as unknown,
    gaps.gap_us,
    coalesce(restarts.restarts, 0) as restarts,
    coalesce(phase_records.starts, 0) as starts,
    phase_records.ended_us,
    phase_records.written,
    coalesce(phase_records.held, 0) as held
from population
left join counted on counted.component = population.component
left join gaps on gaps.component = population.component
left join restarts on restarts.component = population.component
left join phase_records
    on phase_records.phase = $phase
    and phase_records.source = $log_source
order by resource

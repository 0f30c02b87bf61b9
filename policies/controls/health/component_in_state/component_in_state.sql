-- Every declared component, and where others count every other one that was checked: its newest result before the window's
-- end, and of several at one instant the worst. age_us: how long before that end it was checked.
with checks as (
    select
        component,
        epoch_us(event_time) as checked_us,
        case status
            when 'unhealthy' then 3
            when 'degraded' then 2
            when 'unknown' then 1
            when 'healthy' then 0
        end as rank
    from health_checks
    where list_contains($health_sources, source)
        and epoch_us(event_time) < $window_end_us
        and epoch_us(event_time) < $as_of_us
),
newest as (
    select
        component,
        max(checked_us) as checked_us
    from checks
    group by component
),
states as (
    select
        newest.component,
        newest.checked_us,
        max(checks.rank) as rank
    from newest
    join checks
        on checks.component = newest.component
        and checks.checked_us = newest.checked_us
    group by newest.component, newest.checked_us
),
population as (
    select component from unnest($components) as declared(component)
    union
    select component
    from states
    where $others_count
)
select
    population.component as resource,
    case states.rank
        when 3 then 'unhealthy'
        when 2 then 'degraded'
        when 1 then 'unknown'
        when 0 then 'healthy'
    end as status,
    $window_end_us - states.checked_us as age_us
from population
left join states on states.component = population.component
order by resource

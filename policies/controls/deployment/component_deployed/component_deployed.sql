-- Every declared component, and where others count every other one that the log says was deployed in the window: its newest
-- deployment, the version that it stated (null where two of one instant differ), and what the log said of it later.
with declared as (
    select
        $components[n] as component,
        $versions[n] as target
    from unnest(generate_series(1, len($components))) as numbered(n)
),
events as (
    select
        component,
        kind,
        version,
        epoch_us(event_time) as time_us
    from deployment_events
    where source = $log_source
        and component is not null
        and kind in ('component_deployed', 'component_initialized', 'component_failed')
        and epoch_us(event_time) >= $window_start_us
        and epoch_us(event_time) < $window_end_us
        and epoch_us(event_time) < $as_of_us
),
newest as (
    select
        component,
        max(time_us) filter (where kind = 'component_deployed') as deployed_us,
        max(time_us) filter (where kind = 'component_initialized') as ready_us,
        max(time_us) filter (where kind = 'component_failed') as failed_us
    from events
    group by component
),
versions as (
    select
        newest.component,
        case when count(*) = count(events.version) and min(events.version) = max(events.version) then min(events.version) end as version
    from newest
    join events
        on events.component = newest.component
        and events.kind = 'component_deployed'
        and events.time_us = newest.deployed_us
    group by newest.component
),
population as (
    select
        component,
        target,
        true as declared
    from declared
    union all
    select
        newest.component,
        null::varchar as target,
        false as declared
    from newest
    left join declared on declared.component = newest.component
    where declared.component is null
        and newest.deployed_us is not null
        and $others_count
)
select
    population.component as resource,
    population.declared,
    population.target,
    versions.version,
    newest.deployed_us,
    newest.ready_us,
    newest.failed_us
from population
left join newest on newest.component = population.component
left join versions on versions.component = population.component
order by resource

-- Every phase that a deployment's log tells, by what is known at the as-of: how often it began and ended, when, and how many
-- records the log wrote in it by its own numbers (written: null while it runs, and where the log does not number) and how
-- many of those are here (held). Only where the two agree is a phase without errors more than a log without them.
with known as (
    select
        source,
        phase,
        kind,
        epoch_us(event_time) as time_us,
        position
    from deployment_events
    where epoch_us(event_time) < $as_of_us
),
bounds as (
    select
        source,
        phase,
        count(*) filter (where kind = 'phase_started') as starts,
        count(*) filter (where kind = 'phase_ended') as ends,
        min(time_us) filter (where kind = 'phase_started') as started_us,
        max(time_us) filter (where kind = 'phase_ended') as ended_us,
        min(position) filter (where kind = 'phase_started') as first_position,
        max(position) filter (where kind = 'phase_ended') as last_position
    from known
    where kind in ('phase_started', 'phase_ended')
    group by source, phase
),
counted as (
    select
        bounds.source,
        bounds.phase,
        count(distinct known.position) as held
    from bounds
    join known
        on known.source = bounds.source
        and known.position >= bounds.first_position
        and known.position <= bounds.last_position
    group by bounds.source, bounds.phase
)
select
    bounds.source,
    bounds.phase,
    bounds.starts,
    bounds.ends,
    bounds.started_us,
    bounds.ended_us,
    bounds.first_position,
    bounds.last_position,
    bounds.last_position - bounds.first_position + 1 as written,
    coalesce(counted.held, 0) as held
from bounds
left join counted
    on counted.source = bounds.source
    and counted.phase = bounds.phase
order by bounds.source, bounds.phase

-- The steps of the declared logs (source/account/region) before the as-of that are no rehearsal, or do not say, with the
-- instant at which the rollback of the window was triggered; without a trigger in the window's first slot there is none.
with logged as (
    select
        step,
        epoch_us(event_time) as time_us,
        exit_code,
        dry_run,
        reference_hi
    from rollback_steps
    where epoch_us(event_time) < $as_of_us
        and source in (select split_part(cell, '/', 1) from unnest($cells) as declared(cell))
),
triggers as (
    select min(time_us) as trigger_us
    from logged
    where step = 'triggered'
        and dry_run is distinct from true
        and time_us >= $window_start_us
        and time_us < $window_start_us + 10000000
)
select
    logged.step,
    logged.time_us,
    logged.exit_code,
    logged.dry_run,
    logged.reference_hi,
    triggers.trigger_us
from triggers
left join logged on logged.dry_run is distinct from true

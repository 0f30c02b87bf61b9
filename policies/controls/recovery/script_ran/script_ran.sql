-- One row: the runs of the rollback script in the window, after the trigger that begins it. A rehearsal is no run.
-- started_us: the first run that says it is none. finished_us, failed, unsaid_exits: the last end of a run, and how many
-- of those at that instant ended otherwise than with 0, or do not say how. unclear: runs that do not say whether they are
-- rehearsals.
with script as (
    select
        step,
        time_us,
        exit_code,
        dry_run,
        trigger_us
    from real_rollback_steps
    where time_us >= trigger_us
        and time_us < $window_end_us
        and step in ('script_started', 'script_finished')
),
trigger as (
    select min(trigger_us) as trigger_us
    from real_rollback_steps
),
started as (
    select
        min(time_us) filter (where step = 'script_started' and not dry_run) as started_us,
        count(*) filter (where dry_run is null) as unclear
    from script
),
finished as (
    select max(script.time_us) as finished_us
    from script
    join started on script.time_us >= started.started_us
    where script.step = 'script_finished'
        and not script.dry_run
),
ended as (
    select
        count(*) filter (where script.exit_code <> 0) as failed,
        count(*) filter (where script.exit_code is null) as unsaid_exits,
        max(abs(script.exit_code)) as exit_code
    from script
    join finished on finished.finished_us = script.time_us
    where script.step = 'script_finished'
        and not script.dry_run
)
select
    'rollback script' as resource,
    trigger.trigger_us,
    started.started_us,
    started.unclear,
    finished.finished_us,
    ended.failed,
    ended.unsaid_exits,
    ended.exit_code
from trigger
cross join started
cross join finished
cross join ended
order by resource

-- Every declared step of the rollback that the window begins with: when it was first done after the trigger, in
-- microseconds after it; a script is done when it ended with 0. unclear: steps that do not say whether they were
-- rehearsed. referenced: those that name a notice.
with done as (
    select
        step,
        time_us - trigger_us as after_us,
        dry_run,
        reference_hi
    from real_rollback_steps
    where time_us >= trigger_us
        and time_us < $window_end_us
        and (step <> 'script_finished' or exit_code = 0)
),
trigger as (
    select min(trigger_us) as trigger_us
    from real_rollback_steps
)
select
    declared.step as resource,
    $limit_seconds as limit_seconds,
    min(trigger.trigger_us) as trigger_us,
    min(done.after_us) filter (where not done.dry_run and (done.reference_hi is not null or not $needs_reference)) as after_us,
    count(done.step) filter (where not done.dry_run) as done,
    count(done.step) filter (where done.dry_run is null) as unclear
from unnest($steps) as declared(step)
cross join trigger
left join done on done.step = declared.step
group by declared.step
order by resource

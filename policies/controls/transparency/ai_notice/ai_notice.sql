-- Every declared flag that shows people the notice that they deal with an AI system: how its document states it, and the steps
-- of the window that took it away from somebody (off_steps) or did so perhaps (unclear_steps, and the steps on the way).
with steps as (
    select
        flag,
        count(*) filter (where step = 'off') as off_steps,
        count(*) filter (where step in ('unclear', 'begun')) as unclear_steps,
        count(*) filter (where step = 'on') as on_steps
    from flag_steps
    where step_us >= $window_start_us
        and step_us < $window_end_us
    group by flag
)
select
    flag_readings.flag as resource,
    flag_readings.documents,
    flag_readings.enabled,
    flag_readings.changed_later,
    coalesce(steps.off_steps, 0) as off_steps,
    coalesce(steps.unclear_steps, 0) as unclear_steps,
    coalesce(steps.on_steps, 0) as on_steps
from flag_readings
left join steps on steps.flag = flag_readings.flag
order by resource

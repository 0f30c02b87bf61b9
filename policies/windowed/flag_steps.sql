-- Every step of a change of the declared flags that is known at the as-of, by what it does to the flag. on: the rollout has
-- reached everybody; a call that asks for it, or 99 % of it, is not yet on. off: it is being switched off, or was taken
-- back. unclear: the change sets no one value for everybody. begun: a step on the way.
select
    flag,
    epoch_us(event_time) as step_us,
    rollout_percent,
    kind,
    case
        when enabled and kind = 'completed' and coalesce(rollout_percent, 100) = 100 then 'on'
        when enabled and kind = 'changed' and rollout_percent = 100 then 'on'
        when enabled = false or (enabled is null and kind = 'rolled_back') then 'off'
        when enabled is null then 'unclear'
        else 'begun'
    end as step
from flag_changes
where epoch_us(event_time) < $as_of_us
    and list_contains($change_sources, source)
    and list_contains($flags, flag)

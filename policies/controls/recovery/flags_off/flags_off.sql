-- Every declared flag: what its last change before the window's end made of it, and whether anything before the as-of put
-- it on again. A rollout to off counts when it has ended, one to on when it begins. A document of flags counts by the
-- instant of its last change, as one more change; one without such an instant, or changed after the as-of, says nothing of then.
-- off, unsure: of the changes at that last instant, those to off, and those that do not say.
with changes as (
    select
        flag,
        enabled,
        epoch_us(event_time) as time_us
    from flag_changes
    where epoch_us(event_time) < $as_of_us
        and (kind <> 'deployed' or enabled is distinct from false)
    union all
    select
        flag,
        enabled,
        epoch_us(updated_at) as time_us
    from flags
    where variant is null
        and epoch_us(updated_at) < $as_of_us
),
last_change as (
    select
        flag,
        max(time_us) as time_us
    from changes
    where time_us < $window_end_us
    group by flag
),
states as (
    select
        changes.flag,
        count(*) as changes,
        count(*) filter (where changes.enabled = false) as off,
        count(*) filter (where changes.enabled is null) as unsure
    from changes
    join last_change
        on last_change.flag = changes.flag
        and last_change.time_us = changes.time_us
    group by changes.flag
),
later as (
    select
        flag,
        count(*) filter (where enabled) as on_again,
        count(*) filter (where enabled is null) as unsure
    from changes
    where time_us >= $window_end_us
    group by flag
)
select
    declared.flag as resource,
    coalesce(states.changes, 0) as changes,
    coalesce(states.off, 0) as off,
    coalesce(states.unsure, 0) + coalesce(later.unsure, 0) as unsure,
    coalesce(later.on_again, 0) as on_again,
    last_change.time_us as changed_us
from unnest($flags) as declared(flag)
left join states on states.flag = declared.flag
left join later on later.flag = declared.flag
left join last_change on last_change.flag = declared.flag
order by resource

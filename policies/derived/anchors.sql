-- The instants that windows are anchored at and that data tells; an anchor that is not known at the as-of has no row.
-- rollback_start: when the rollback log says that a rollback was triggered, the first time; a rehearsal is none, and
-- neither is one in staging.
select
    'rollback_start' as anchor,
    min(epoch_us(event_time)) as at_us
from rollback_steps
where step = 'triggered'
    and dry_run is distinct from true
    and environment <> 'staging'
    and epoch_us(event_time) < $as_of_us
having count(*) > 0
order by anchor

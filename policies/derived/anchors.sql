-- The instants that windows start from and are counted to, as far as they are known at the as-of: the start and the end of
-- each phase, and of the whole deployment; from when until when staging was observed; and rollback_start: when a log of
-- rollbacks first says that one was triggered, for a rehearsal is none, nor is one in staging. A phase that the log tells
-- twice has no instant that can be relied on.
-- This table is computed before any window is known: it may use the as-of alone.
with told as (
    select
        phase,
        min(epoch_us(started_at)) as started_us,
        min(epoch_us(ended_at)) as ended_us,
        count(*) as times
    from phases
    where epoch_us(started_at) <= $as_of_us
    group by phase
),
known as (
    select
        phase,
        started_us,
        case when ended_us <= $as_of_us then ended_us end as ended_us
    from told
    where times = 1
)
select
    concat(phase, '_start') as anchor,
    started_us as at_us
from known
union all
select
    concat(phase, '_end') as anchor,
    ended_us as at_us
from known
where ended_us is not null
union all
select
    'deployment_start' as anchor,
    started_us as at_us
from known
where phase = 'phase_1'
union all
select
    'deployment_end' as anchor,
    ended_us as at_us
from known
where phase = 'phase_7'
    and ended_us is not null
union all
select
    'staging_start' as anchor,
    epoch_us(min(start_time)) as at_us
from heartbeats
where environment = 'staging'
    and epoch_us(end_time) <= $as_of_us
having count(*) > 0
union all
select
    'staging_end' as anchor,
    epoch_us(max(end_time)) as at_us
from heartbeats
where environment = 'staging'
    and epoch_us(end_time) <= $as_of_us
having count(*) > 0
union all
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

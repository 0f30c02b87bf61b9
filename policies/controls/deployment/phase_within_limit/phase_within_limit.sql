-- The phase, as the log tells it, whether it began or not; ended_us is null while it runs at the as-of. position: its place in
-- the declared order. predecessors: phases before it in that order; done: of these, told once and ended by the time that
-- it began; overlapping: told, but still running then, or begun later. A phase of flags ends when the last of them is
-- activated, whatever the log says: each is then monitored for a time of its own, and five times 120 s leave no slack.
with told as (
    select
        phase,
        count(*) as times,
        min(epoch_us(started_at)) as started_us,
        case when count(*) = count(ended_at) then max(epoch_us(ended_at)) end as last_ended_us
    from phases
    where source = $log_source
        and epoch_us(started_at) < $as_of_us
    group by phase
),
known as (
    select
        phase,
        times,
        started_us,
        case when last_ended_us <= $as_of_us then last_ended_us end as ended_us
    from told
),
places as (
    select
        n as position,
        $order[n] as phase
    from unnest(generate_series(1, len($order))) as numbered(n)
),
asked as (
    select
        declared.phase,
        places.position,
        known.times,
        known.started_us,
        known.ended_us
    from (select $phase as phase) as declared
    left join places on places.phase = declared.phase
    left join known on known.phase = declared.phase
),
activations as (
    select
        flag_steps.flag,
        min(flag_steps.step_us) as activated_us
    from asked
    join flag_steps
        on flag_steps.step = 'on'
        and flag_steps.step_us >= asked.started_us
    group by flag_steps.flag
),
activated as (
    select case when count(*) = len($flags) then max(activated_us) end as last_us
    from activations
)
select
    asked.phase as resource,
    min(asked.position) as position,
    coalesce(min(asked.times), 0) as times,
    min(asked.started_us) as started_us,
    coalesce(min(activated.last_us), min(asked.ended_us)) as ended_us,
    count(earlier.phase) as predecessors,
    count(*) filter (where known.times = 1 and known.ended_us <= asked.started_us) as done,
    count(*) filter (
        where earlier.phase is not null
            and known.times is not null
            and (known.started_us > asked.started_us or known.ended_us is null or known.ended_us > asked.started_us)
    ) as overlapping,
    $limit_seconds as limit_seconds,
    $as_of_us as as_of_us
from asked
cross join activated
left join places as earlier on earlier.position < asked.position
left join known on known.phase = earlier.phase
group by asked.phase
order by resource

-- The instants that windows and decisions hang on, as far as they are known at the as-of: when each phase began and ended
-- (ended only when all that is known of it has), the beginning of the first and the end of the last.
with known as (
    select
        phase,
        min(epoch_us(started_at)) as start_us,
        case when count(ended_at) = count(*) then max(epoch_us(ended_at)) end as end_us
    from phases
    where epoch_us(started_at) <= $as_of_us
    group by phase
),
instants as (
    select
        concat(phase, '_start') as anchor,
        start_us as at_us
    from known
    union all
    select
        concat(phase, '_end') as anchor,
        end_us as at_us
    from known
    union all
    select
        'deployment_start' as anchor,
        start_us as at_us
    from known
    where phase = 'phase_1'
    union all
    select
        'deployment_end' as anchor,
        end_us as at_us
    from known
    where phase = 'phase_7'
)
select
    anchor,
    at_us
from instants
where at_us <= $as_of_us
order by anchor

-- When a rollback trigger was first certain by the requests of the window, and when the declared logs say that the
-- rollback was triggered: the window's last slot. One row for each trigger that requests decide (errors, failures, and
-- latency of each kind), whether it was certain or not, and one for the log itself.
-- certain_us: end of the first minute with which the trigger was certain, at any of six shifts; null if it never was. A
-- lone minute of failures counts only when all of at least five requests failed: certain without a test. early_us: the
-- first step of a rollback that the log holds before the trigger that it states.
with logged as (
    select
        step,
        epoch_us(event_time) as time_us
    from rollback_steps
    where epoch_us(event_time) >= $window_start_us
        and epoch_us(event_time) < $window_end_us
        and epoch_us(event_time) < $as_of_us
        and dry_run is distinct from true
        and step <> 'opened'
        and source in (select split_part(cell, '/', 1) from unnest($cells) as declared(cell))
),
stated as (
    select
        min(time_us) filter (where step = 'triggered') as trigger_us,
        min(time_us) filter (where step <> 'triggered') as first_step_us
    from logged
),
error_states as (
    select
        shift,
        position,
        start_us,
        requests,
        errors,
        unknown,
        coalesce(errors * 2 > requests + unknown, false) as most_failed,
        coalesce(
            requests > 0
            and errors * 1000000 > $limit_ppm * (requests + unknown)
            and (requests >= $min_samples or (requests >= 5 and errors * 2 > requests + unknown)),
            false
        ) as bad
    from bounded_minutes
),
error_islands as (
    select
        shift,
        position,
        start_us,
        bad,
        count(*) filter (where not bad) over (partition by shift order by position) as run
    from error_states
),
error_runs as (
    select
        start_us,
        bad,
        row_number() over (partition by shift, run, bad order by position) as length
    from error_islands
),
failures as (
    select
        start_us,
        requests,
        errors,
        unknown,
        case
            when most_failed and lag(most_failed) over (partition by shift order by position)
                then requests + lag(requests) over (partition by shift order by position)
        end as pair_requests
    from error_states
),
latency_states as (
    select
        kind,
        shift,
        position,
        start_us,
        coalesce(requests > 0 and over * 20 > requests + unknown, false) as bad
    from bounded_latency_minutes
),
latency_islands as (
    select
        kind,
        shift,
        position,
        start_us,
        bad,
        count(*) filter (where not bad) over (partition by kind, shift order by position) as run
    from latency_states
),
latency_runs as (
    select
        kind,
        start_us,
        bad,
        row_number() over (partition by kind, shift, run, bad order by position) as length
    from latency_islands
),
slow as (
    select
        kind,
        min(start_us) filter (where bad and length = $sustained_minutes) + 60000000 as certain_us
    from latency_runs
    group by kind
),
found as (
    select
        'errors' as resource,
        min(start_us) filter (where bad and length = $sustained_error_minutes) + 60000000 as certain_us
    from error_runs
    union all
    select
        'failures' as resource,
        min(start_us) filter (where pair_requests >= 20 or (requests >= 5 and errors = requests and unknown = 0)) + 60000000 as certain_us
    from failures
    union all
    select
        'latency of ' || declared.kind as resource,
        slow.certain_us
    from unnest($kinds) as declared(kind)
    left join slow on slow.kind = declared.kind
    union all
    select
        'log' as resource,
        case when stated.first_step_us < stated.trigger_us then stated.first_step_us end as certain_us
    from stated
)
select
    found.resource,
    found.certain_us,
    stated.trigger_us,
    stated.trigger_us - found.certain_us as delay_us,
    request_watermark.watermark_us,
    $window_end_us as window_end_us
from found
cross join stated
cross join request_watermark
order by resource

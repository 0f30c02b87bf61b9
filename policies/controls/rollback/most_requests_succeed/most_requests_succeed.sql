-- Every minute of the window at each of its six shifts (0, 10 .. 50 s), all requests but health checks, all routes
-- together. Minutes in which most requests cannot have failed, whatever was not measured, are one row; the others are a
-- row for each (requests, errors, unknown, and whether the minute before was bad too), with how many minutes are alike.
-- pair_requests: requests of this and the minute before, when in both more than half failed whatever was not measured.
with minutes as (
    select
        (outcome_minutes.start_us - $window_start_us) // 10000000 % 6 as shift,
        outcome_minutes.start_us,
        outcome_minutes.requests,
        outcome_minutes.errors,
        outcome_minutes.unplaced
    from outcome_minutes
    where outcome_minutes.start_us >= $window_start_us
        and outcome_minutes.start_us + 60000000 <= $window_end_us
),
unobserved as (
    select
        start_us,
        sum(missing)::bigint as missing,
        sum(unbounded_slots + case when $observer_counts then uncounted_slots else 0 end)::bigint as slots
    from minute_observation
    where list_contains($request_sources, source)
    group by start_us
),
bounded as (
    select
        minutes.shift,
        minutes.start_us,
        minutes.requests,
        minutes.errors,
        case
            when unobserved.slots is null or (unobserved.slots > 0 and $capacity_per_second is null) then null
            else minutes.unplaced + unobserved.missing + unobserved.slots * 10 * coalesce($capacity_per_second, 0)
        end as unknown
    from minutes
    left join unobserved on unobserved.start_us = minutes.start_us
),
judged as (
    select
        *,
        coalesce(errors * 2 > requests + unknown, false) as bad,
        coalesce((errors + unknown) * 2 <= requests + unknown, false) as good
    from bounded
),
paired as (
    select
        *,
        case
            when bad and lag(bad) over (partition by shift order by start_us) then requests + lag(requests) over (partition by shift order by start_us)
        end as pair_requests
    from judged
),
total as (
    select coalesce(sum(requests) filter (where shift = 0), 0)::bigint as requests
    from judged
),
seen as (
    select
        sources.source,
        max(case when request_observation.state <> 'blind' then request_observation.slot_us + 10000000 end) as watermark_us
    from unnest($request_sources) as sources(source)
    left join request_observation
        on request_observation.source = sources.source
        and request_observation.slot_us >= $window_start_us
        and request_observation.slot_us < $window_end_us
    group by sources.source
),
watermark as (
    select
        case
            when count(*) = 0 or count(*) > count(watermark_us) then null
            else min(watermark_us)
        end as watermark_us
    from seen
),
alike as (
    select
        'minutes in which most succeeded' as resource,
        true as good,
        max(requests) as requests,
        max(errors) as errors,
        0 as unknown,
        0 as pair_requests,
        count(*) as n,
        min(start_us) as first_us
    from paired
    where good
    having count(*) > 0
    union all
    select
        concat_ws(' ', 'minutes with', errors, 'of', requests, 'failed,', coalesce(unknown::varchar, 'unbounded'), 'unknown,', coalesce(pair_requests, 0), 'in a bad pair') as resource,
        false as good,
        requests,
        errors,
        unknown,
        coalesce(pair_requests, 0) as pair_requests,
        count(*) as n,
        min(start_us) as first_us
    from paired
    where not good
    group by requests, errors, unknown, coalesce(pair_requests, 0)
)
select
    alike.resource,
    alike.good,
    alike.requests,
    alike.errors,
    alike.unknown,
    alike.pair_requests,
    alike.n,
    alike.first_us,
    total.requests as window_requests,
    watermark.watermark_us,
    $window_end_us as window_end_us
from alike
cross join total
cross join watermark
order by resource

-- Every whole minute of the window at each of its six shifts (0, 10 .. 50 s), all routes together: the requests in it that
-- are no health checks, and at most how many of those that are unknown failed: without an outcome, or not here. unknown is
-- null where nothing bounds it. position: which minute of its shift.
with minutes as (
    select
        (start_us - $window_start_us) // 10000000 % 6 as shift,
        (start_us - $window_start_us) // 60000000 as position,
        start_us,
        sum(requests)::bigint as requests,
        sum(errors)::bigint as errors,
        sum(unplaced)::bigint as unplaced
    from outcome_minutes
    where start_us >= $window_start_us
        and start_us + 60000000 <= $window_end_us
        and list_contains($request_sources, source)
    group by start_us
),
unobserved as (
    select
        start_us,
        sum(missing)::bigint as missing,
        sum(unbounded_slots + case when $observer_counts then uncounted_slots else 0 end)::bigint as slots
    from minute_observation
    where list_contains($request_sources, source)
    group by start_us
)
select
    minutes.shift,
    minutes.position,
    minutes.start_us,
    minutes.requests,
    minutes.errors,
    case
        when unobserved.slots is null or (unobserved.slots > 0 and $capacity_per_second is null) then null
        else minutes.unplaced + unobserved.missing + unobserved.slots * 10 * coalesce($capacity_per_second, 0)
    end as unknown
from minutes
left join unobserved on unobserved.start_us = minutes.start_us

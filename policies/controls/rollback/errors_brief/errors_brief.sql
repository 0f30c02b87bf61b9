-- All requests but health checks, all routes together: their runs of minutes with too many errors. The minutes of the
-- window come from the calendar and are taken at six shifts (0, 10 .. 50 s), so a breach that straddles minutes is whole.
-- A minute is bad (B) when its error rate is over the limit whatever was not measured, and its sample is large enough or
-- most of at least five requests failed; good (G) when within the limit whatever was not measured; else unknown.
-- longest_bad: longest run of B. longest_possible: longest run without a G.
with minutes as (
    select
        (outcome_minutes.start_us - $window_start_us) // 10000000 % 6 as shift,
        (outcome_minutes.start_us - $window_start_us) // 60000000 as position,
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
),
states as (
    select
        shift,
        position,
        start_us,
        requests,
        case
            when unknown is null or requests = 0 then 'U'
            when errors * 1000000 > $limit_ppm * (requests + unknown) and (requests >= $min_samples or (requests >= 5 and errors * 2 > requests + unknown)) then 'B'
            when (errors + unknown) * 1000000 <= $limit_ppm * (requests + unknown) then 'G'
            else 'U'
        end as state
    from bounded
),
islands as (
    select
        shift,
        position,
        start_us,
        state,
        count(*) filter (where state <> 'B') over (partition by shift order by position) as bad_run,
        count(*) filter (where state = 'G') over (partition by shift order by position) as possible_run
    from states
),
bad_runs as (
    select
        shift,
        bad_run,
        count(*) as minutes,
        min(start_us) as start_us
    from islands
    where state = 'B'
    group by shift, bad_run
),
possible_runs as (
    select
        shift,
        possible_run,
        count(*) as minutes
    from islands
    where state <> 'G'
    group by shift, possible_run
),
totals as (
    select
        count(*) filter (where shift = 0) as minutes,
        count(*) filter (where shift = 0 and state = 'U') as unknown_minutes,
        coalesce(sum(requests) filter (where shift = 0), 0)::bigint as requests
    from states
),
worst as (
    select coalesce(max(minutes), 0) as minutes
    from bad_runs
),
began as (
    select min(bad_runs.start_us) as bad_since_us
    from bad_runs
    join worst on worst.minutes = bad_runs.minutes
),
possible as (
    select coalesce(max(minutes), 0) as minutes
    from possible_runs
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
)
select
    'requests' as resource,
    $limit_ppm as limit_ppm,
    totals.requests,
    totals.minutes,
    totals.unknown_minutes,
    worst.minutes as longest_bad,
    possible.minutes as longest_possible,
    began.bad_since_us,
    watermark.watermark_us,
    $window_end_us as window_end_us
from totals
cross join worst
cross join began
cross join possible
cross join watermark
order by resource

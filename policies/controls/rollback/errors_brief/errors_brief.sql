-- All requests but health checks, all routes together: their runs of minutes with too many errors. The minutes of the
-- window come from the calendar and are taken at six shifts (0, 10 .. 50 s), so a breach that straddles minutes is whole.
-- A minute is bad (B) when its error rate is over the limit whatever was not measured, and its sample is large enough or
-- most of at least five requests failed; good (G) when within the limit whatever was not measured; else unknown.
-- longest_bad: longest run of B. longest_possible: longest run without a G.
with states as (
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
    from bounded_minutes
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
    request_watermark.watermark_us,
    $window_end_us as window_end_us
from totals
cross join worst
cross join began
cross join possible
cross join request_watermark
order by resource

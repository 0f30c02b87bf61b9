-- Every declared kind of request, all routes together: its runs of bad minutes. The minutes of the window come from the
-- calendar and are taken at six shifts (0, 10 .. 50 s), so a breach that straddles minutes is still whole.
-- A minute is bad (B) when its P95 is over the limit whatever was not measured, good (G) when it is within the limit
-- whatever was not measured, else unknown. longest_bad: longest run of B. longest_possible: longest run without a G.
with states as (
    select
        shift,
        kind,
        position,
        start_us,
        requests,
        case
            when unknown is null or requests = 0 then 'U'
            when over * 20 > requests + unknown then 'B'
            when (over + unknown) * 20 <= requests + unknown then 'G'
            else 'U'
        end as state
    from bounded_latency_minutes
),
islands as (
    select
        shift,
        kind,
        start_us,
        state,
        count(*) filter (where state <> 'B') over (partition by shift, kind order by position) as bad_run,
        count(*) filter (where state = 'G') over (partition by shift, kind order by position) as possible_run
    from states
),
bad_runs as (
    select
        shift,
        kind,
        bad_run,
        count(*) as minutes,
        min(start_us) as start_us
    from islands
    where state = 'B'
    group by shift, kind, bad_run
),
possible_runs as (
    select
        shift,
        kind,
        possible_run,
        count(*) as minutes
    from islands
    where state <> 'G'
    group by shift, kind, possible_run
),
worst as (
    select
        kind,
        max(minutes) as minutes
    from bad_runs
    group by kind
),
began as (
    select
        bad_runs.kind,
        min(bad_runs.start_us) as bad_since_us
    from bad_runs
    join worst
        on worst.kind = bad_runs.kind
        and worst.minutes = bad_runs.minutes
    group by bad_runs.kind
),
possible as (
    select
        kind,
        max(minutes) as minutes
    from possible_runs
    group by kind
),
totals as (
    select
        kind,
        count(*) filter (where shift = 0) as minutes,
        count(*) filter (where shift = 0 and state = 'U') as unknown_minutes,
        coalesce(sum(requests) filter (where shift = 0), 0)::bigint as requests
    from states
    group by kind
)
select
    totals.kind as resource,
    $latency_limit_us as limit_us,
    totals.requests,
    totals.minutes,
    totals.unknown_minutes,
    coalesce(worst.minutes, 0) as longest_bad,
    coalesce(possible.minutes, 0) as longest_possible,
    began.bad_since_us,
    request_watermark.watermark_us,
    $window_end_us as window_end_us
from totals
left join worst on worst.kind = totals.kind
left join began on began.kind = totals.kind
left join possible on possible.kind = totals.kind
cross join request_watermark
order by resource

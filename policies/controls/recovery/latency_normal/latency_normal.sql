-- Every declared kind of request, all routes together: over the window, its measured requests and those over the limit, and
-- how many minutes in a row before the window's end have P95 within the limit. A minute is bad (B) when its P95 is over
-- the limit whatever was not measured, good (G) when within the limit whatever was not measured, else unknown.
-- good_run: minutes before the end that are good. possible_run: those that are not bad. unknown: the bounds of the
-- minutes added up, which is never less than that of the window; null where nothing bounds one of them.
with minutes as (
    select
        kind,
        position,
        requests,
        over,
        unknown,
        case
            when unknown is null or requests = 0 then 'U'
            when over * 20 > requests + unknown then 'B'
            when (over + unknown) * 20 <= requests + unknown then 'G'
            else 'U'
        end as state
    from bounded_latency_minutes
    where shift = 0
),
counted as (
    select
        kind,
        count(*) as minutes,
        sum(requests)::bigint as requests,
        sum(over)::bigint as over,
        case when count(*) = count(unknown) then sum(unknown)::bigint end as unknown,
        count(*) - 1 - coalesce(max(position) filter (where state <> 'G'), -1) as good_run,
        count(*) - 1 - coalesce(max(position) filter (where state = 'B'), -1) as possible_run
    from minutes
    group by kind
)
select
    counted.kind as resource,
    $latency_limit_us as limit_us,
    counted.minutes,
    counted.requests,
    counted.over,
    counted.unknown,
    counted.good_run,
    counted.possible_run,
    request_watermark.watermark_us,
    $window_end_us as window_end_us
from counted
cross join request_watermark
order by resource

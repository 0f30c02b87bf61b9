-- All requests of the window but health checks, all routes together: those that failed, and how many minutes in a row
-- before the window's end have an error rate within the limit. A minute is bad (B) when its rate is over the limit whatever was not
-- measured, good (G) when within the limit whatever was not measured, else unknown.
-- good_run: minutes before the end that are good. possible_run: those that are not bad. unknown: the bounds of the
-- minutes added up, which is never less than that of the window; null where nothing bounds one of them.
with minutes as (
    select
        position,
        requests,
        errors,
        unknown,
        case
            when unknown is null or requests = 0 then 'U'
            when errors * 1000000 > $limit_ppm * (requests + unknown) then 'B'
            when (errors + unknown) * 1000000 <= $limit_ppm * (requests + unknown) then 'G'
            else 'U'
        end as state
    from bounded_minutes
    where shift = 0
),
counted as (
    select
        count(*) as minutes,
        coalesce(sum(requests), 0)::bigint as requests,
        coalesce(sum(errors), 0)::bigint as errors,
        case when count(*) = count(unknown) then coalesce(sum(unknown), 0)::bigint end as unknown,
        count(*) - 1 - coalesce(max(position) filter (where state <> 'G'), -1) as good_run,
        count(*) - 1 - coalesce(max(position) filter (where state = 'B'), -1) as possible_run
    from minutes
)
select
    'requests' as resource,
    $limit_ppm as limit_ppm,
    counted.minutes,
    counted.requests,
    counted.errors,
    counted.unknown,
    counted.good_run,
    counted.possible_run,
    request_watermark.watermark_us,
    $window_end_us as window_end_us
from counted
cross join request_watermark
order by resource

-- Every minute of the window at each of its six shifts (0, 10 .. 50 s), all requests but health checks, all routes
-- together. Minutes in which most requests cannot have failed, whatever was not measured, are one row; the others are a
-- row for each (requests, errors, unknown, and whether the minute before was bad too), with how many minutes are alike.
-- pair_requests: requests of this and the minute before, when in both more than half failed whatever was not measured.
with judged as (
    select
        *,
        coalesce(errors * 2 > requests + unknown, false) as bad,
        coalesce((errors + unknown) * 2 <= requests + unknown, false) as good
    from bounded_minutes
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
    request_watermark.watermark_us,
    $window_end_us as window_end_us
from alike
cross join total
cross join request_watermark
order by resource

-- Every route, declared or seen: in how many periods of the window (hours, or shorter) the share of events is over the
-- limit or within it, whatever is unknown was. A period of too few requests is neither. series: [events, requests,
-- unknown] of each period in order of time.
with judged as (
    select
        *,
        requests >= $min_samples and requests > 0 as enough,
        requests >= $min_samples and requests > 0 and events::hugeint * 1000000 > $limit_ppm::hugeint * (requests + unknown) as over,
        requests >= $min_samples and requests > 0 and (events + unknown)::hugeint * 1000000 <= $limit_ppm::hugeint * (requests + unknown) as within
    from period_shares
)
select
    case when $measure = 'slow' then concat($kind, '/', judged.route) else judged.route end as resource,
    $limit_ppm as limit_ppm,
    ($window_end_us - $window_start_us) % ($period_seconds::bigint * 1000000) as rest_us,
    count(*) as periods,
    count(*) filter (where judged.over) as periods_over,
    count(*) filter (where judged.within) as periods_within,
    count(*) filter (where not judged.enough) as periods_few,
    sum(judged.requests)::bigint as requests,
    sum(judged.unmeasured)::bigint as unmeasured,
    max(judged.events * 1000000 // nullif(judged.requests, 0)) as worst_ppm,
    list(list_value(judged.events, judged.requests, judged.unknown) order by judged.position) as series,
    min(request_watermark.watermark_us) as watermark_us,
    $window_end_us as window_end_us
from judged
cross join request_watermark
group by judged.route
order by resource

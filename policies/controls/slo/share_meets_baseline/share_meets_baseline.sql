-- Every route, declared or seen: events among requests of the window (see windowed/period_shares.sql), and of the same
-- route in the baseline, whose `completed` are the requests that were no events. within, over: whether the share is at
-- most the margin over the baseline's, whatever is unknown was; compared as integers, in millionths.
with now_shares as (
    select
        route,
        sum(requests)::bigint as requests,
        sum(events)::bigint as events,
        sum(unmeasured)::bigint as unmeasured,
        sum(unmeasured)::bigint + min(request_bounds.unobserved) as unknown
    from period_shares
    cross join request_bounds
    group by route
),
then_shares as (
    select
        stratum,
        sum(offered)::bigint as requests,
        sum(offered - completed)::bigint as events
    from baselines
    where metric = $metric
        and list_contains($baseline_sources, source)
        and epoch_us(period_end) <= $window_start_us
    group by stratum
),
kept as (
    select count(*) as records
    from baselines
    where list_contains($baseline_sources, source)
),
recorded as (
    select coalesce(sum(records - duplicates), 0)::bigint as records
    from coverage
    where list_contains($baseline_sources, source)
        and call = 'read_files'
        and status = 'ok'
),
named as (
    select
        *,
        case when $measure = 'slow' then concat($kind, '/', route) else route end as resource
    from now_shares
)
select
    named.resource,
    ($window_end_us - $window_start_us) % ($period_seconds::bigint * 1000000) as rest_us,
    $margin_ppm as margin_ppm,
    named.requests,
    named.events,
    named.unmeasured,
    named.unknown,
    coalesce(then_shares.requests, 0) as baseline_requests,
    coalesce(then_shares.events, 0) as baseline_events,
    kept.records as baseline_kept,
    recorded.records as baseline_recorded,
    (named.events + named.unknown)::hugeint * 1000000 * then_shares.requests
    <= (then_shares.events::hugeint * 1000000 + $margin_ppm::hugeint * then_shares.requests) * (named.requests + named.unknown) as within,
    named.events::hugeint * 1000000 * then_shares.requests
    > (then_shares.events::hugeint * 1000000 + $margin_ppm::hugeint * then_shares.requests) * (named.requests + named.unknown) as over,
    request_watermark.watermark_us,
    $window_end_us as window_end_us
from named
left join then_shares on then_shares.stratum = named.resource
cross join kept
cross join recorded
cross join request_watermark
order by named.resource

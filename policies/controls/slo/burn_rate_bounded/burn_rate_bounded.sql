-- Each pair of windows that end where the line's window ends: how fast the error budget burns in the short and the long
-- one, all routes pooled, health checks left out. A burn rate is the share of errors over the share that the objective
-- allows; `burns` says whether it is at or over the pair's threshold. A window that is too small, or whose unknown
-- requests could put it on either side, says null, so that `and` decides: one window certainly below is no alert.
with pairs as (
    select
        n as pair,
        $short_seconds[n] as short_seconds,
        $long_seconds[n] as long_seconds,
        $threshold_tenths[n] as threshold_tenths
    from unnest(generate_series(1, greatest(len($short_seconds), len($long_seconds), len($threshold_tenths)))) as numbered(n)
),
windows as (
    select
        pair,
        'short' as side,
        threshold_tenths,
        $window_end_us - short_seconds::bigint * 1000000 as start_us
    from pairs
    union all
    select
        pair,
        'long' as side,
        threshold_tenths,
        $window_end_us - long_seconds::bigint * 1000000 as start_us
    from pairs
),
counted as (
    select
        windows.pair,
        windows.side,
        coalesce(sum(request_slots.answered), 0)::bigint as requests,
        coalesce(sum(request_slots.errors), 0)::bigint as errors,
        coalesce(sum(request_slots.unplaced), 0)::bigint as unmeasured
    from windows
    left join request_slots
        on request_slots.slot_us >= windows.start_us
        and request_slots.slot_us < $window_end_us
        and list_contains($request_sources, request_slots.source)
    group by windows.pair, windows.side
),
blocks as (
    select
        windows.pair,
        windows.side,
        request_observation.source,
        request_observation.block_us,
        count(*) filter (where request_observation.state in ('blind', 'silent', 'over') or (request_observation.state = 'uncounted' and $observer_counts)) as unbounded_slots,
        coalesce(max(request_observation.missing), 0) as missing
    from windows
    join request_observation
        on request_observation.slot_us >= windows.start_us
        and request_observation.slot_us < $window_end_us
    where list_contains($request_sources, request_observation.source)
    group by windows.pair, windows.side, request_observation.source, request_observation.block_us
),
unobserved as (
    select
        pair,
        side,
        case
            when sum(unbounded_slots) > 0 and $capacity_per_second is null then null
            else sum(missing + unbounded_slots * 10 * coalesce($capacity_per_second, 0))::bigint
        end as requests
    from blocks
    group by pair, side
),
bounded as (
    select
        counted.pair,
        counted.side,
        windows.threshold_tenths,
        counted.requests,
        counted.errors,
        counted.unmeasured + unobserved.requests as unknown
    from counted
    join windows
        on windows.pair = counted.pair
        and windows.side = counted.side
    left join unobserved
        on unobserved.pair = counted.pair
        and unobserved.side = counted.side
),
judged as (
    select
        *,
        case
            when requests < $min_samples or requests = 0 or unknown is null then null
            when errors::hugeint * 10000000 >= threshold_tenths::hugeint * $budget_ppm * (requests + unknown) then true
            when (errors + unknown)::hugeint * 10000000 < threshold_tenths::hugeint * $budget_ppm * (requests + unknown) then false
        end as burns
    from bounded
)
select
    concat('pair ', pairs.pair) as resource,
    pairs.short_seconds,
    pairs.long_seconds,
    pairs.threshold_tenths,
    ($window_end_us - $window_start_us) // 1000000 as window_seconds,
    short_window.requests as short_requests,
    short_window.errors as short_errors,
    short_window.unknown as short_unknown,
    short_window.burns as short_burns,
    long_window.requests as long_requests,
    long_window.errors as long_errors,
    long_window.unknown as long_unknown,
    long_window.burns as long_burns,
    short_window.burns and long_window.burns as alerts,
    request_watermark.watermark_us,
    $window_end_us as window_end_us
from pairs
join judged as short_window
    on short_window.pair = pairs.pair
    and short_window.side = 'short'
join judged as long_window
    on long_window.pair = pairs.pair
    and long_window.side = 'long'
cross join request_watermark
order by resource

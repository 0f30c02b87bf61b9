-- The minutes of the window and of the baseline that had a like load, all routes together, health checks left out:
-- [completed, offered] of each. A minute is matched when its load lies within the tolerance of some minute of the other
-- side. A minute with anything unknown is not matched, but bounded: `current` takes all that is unknown as offered and not
-- completed, `current_best` as completed. A minute that nothing bounds is counted apart, and decides nothing.
-- baseline_load: what the whole baseline was offered; where it was, and now nothing is, traffic may be cut off.
with minutes as (
    select $window_start_us + n * 60000000 as start_us
    from unnest(generate_series(0, ($window_end_us - $window_start_us) // 60000000 - 1)) as numbered(n)
),
held as (
    select
        $window_start_us + (slot_us - $window_start_us) // 60000000 * 60000000 as start_us,
        sum(answered)::bigint as offered,
        sum(completed)::bigint as completed,
        sum(unplaced)::bigint as unplaced
    from request_slots
    where slot_us >= $window_start_us
        and slot_us < $window_end_us
        and list_contains($request_sources, source)
    group by (slot_us - $window_start_us) // 60000000
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
        minutes.start_us,
        coalesce(held.offered, 0) as offered,
        coalesce(held.completed, 0) as completed,
        case
            when unobserved.slots is null or (unobserved.slots > 0 and $capacity_per_second is null) then null
            else coalesce(held.unplaced, 0) + unobserved.missing + unobserved.slots * 10 * coalesce($capacity_per_second, 0)
        end as unknown
    from minutes
    left join held on held.start_us = minutes.start_us
    left join unobserved on unobserved.start_us = minutes.start_us
),
before_change as (
    select
        epoch_us(period_start) as start_us,
        epoch_us(period_end) as end_us,
        offered,
        completed
    from baselines
    where metric = $metric
        and stratum = $stratum
        and list_contains($baseline_sources, source)
        and epoch_us(period_end) <= $window_start_us
),
alike as (
    select
        now_loads.offered as now_offered,
        then_loads.offered as then_offered
    from (select distinct offered from bounded where unknown = 0) as now_loads
    join (select distinct offered from before_change) as then_loads
        on abs(now_loads.offered - then_loads.offered)::hugeint * 100 <= then_loads.offered::hugeint * $load_tolerance_percent
),
current_minutes as (
    select
        list(list_value(completed, offered + unknown) order by start_us) as worst,
        list(list_value(completed + unknown, offered + unknown) order by start_us) as best,
        count(*) filter (where unknown = 0) as matched,
        coalesce(sum(completed) filter (where unknown = 0), 0)::bigint as completed,
        coalesce(sum(offered) filter (where unknown = 0), 0)::bigint as offered
    from bounded
    where unknown > 0
        or (unknown = 0 and offered in (select now_offered from alike))
),
baseline_minutes as (
    select
        list(list_value(completed, offered) order by start_us, offered, completed) as series,
        coalesce(sum(completed), 0)::bigint as completed,
        coalesce(sum(offered), 0)::bigint as offered
    from before_change
    where offered in (select then_offered from alike)
),
baseline_totals as (
    select
        count(*) as minutes,
        coalesce(sum(offered), 0)::bigint as offered,
        count(*) filter (where end_us - start_us <> 60000000) as odd_periods
    from before_change
),
totals as (
    select
        count(*) as minutes,
        count(*) filter (where unknown is distinct from 0) as unknown_minutes,
        count(*) filter (where unknown is null) as unbounded_minutes,
        coalesce(sum(offered), 0)::bigint as requests
    from bounded
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
)
select
    $metric as resource,
    totals.minutes,
    ($window_end_us - $window_start_us) % 60000000 as rest_us,
    totals.requests,
    totals.unknown_minutes,
    totals.unbounded_minutes,
    current_minutes.matched as matched_minutes,
    current_minutes.completed as matched_completed,
    current_minutes.offered as matched_offered,
    baseline_totals.minutes as baseline_minutes,
    baseline_totals.offered as baseline_load,
    baseline_totals.odd_periods,
    baseline_minutes.completed as baseline_completed,
    baseline_minutes.offered as baseline_offered,
    kept.records as baseline_kept,
    recorded.records as baseline_recorded,
    current_minutes.worst as current_series,
    current_minutes.best as current_best,
    baseline_minutes.series as baseline_series,
    request_watermark.watermark_us,
    $window_end_us as window_end_us
from totals
cross join current_minutes
cross join baseline_minutes
cross join baseline_totals
cross join kept
cross join recorded
cross join request_watermark
order by resource

"""What ``baseline capture`` asks of a snapshot. Each query sees the period [$start_us, $end_us) alone."""

from __future__ import annotations

# How much of the period nobody observed in full, and of how many requests the log does not say enough.
GAPS = """
with observed as (
    select
        count(*) as slots,
        count(*) filter (where state <> 'known') as gaps,
        min(slot_us) filter (where state <> 'known') // 1000000 as first_gap
    from request_observation
    where slot_us >= $start_us
        and slot_us < $end_us
        and list_contains($request_sources, source)
),
logged as (
    select
        coalesce(sum(unplaced + unmeasured + unlooked), 0)::bigint
        + coalesce(sum(records) filter (where route is null), 0)::bigint as unplaced
    from request_slots
    where slot_us >= $start_us
        and slot_us < $end_us
        and list_contains($request_sources, source)
        and kind is distinct from 'health_check'
)
select
    observed.slots,
    observed.gaps,
    observed.first_gap,
    logged.unplaced
from observed
cross join logged
"""

# Completed of offered requests a minute; by route, over the whole period: without an error, and hits of lookups.
SHARES = """
with slots as (
    select *
    from request_slots
    where slot_us >= $start_us
        and slot_us < $end_us
        and list_contains($request_sources, source)
        and kind <> 'health_check'
)
select
    'throughput' as metric,
    '' as stratum,
    slot_us // 60000000 * 60000000 as start,
    (slot_us // 60000000 + 1) * 60000000 as "end",
    sum(answered)::bigint as offered,
    sum(completed)::bigint as completed
from slots
group by slot_us // 60000000
union all
select
    'success' as metric,
    route as stratum,
    $start_us::bigint as start,
    $end_us::bigint as "end",
    sum(answered)::bigint as offered,
    sum(answered - errors)::bigint as completed
from slots
group by route
union all
select
    'cache_hits' as metric,
    route as stratum,
    $start_us::bigint as start,
    $end_us::bigint as "end",
    sum(hits + misses)::bigint as offered,
    sum(hits)::bigint as completed
from slots
group by route
"""

# Requests of $kind that took no longer than $limit_us, by route, over the whole period.
WITHIN = """
select
    concat('within_', $limit_us, 'us') as metric,
    concat($kind, '/', route) as stratum,
    $start_us::bigint as start,
    $end_us::bigint as "end",
    sum(measured)::bigint as offered,
    sum(measured - over)::bigint as completed
from latency_slots
where slot_us >= $start_us
    and slot_us < $end_us
    and list_contains($request_sources, source)
    and kind = $kind
    and limit_us = $limit_us
group by route
"""

# Every duration of the period, and what each answered request cost, as distinct values with their number.
VALUES = """
select
    metric,
    stratum,
    'us' as unit,
    duration_us as value,
    count(*) as observations
from durations
where epoch_us(event_time) >= $start_us
    and epoch_us(event_time) < $end_us
    and metric is not null
    and stratum is not null
    and duration_us is not null
group by metric, stratum, duration_us
union all
select
    'cost_per_operation' as metric,
    kind as stratum,
    concat('1e-9 ', currency) as unit,
    cost_nano as value,
    count(*) as observations
from requests
where epoch_us(event_time) >= $start_us
    and epoch_us(event_time) < $end_us
    and list_contains($request_sources, source)
    and kind <> 'health_check'
    and outcome is not null
    and cost_nano is not null
group by kind, currency, cost_nano
order by metric, stratum, unit, value
"""

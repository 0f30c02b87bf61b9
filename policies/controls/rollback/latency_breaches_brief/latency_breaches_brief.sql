-- Every declared kind of request, all routes together: its runs of bad minutes. The minutes of the window come from the
-- calendar and are taken at six shifts (0, 10 .. 50 s), so a breach that straddles minutes is still whole.
-- A minute is bad (B) when its P95 is over the limit whatever was not measured, good (G) when it is within the limit
-- whatever was not measured, else unknown. longest_bad: longest run of B. longest_possible: longest run without a G.
with minutes as (
    select
        shifts.shift,
        kinds.kind,
        $window_start_us + shifts.shift * 10000000 + numbered.n * 60000000 as start_us,
        numbered.n as position
    from unnest($kinds) as kinds(kind)
    cross join unnest(generate_series(0, 5)) as shifts(shift)
    cross join unnest(generate_series(0, ($window_end_us - $window_start_us) // 60000000 - 1)) as numbered(n)
    where $window_start_us + shifts.shift * 10000000 + (numbered.n + 1) * 60000000 <= $window_end_us
),
minute_slots as (
    select
        shift,
        kind,
        position,
        start_us + unnest(generate_series(0, 5)) * 10000000 as slot_us
    from minutes
),
slow as (
    select
        slot_us,
        kind,
        sum(measured)::bigint as requests,
        sum(over)::bigint as over
    from latency_slots
    where limit_us = $latency_limit_us
        and list_contains($request_sources, source)
    group by slot_us, kind
),
unmeasured as (
    select
        request_slots.slot_us,
        kinds.kind,
        sum(request_slots.unmeasured)::bigint as unmeasured
    from request_slots
    join unnest($kinds) as kinds(kind)
        on request_slots.kind = kinds.kind or request_slots.kind is null
    where request_slots.unmeasured > 0
        and list_contains($request_sources, request_slots.source)
    group by request_slots.slot_us, kinds.kind
),
counted as (
    select
        minute_slots.shift,
        minute_slots.kind,
        minute_slots.position,
        coalesce(sum(slow.requests), 0)::bigint as requests,
        coalesce(sum(slow.over), 0)::bigint as over,
        coalesce(sum(unmeasured.unmeasured), 0)::bigint as unmeasured
    from minute_slots
    left join slow
        on slow.slot_us = minute_slots.slot_us
        and slow.kind = minute_slots.kind
    left join unmeasured
        on unmeasured.slot_us = minute_slots.slot_us
        and unmeasured.kind = minute_slots.kind
    group by minute_slots.shift, minute_slots.kind, minute_slots.position
),
blocks as (
    select
        minute_slots.shift,
        minute_slots.kind,
        minute_slots.position,
        request_observation.source,
        request_observation.block_us,
        sum(case
            when request_observation.state in ('blind', 'silent', 'over') or (request_observation.state = 'uncounted' and $observer_counts)
                then 10 * $capacity_per_second
        end) as by_capacity,
        max(request_observation.missing) as by_count,
        bool_or(request_observation.state in ('blind', 'silent', 'over') or (request_observation.state = 'uncounted' and $observer_counts)) as unbounded_without_capacity
    from minute_slots
    join request_observation
        on request_observation.slot_us = minute_slots.slot_us
        and list_contains($request_sources, request_observation.source)
    where request_observation.state <> 'known'
    group by minute_slots.shift, minute_slots.kind, minute_slots.position, request_observation.source, request_observation.block_us
),
unobserved as (
    select
        shift,
        kind,
        position,
        case
            when bool_or(unbounded_without_capacity) and $capacity_per_second is null then null
            else sum(coalesce(by_capacity, 0) + coalesce(by_count, 0))::bigint
        end as unobserved,
        true as uncertain
    from blocks
    group by shift, kind, position
),
bounded as (
    select
        counted.shift,
        counted.kind,
        counted.position,
        counted.requests,
        counted.over,
        case
            when unobserved.uncertain is null then counted.unmeasured
            else counted.unmeasured + unobserved.unobserved
        end as unknown
    from counted
    left join unobserved
        on unobserved.shift = counted.shift
        and unobserved.kind = counted.kind
        and unobserved.position = counted.position
),
states as (
    select
        shift,
        kind,
        position,
        requests,
        case
            when unknown is null or requests = 0 then 'U'
            when over * 20 > requests + unknown then 'B'
            when (over + unknown) * 20 <= requests + unknown then 'G'
            else 'U'
        end as state
    from bounded
),
islands as (
    select
        shift,
        kind,
        position,
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
        min(position) as position
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
        min($window_start_us + bad_runs.shift * 10000000 + bad_runs.position * 60000000) as bad_since_us
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

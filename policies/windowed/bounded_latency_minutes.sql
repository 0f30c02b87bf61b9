-- Every whole minute of the window at each of its six shifts (0, 10 .. 50 s), for each declared kind, all routes together:
-- the measured requests, those over the limit, and at most how many of those that are unknown were: without what places
-- or measures them, or not here. unknown is null where nothing bounds it. position: which minute of its shift.
-- A minute is a frame of six slots of the calendar: each slot is joined once, however many minutes it is part of.
with slots as (
    select
        kinds.kind,
        $window_start_us + numbered.n * 10000000 as slot_us
    from unnest($kinds) as kinds(kind)
    cross join unnest(generate_series(0, ($window_end_us - $window_start_us) // 10000000 - 1)) as numbered(n)
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
unplaced as (
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
framed as (
    select
        slots.kind,
        slots.slot_us as start_us,
        count(*) over (partition by slots.kind order by slots.slot_us rows between current row and 5 following) as slots,
        sum(coalesce(slow.requests, 0)) over (partition by slots.kind order by slots.slot_us rows between current row and 5 following) as requests,
        sum(coalesce(slow.over, 0)) over (partition by slots.kind order by slots.slot_us rows between current row and 5 following) as over,
        sum(coalesce(unplaced.unmeasured, 0)) over (partition by slots.kind order by slots.slot_us rows between current row and 5 following) as unmeasured
    from slots
    left join slow
        on slow.slot_us = slots.slot_us
        and slow.kind = slots.kind
    left join unplaced
        on unplaced.slot_us = slots.slot_us
        and unplaced.kind = slots.kind
),
unobserved as (
    select
        start_us,
        sum(missing)::bigint as missing,
        sum(unbounded_slots + case when $observer_counts then uncounted_slots else 0 end)::bigint as slots
    from minute_observation
    where list_contains($request_sources, source)
    group by start_us
)
select
    framed.kind,
    (framed.start_us - $window_start_us) // 10000000 % 6 as shift,
    (framed.start_us - $window_start_us) // 60000000 as position,
    framed.start_us,
    framed.requests::bigint as requests,
    framed.over::bigint as over,
    case
        when unobserved.slots is null or (unobserved.slots > 0 and $capacity_per_second is null) then null
        else framed.unmeasured::bigint + unobserved.missing + unobserved.slots * 10 * coalesce($capacity_per_second, 0)
    end as unknown
from framed
left join unobserved on unobserved.start_us = framed.start_us
where framed.slots = 6

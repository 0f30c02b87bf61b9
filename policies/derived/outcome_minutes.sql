-- Every minute that begins on a 10 s slot of the horizon, so each minute at each of its six shifts: the requests in it
-- that are no health checks, all routes together, for each declared source of requests. The minutes come from the calendar: one without requests is a row.
-- requests: with a known outcome. errors: of these, errors and timeouts. unplaced: may be errors, or health checks.
with minutes as (
    select
        sources.source,
        $horizon_start_us + n * 10000000 as start_us
    from unnest($all_request_sources) as sources(source)
    cross join unnest(generate_series(0, ($horizon_end_us - $horizon_start_us) // 10000000 - 6)) as numbered(n)
),
slots as (
    select
        source,
        start_us,
        start_us + unnest(generate_series(0, 5)) * 10000000 as slot_us
    from minutes
),
held as (
    select
        source,
        slot_us,
        sum(answered)::bigint as requests,
        sum(errors)::bigint as errors,
        sum(unplaced)::bigint as unplaced
    from request_slots
    group by source, slot_us
)
select
    slots.source,
    slots.start_us,
    coalesce(sum(held.requests), 0)::bigint as requests,
    coalesce(sum(held.errors), 0)::bigint as errors,
    coalesce(sum(held.unplaced), 0)::bigint as unplaced
from slots
left join held
    on held.source = slots.source
    and held.slot_us = slots.slot_us
group by slots.source, slots.start_us
order by source, start_us

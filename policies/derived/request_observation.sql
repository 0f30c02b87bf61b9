-- Every 10 s slot of the horizon, for each declared source of requests: was an independent observer alive, and do its
-- counts agree with what we hold? The slots come from the calendar, so a slot without data is still a row.
-- state: known      observed, and every request it counted is here
--        short      requests it counted are missing here: `missing` of them, somewhere in its interval
--        over       we hold more than it counted: one of the two is wrong, so the interval says nothing
--        uncounted  alive, but it does not count; the minute has requests
--        silent     alive, does not count, and the minute has no request: lost or idle cannot be told apart
--        blind      no observer (or two that overlap, or a slot not past at the as-of)
-- block_us: slots of one block share one bound on what is missing; never add it twice.
with slots as (
    select
        sources.source,
        $horizon_start_us + n * 10000000 as slot_us
    from unnest($all_request_sources) as sources(source)
    cross join unnest(generate_series(0, ($horizon_end_us - $horizon_start_us) // 10000000 - 1)) as numbered(n)
),
held as (
    select
        source,
        slot_us,
        sum(records)::bigint as records
    from request_slots
    group by source, slot_us
),
beats as (
    select
        source,
        epoch_us(start_time) as start_us,
        epoch_us(end_time) as end_us,
        records as counted
    from heartbeats
    where source in (select declared.source from unnest($all_request_sources) as declared(source))
        and account = ''
        and region = ''
        and epoch_us(end_time) <= $as_of_us
        and epoch_us(end_time) > $horizon_start_us
        and epoch_us(start_time) < $horizon_end_us
),
beat_slots as (
    select
        source,
        start_us,
        end_us,
        counted,
        unnest(generate_series((start_us + 9999999) // 10000000, end_us // 10000000 - 1)) * 10000000 as slot_us
    from beats
),
beat_sums as (
    select
        beat_slots.source,
        beat_slots.start_us,
        beat_slots.end_us,
        beat_slots.counted,
        sum(coalesce(held.records, 0))::bigint as here
    from beat_slots
    left join held
        on held.source = beat_slots.source
        and held.slot_us = beat_slots.slot_us
    group by beat_slots.source, beat_slots.start_us, beat_slots.end_us, beat_slots.counted
),
observed as (
    select
        slots.source,
        slots.slot_us,
        count(beat_slots.start_us) as observers,
        min(beat_slots.start_us) as start_us,
        min(beat_slots.counted) as counted,
        min(beat_sums.here) as here,
        coalesce(min(held.records), 0)::bigint as records
    from slots
    left join beat_slots
        on beat_slots.source = slots.source
        and beat_slots.slot_us = slots.slot_us
    left join beat_sums
        on beat_sums.source = beat_slots.source
        and beat_sums.start_us = beat_slots.start_us
        and beat_sums.end_us = beat_slots.end_us
    left join held
        on held.source = slots.source
        and held.slot_us = slots.slot_us
    group by slots.source, slots.slot_us
),
minutes as (
    select
        *,
        sum(records) over (partition by source, slot_us // 60000000) as minute_records
    from observed
),
states as (
    select
        source,
        slot_us,
        start_us,
        counted,
        here,
        case
            when observers <> 1 or slot_us + 10000000 > $as_of_us then 'blind'
            when counted is null and minute_records = 0 then 'silent'
            when counted is null then 'uncounted'
                when counted > here then 'short'
            when counted < here then 'over'
            else 'known'
        end as state
    from minutes
)
select
    source,
    slot_us,
    state,
    case when state in ('short', 'over') then start_us else slot_us end as block_us,
    case when state = 'short' then counted - here end as missing
from states
order by source, slot_us

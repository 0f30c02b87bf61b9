-- Every declared source of requests over the window: its 10 s slots, in how many an independent observer was alive, and the
-- records in it that we hold. slots: of the calendar, so a window that nobody observed is a row too.
with observed as (
    select
        source,
        count(*) filter (where state <> 'blind') as slots_alive
    from request_observation
    where slot_us >= $window_start_us
        and slot_us < $window_end_us
    group by source
),
held as (
    select
        source,
        sum(records)::bigint as records
    from request_slots
    where slot_us >= $window_start_us
        and slot_us < $window_end_us
    group by source
)
select
    declared.source as resource,
    ($window_end_us - $window_start_us) // 10000000 as slots,
    coalesce(observed.slots_alive, 0) as slots_alive,
    coalesce(held.records, 0) as records,
    $window_end_us as window_end_us,
    $as_of_us as as_of_us
from unnest($request_sources) as declared(source)
left join observed on observed.source = declared.source
left join held on held.source = declared.source
order by resource

-- Every declared flag: how its document states it, with the cache hits of the window in the declared sources.
with served as (
    select coalesce(sum(hits), 0)::bigint as hits
    from request_slots
    where slot_us >= $window_start_us
        and slot_us < $window_end_us
        and list_contains($request_sources, source)
)
select
    flag_readings.flag as resource,
    flag_readings.documents,
    flag_readings.enabled,
    flag_readings.changed_later,
    served.hits,
    $min_hits as min_hits
from flag_readings
cross join served
order by resource

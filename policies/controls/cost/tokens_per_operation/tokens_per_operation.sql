-- Every declared kind of request: the tokens that its answered requests of the window read and wrote.
-- `unknown` bounds the requests of the kind that have no count: of no known outcome, or of no known kind, or not observed at all.
with window_slots as (
    select *
    from request_slots
    where slot_us >= $window_start_us
        and slot_us < $window_end_us
        and list_contains($request_sources, source)
),
kinds as (
    select kind from unnest($kinds) as declared(kind)
),
counted as (
    select
        kinds.kind,
        coalesce(sum(window_slots.counted), 0)::bigint as requests,
        coalesce(sum(window_slots.tokens), 0)::bigint as total,
        coalesce(sum(window_slots.records - window_slots.counted), 0)::bigint as unmeasured
    from kinds
    left join window_slots
        on window_slots.kind = kinds.kind or window_slots.kind is null
    group by kinds.kind
)
select
    counted.kind as resource,
    counted.requests,
    counted.total,
    counted.unmeasured,
    request_bounds.unobserved,
    counted.unmeasured + request_bounds.unobserved as unknown,
    request_watermark.watermark_us,
    $window_end_us as window_end_us
from counted
cross join request_bounds
cross join request_watermark
order by resource

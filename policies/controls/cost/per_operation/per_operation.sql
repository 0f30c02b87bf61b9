-- Every declared kind of request: what its answered requests of the window cost, in millionths, rounded up.
-- `unknown` bounds the requests of the kind that have no cost: of no known outcome, or of no known kind, or not observed at all.
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
        coalesce(sum(window_slots.costed), 0)::bigint as requests,
        (coalesce(sum(window_slots.cost_nano), 0)::bigint + 999) // 1000 as total,
        coalesce(sum(window_slots.records - window_slots.costed), 0)::bigint as unmeasured,
        coalesce(bool_or(window_slots.first_currency <> $currency or window_slots.last_currency <> $currency), false) as foreign_currency
    from kinds
    left join window_slots
        on window_slots.kind = kinds.kind or window_slots.kind is null
    group by kinds.kind
)
select
    counted.kind as resource,
    counted.requests,
    counted.total,
    counted.foreign_currency,
    counted.unmeasured,
    request_bounds.unobserved,
    counted.unmeasured + request_bounds.unobserved as unknown,
    request_watermark.watermark_us,
    $window_end_us as window_end_us
from counted
cross join request_bounds
cross join request_watermark
order by resource

-- One row: at most how many requests of the declared sources and the window are not here. unobserved: what an observer
-- counted and we lack, once for each of its intervals, and the declared capacity of slots that nothing else bounds; null
-- when there are such slots and no capacity. blind_slots: slots without an observer.
with blocks as (
    select
        source,
        block_us,
        count(*) filter (where state in ('blind', 'silent', 'over') or (state = 'uncounted' and $observer_counts)) as unbounded_slots,
        count(*) filter (where state = 'blind') as blind_slots,
        coalesce(max(missing), 0) as missing
    from request_observation
    where slot_us >= $window_start_us
        and slot_us < $window_end_us
        and list_contains($request_sources, source)
    group by source, block_us
)
select
    case
        when sum(unbounded_slots) > 0 and $capacity_per_second is null then null
        else sum(missing + unbounded_slots * 10 * coalesce($capacity_per_second, 0))::bigint
    end as unobserved,
    coalesce(sum(blind_slots), 0)::bigint as blind_slots
from blocks

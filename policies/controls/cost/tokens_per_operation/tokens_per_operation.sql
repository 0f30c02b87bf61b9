-- Every declared kind of request: the tokens that its answered requests of the window read and wrote.
-- `unknown` bounds the requests of the kind that have no count: of no known outcome, or of no known kind, or not observed at all.
with window_slots as (
    select *
    from request_slots
    where slot_us >= $window_start_us
        and slot_us < $window_end_us
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
),
blocks as (
    select
        source,
        block_us,
        count(*) filter (where state in ('blind', 'silent', 'over') or (state = 'uncounted' and $observer_counts)) as unbounded_slots,
        count(*) filter (where state = 'blind') as blind_slots,
        coalesce(max(missing), 0) as missing,
        max(case when state <> 'blind' then slot_us + 10000000 end) as seen_until_us
    from request_observation
    where slot_us >= $window_start_us
        and slot_us < $window_end_us
        and list_contains($request_sources, source)
    group by source, block_us
),
observation as (
    select
        case
            when sum(unbounded_slots) > 0 and $capacity_per_second is null then null
            else sum(missing + unbounded_slots * 10 * coalesce($capacity_per_second, 0))::bigint
        end as unobserved,
        coalesce(sum(blind_slots), 0)::bigint as blind_slots
    from blocks
),
watermarks as (
    select
        sources.source,
        max(blocks.seen_until_us) as watermark_us
    from unnest($request_sources) as sources(source)
    left join blocks on blocks.source = sources.source
    group by sources.source
),
watermark as (
    select
        case
            when count(*) = 0 or count(*) > count(watermark_us) then null
            else min(watermark_us)
        end as watermark_us
    from watermarks
)
select
    counted.kind as resource,
    counted.requests,
    counted.total,
    counted.unmeasured,
    observation.unobserved,
    counted.unmeasured + observation.unobserved as unknown,
    watermark.watermark_us,
    $window_end_us as window_end_us
from counted
cross join observation
cross join watermark
order by resource

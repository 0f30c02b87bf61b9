-- The slots of request_slots once per latency limit of the profile: measured requests, and those slower than the limit.
with limits as (
    select
        n,
        $all_latency_limit_us[n]::bigint as limit_us
    from unnest(generate_series(1, len($all_latency_limit_us))) as numbered(n)
)
select
    request_slots.source,
    request_slots.slot_us,
    request_slots.route,
    request_slots.kind,
    limits.limit_us,
    sum(request_slots.measured)::bigint as measured,
    sum(case limits.n
        when 1 then request_slots.over_1
        when 2 then request_slots.over_2
        when 3 then request_slots.over_3
        when 4 then request_slots.over_4
        when 5 then request_slots.over_5
        when 6 then request_slots.over_6
        when 7 then request_slots.over_7
        when 8 then request_slots.over_8
    end)::bigint as over
from request_slots
cross join limits
where request_slots.kind is not null
    and request_slots.kind <> 'health_check'
group by request_slots.source, request_slots.slot_us, request_slots.route, request_slots.kind, limits.limit_us
order by source, slot_us, route, kind, limit_us

-- Every minute that begins on a 10 s slot of the horizon, for each declared source of requests: what bounds the requests
-- in it that we do not hold. unbounded_slots: only a declared capacity bounds them. uncounted_slots: the same, unless the
-- profile says that the observer need not count. missing: requests that the observer counted and we lack, at most once
-- for each of its intervals. blind_slots: slots without an observer.
with minutes as (
    select
        source,
        slot_us as start_us,
        slot_us + unnest(generate_series(0, 5)) * 10000000 as slot_us
    from request_observation
    where slot_us + 60000000 <= $horizon_end_us
),
blocks as (
    select
        minutes.source,
        minutes.start_us,
        request_observation.block_us,
        count(*) filter (where request_observation.state in ('blind', 'silent', 'over')) as unbounded_slots,
        count(*) filter (where request_observation.state = 'uncounted') as uncounted_slots,
        count(*) filter (where request_observation.state = 'blind') as blind_slots,
        coalesce(max(request_observation.missing), 0) as missing
    from minutes
    join request_observation
        on request_observation.source = minutes.source
        and request_observation.slot_us = minutes.slot_us
    group by minutes.source, minutes.start_us, request_observation.block_us
)
select
    source,
    start_us,
    sum(unbounded_slots)::bigint as unbounded_slots,
    sum(uncounted_slots)::bigint as uncounted_slots,
    sum(blind_slots)::bigint as blind_slots,
    sum(missing)::bigint as missing
from blocks
group by source, start_us
order by source, start_us

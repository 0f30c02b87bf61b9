-- Every declared flag: from its activation in the window, how long until the next activation of any flag (gap_us; null for the
-- last), and the 10 s slots that its period of monitoring touches: how many there are of the declared sources, in how many
-- every request is accounted for, and the requests in them that are no health checks.
with periods as (
    select
        flag,
        activated_us,
        activated_us + $monitor_seconds * 1000000 as until_us,
        activated_us // 10000000 * 10000000 as first_us,
        (activated_us + $monitor_seconds * 1000000 + 9999999) // 10000000 * 10000000 as last_us
    from flag_activations
),
followers as (
    select
        periods.flag,
        min(flag_steps.step_us) - min(periods.activated_us) as gap_us
    from periods
    join flag_steps
        on flag_steps.step = 'on'
        and flag_steps.step_us < $window_end_us
        and (flag_steps.step_us > periods.activated_us or (flag_steps.step_us = periods.activated_us and flag_steps.flag <> periods.flag))
    group by periods.flag
),
measured as (
    select
        periods.flag,
        count(*) filter (
            where request_observation.state = 'known' or (request_observation.state = 'uncounted' and not $observer_counts)
        ) as measured
    from periods
    join request_observation
        on request_observation.slot_us >= periods.first_us
        and request_observation.slot_us < periods.last_us
    where list_contains($request_sources, request_observation.source)
    group by periods.flag
),
served as (
    select
        periods.flag,
        sum(request_slots.records)::bigint as requests
    from periods
    join request_slots
        on request_slots.slot_us >= periods.first_us
        and request_slots.slot_us < periods.last_us
    where list_contains($request_sources, request_slots.source)
        and request_slots.kind is distinct from 'health_check'
    group by periods.flag
)
select
    periods.flag as resource,
    periods.activated_us,
    periods.until_us,
    followers.gap_us,
    (periods.last_us - periods.first_us) // 10000000 * len($request_sources) as slots,
    coalesce(measured.measured, 0) as measured,
    coalesce(served.requests, 0) as requests,
    $monitor_seconds as monitor_seconds,
    $as_of_us as as_of_us
from periods
left join followers on followers.flag = periods.flag
left join measured on measured.flag = periods.flag
left join served on served.flag = periods.flag
order by resource

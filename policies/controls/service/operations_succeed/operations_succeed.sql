-- The slots of the window in which a probe should have called the service, one row. bad: slots with a call that failed.
-- missing: without a call that says how it went. slow: slots with a call over the latency limit. untimed: good ones of which
-- a call has no latency.
with slots as (
    select
        unnest(generate_series(0, ($window_end_us - $window_start_us) // ($interval_seconds::bigint * 1000000) - 1)) as slot
),
calls as (
    select
        (epoch_us(probes.event_time) - $window_start_us) // ($interval_seconds::bigint * 1000000) as slot,
        count(*) filter (where not probes.ok) as refused,
        count(*) filter (where probes.ok is null) as unclear,
        count(*) filter (where probes.latency_us > $latency_limit_us) as slow,
        count(*) filter (where probes.latency_us is null) as untimed
    from probes
    join unnest($probe_sources) as declared(source) on declared.source = probes.source
    where probes.service = $service
        and epoch_us(probes.event_time) >= $window_start_us
        and epoch_us(probes.event_time) < least($window_end_us, $as_of_us)
    group by slot
)
select
    $service as resource,
    count(*) as slots,
    count(*) filter (where calls.refused > 0) as bad,
    count(*) filter (where calls.refused > 0) * 1000000 // nullif(count(*), 0) as bad_ppm,
    count(*) filter (where calls.slot is null or (calls.refused = 0 and calls.unclear > 0)) as missing,
    count(*) filter (where calls.slow > 0) as slow,
    count(*) filter (where calls.slot is null or (calls.slow = 0 and calls.untimed > 0)) as untimed,
    $interval_seconds as interval_seconds,
    $latency_limit_us as latency_limit_us
from slots
left join calls on calls.slot = slots.slot
order by resource

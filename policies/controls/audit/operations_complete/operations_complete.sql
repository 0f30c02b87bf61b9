-- Every request of the declared sources that ended in the window (health checks are none) and every operation that an audit
-- log begins in it, joined on the id; alike ones are one row with their number (counts above 2 are 2). Their events are
-- looked for up to the longest duration before and after the window. open: it may still go on at the as-of. Besides, the
-- events of an operation that name none, and one row for what bounds the requests that are not here.
with events as (
    select
        request_hi,
        request_lo,
        epoch_us(event_time) as time_us,
        list_contains($start_types, event_type) as starts,
        list_contains($decision_types, event_type) as decides,
        list_contains($operation_types, event_type) as operates,
        list_contains($completion_types, event_type) as completes
    from application_events
    where epoch_us(event_time) >= $window_start_us - $longest_seconds::bigint * 1000000
        and epoch_us(event_time) < $window_end_us + $longest_seconds::bigint * 1000000
        and epoch_us(event_time) < $as_of_us
        and source in (select split_part(cell, '/', 1) from unnest($cells) as declared(cell))
),
recorded as (
    select
        request_hi,
        request_lo,
        min(time_us) as first_us,
        count(*) filter (where starts) as starts,
        count(*) filter (where decides) as decisions,
        count(*) filter (where operates) as operations,
        count(*) filter (where completes) as completions
    from events
    where request_hi is not null
        and (starts or decides or operates or completes)
    group by request_hi, request_lo
),
asked as (
    select
        request_hi,
        request_lo,
        min(epoch_us(event_time)) as asked_us,
        count(*) as requests
    from requests
    where epoch_us(event_time) >= $window_start_us - $longest_seconds::bigint * 1000000
        and epoch_us(event_time) < $window_end_us + $longest_seconds::bigint * 1000000
        and epoch_us(event_time) < $as_of_us
        and kind is distinct from 'health_check'
        and list_contains($request_sources, source)
    group by request_hi, request_lo
),
operations as (
    select
        least(coalesce(asked.requests, 0), 2) as requests,
        least(coalesce(recorded.starts, 0), 2) as starts,
        least(coalesce(recorded.decisions, 0), 2) as decisions,
        least(coalesce(recorded.operations, 0), 2) as operations,
        least(coalesce(recorded.completions, 0), 2) as completions,
        coalesce(recorded.first_us, asked.asked_us) + $longest_seconds::bigint * 1000000 > $as_of_us as open,
        least(recorded.first_us, asked.asked_us) as first_us
    from recorded
    full join asked
        on asked.request_hi = recorded.request_hi
        and asked.request_lo = recorded.request_lo
    where (recorded.first_us >= $window_start_us and recorded.first_us < $window_end_us)
        or (asked.asked_us >= $window_start_us and asked.asked_us < $window_end_us)
),
anonymous as (
    select count(*) as n
    from events
    where request_hi is null
        and (starts or decides or operates or completes)
        and time_us >= $window_start_us
        and time_us < $window_end_us
)
select
    concat('requests ', requests, ', starts ', starts, ', decisions ', decisions, ', operations ', operations, ', completions ', completions, case when open then ', open' else '' end) as resource,
    'operations' as role,
    count(*) as n,
    requests,
    starts,
    decisions,
    operations,
    completions,
    open,
    min(first_us) as first_us,
    null::bigint as unobserved,
    null::bigint as watermark_us,
    $window_end_us as window_end_us
from operations
group by requests, starts, decisions, operations, completions, open
union all
select
    'events that name no operation' as resource,
    'anonymous' as role,
    n,
    0 as requests,
    0 as starts,
    0 as decisions,
    0 as operations,
    0 as completions,
    false as open,
    null::bigint as first_us,
    null::bigint as unobserved,
    null::bigint as watermark_us,
    $window_end_us as window_end_us
from anonymous
where n > 0
union all
select
    'requests of the window' as resource,
    'requests' as role,
    1 as n,
    (select count(*) from operations where requests > 0) as requests,
    0 as starts,
    0 as decisions,
    0 as operations,
    0 as completions,
    false as open,
    null::bigint as first_us,
    request_bounds.unobserved,
    request_watermark.watermark_us,
    $window_end_us as window_end_us
from request_bounds
cross join request_watermark
order by role, resource

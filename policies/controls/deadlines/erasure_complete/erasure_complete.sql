-- Every request for erasure that was closed, or was open, in the window, with each declared place: what the last record of the
-- place before the judged moment says. now_day, closed_day, expires_day: local days. And each declared register.
with asked as (
    select
        source,
        request_hi,
        request_lo,
        epoch_us(closed_at) < least($window_end_us, $as_of_us) as closed,
        closed_day,
        outcome,
        (least($window_end_us, $as_of_us) + offset_us) // 86400000000 as now_day
    from privacy_requests
    where kind = 'erasure'
        and list_contains($cells, concat(source, '//'))
        and epoch_us(event_time) < least($window_end_us, $as_of_us)
        and (closed_at is null or epoch_us(closed_at) >= $window_start_us)
),
ranked as (
    select
        request_hi,
        request_lo,
        place,
        state,
        expires_day,
        row_number() over (partition by request_hi, request_lo, place order by event_time desc, state desc) as recency
    from erasures
    where list_contains($cells, concat(source, '//'))
        and epoch_us(event_time) < least($window_end_us, $as_of_us)
)
select
    concat(asked.source, ' erasure ', asked.request_hi, ':', asked.request_lo, ' in ', declared.place) as resource,
    'place' as role,
    case when asked.closed then asked.closed_day end as closed_day,
    case when asked.closed then asked.outcome end as outcome,
    asked.now_day,
    ranked.state,
    ranked.expires_day,
    cell_answers.calls,
    cell_answers.calls_ok,
    cell_answers.answered_us,
    least($window_end_us, $as_of_us) as window_end_us
from asked
cross join unnest($places) as declared(place)
cross join cell_answers
left join ranked
    on ranked.request_hi = asked.request_hi
    and ranked.request_lo = asked.request_lo
    and ranked.place = declared.place
    and ranked.recency = 1
union all
select
    concat('register ', feeds.cell) as resource,
    'register' as role,
    null::bigint as closed_day,
    null::varchar as outcome,
    null::bigint as now_day,
    null::varchar as state,
    null::bigint as expires_day,
    feeds.calls,
    feeds.calls_ok,
    feeds.answered_us,
    least($window_end_us, $as_of_us) as window_end_us
from unnest($cells) as declared(cell)
join feeds on feeds.cell = declared.cell
order by resource

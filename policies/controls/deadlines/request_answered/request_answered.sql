-- Every request of a data subject that was open at some time of the window, as it was known at the judged moment: what
-- happened later, by the local day of that moment (now_day), is not known yet. And each declared register of requests.
with known as (
    select
        source,
        kind,
        request_hi,
        request_lo,
        member_state,
        received_day,
        suspended_day,
        resumed_day,
        extension_day,
        extension_reasoned,
        epoch_us(closed_at) < least($window_end_us, $as_of_us) as closed,
        closed_day,
        outcome,
        refusal_reasoned,
        (least($window_end_us, $as_of_us) + offset_us) // 86400000000 as now_day
    from privacy_requests
    where list_contains($cells, concat(source, '//'))
        and epoch_us(event_time) < least($window_end_us, $as_of_us)
        and (closed_at is null or epoch_us(closed_at) >= $window_start_us)
)
select
    concat(source, ' ', kind, ' ', request_hi, ':', request_lo) as resource,
    'request' as role,
    member_state,
    received_day,
    case when suspended_day <= now_day then suspended_day end as suspended_day,
    case when resumed_day <= now_day then resumed_day end as resumed_day,
    case when extension_day <= now_day then extension_day end as extension_day,
    extension_reasoned,
    case when closed then closed_day end as closed_day,
    case when closed then outcome end as outcome,
    refusal_reasoned,
    now_day,
    null::bigint as calls,
    null::bigint as calls_ok,
    null::bigint as answered_us,
    null::bigint as window_end_us
from known
union all
select
    concat('register ', feeds.cell) as resource,
    'register' as role,
    null::varchar as member_state,
    null::bigint as received_day,
    null::bigint as suspended_day,
    null::bigint as resumed_day,
    null::bigint as extension_day,
    null::boolean as extension_reasoned,
    null::bigint as closed_day,
    null::varchar as outcome,
    null::boolean as refusal_reasoned,
    null::bigint as now_day,
    feeds.calls,
    feeds.calls_ok,
    feeds.answered_us,
    least($window_end_us, $as_of_us) as window_end_us
from unnest($cells) as declared(cell)
join feeds on feeds.cell = declared.cell
order by resource

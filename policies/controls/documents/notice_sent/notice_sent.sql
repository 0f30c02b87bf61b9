-- Each declared audience, whether it was told or not: the messages of the kind that were sent to it in the window, before the
-- as-of. received: by the as-of. late: received after the limit. overdue: not received, and the limit has passed.
with sent as (
    select
        audience,
        epoch_us(event_time) as sent_us,
        case when epoch_us(received_at) < $as_of_us then epoch_us(received_at) end as received_us,
        epoch_us(event_time) + coalesce($receipt_seconds, 0)::bigint * 1000000 as due_us
    from notices
    where kind = $notice_kind
        and list_contains($cells, concat(source, '//'))
        and epoch_us(event_time) >= $window_start_us
        and epoch_us(event_time) < $window_end_us
        and epoch_us(event_time) < $as_of_us
),
counted as (
    select
        audience,
        count(*) as sent,
        count(received_us) as received,
        count(*) filter (where received_us > due_us) as late,
        count(*) filter (where received_us is null and due_us < $as_of_us) as overdue,
        max(received_us - sent_us) as slowest_us
    from sent
    group by audience
)
select
    declared.audience as resource,
    coalesce(counted.sent, 0) as sent,
    coalesce(counted.received, 0) as received,
    coalesce(counted.late, 0) as late,
    coalesce(counted.overdue, 0) as overdue,
    counted.slowest_us,
    cell_answers.calls,
    cell_answers.calls_ok,
    cell_answers.answered_us,
    $window_end_us as window_end_us
from unnest($audiences) as declared(audience)
left join counted on counted.audience = declared.audience
cross join cell_answers
order by resource

-- Every call of the window that stops, deletes or narrows a trail, alike ones as one row with their number; and each declared
-- cell, so that no such call is never a pass by itself. failed: whether CloudTrail refused it.
with calls_of_window as (
    select
        account,
        region,
        event_name,
        error_code is not null as failed
    from audit_events
    where epoch_us(event_time) >= $window_start_us
        and epoch_us(event_time) < least($window_end_us, $as_of_us)
        and event_source = 'cloudtrail.amazonaws.com'
        and event_name in ('StopLogging', 'DeleteTrail', 'UpdateTrail', 'PutEventSelectors')
)
select
    concat_ws(' ', account, region, event_name, case when failed then '(refused)' end) as resource,
    'event' as role,
    count(*) as n,
    failed,
    0 as calls,
    0 as calls_ok,
    $window_end_us as window_end_us,
    null::varchar as unanswered_calls
from calls_of_window
group by account, region, event_name, failed
union all
select
    concat('feed ', feeds.cell) as resource,
    'feed' as role,
    1 as n,
    null::boolean as failed,
    feeds.calls,
    feeds.calls_ok,
    $window_end_us as window_end_us,
    refused_calls.calls as unanswered_calls
from unnest($cells) as declared(cell)
join feeds on feeds.cell = declared.cell
cross join refused_calls
order by resource

-- Every alarm of the declared purposes, every purpose without one, every declared cell. good_us, failed_us: when an action
-- of the alarm was last carried out, and last was not. history_age_us: how long before the judged moment its cell last
-- told its history.
with histories as (
    select
        source,
        account,
        region,
        subject,
        age_us
    from current_answers
    where call = 'DescribeAlarmHistory'
),
events as (
    select
        source,
        account,
        region,
        alarm,
        max(epoch_us(event_time)) filter (where succeeded) as good_us,
        max(epoch_us(event_time)) filter (where not succeeded) as failed_us
    from alarm_history
    where kind = 'action'
        and epoch_us(event_time) < least($window_end_us, $as_of_us)
        and epoch_us(answered_at) < least($window_end_us, $as_of_us)
    group by source, account, region, alarm
),
told as (
    select
        watched_alarms.resource,
        min(histories.age_us) as history_age_us
    from watched_alarms
    join histories
        on histories.source = watched_alarms.source
        and histories.account = watched_alarms.account
        and histories.region = watched_alarms.region
        and (histories.subject = '' or histories.subject = watched_alarms.alarm)
    group by watched_alarms.resource
)
select
    watched_alarms.resource,
    watched_alarms.role,
    events.good_us,
    events.failed_us,
    told.history_age_us,
    watched_alarms.age_us,
    watched_alarms.blind_cells,
    $max_age_seconds as max_age_seconds,
    least($window_end_us, $as_of_us) as moment_us,
    refused_calls.calls as unanswered_calls
from watched_alarms
left join told on told.resource = watched_alarms.resource
left join events
    on events.source = watched_alarms.source
    and events.account = watched_alarms.account
    and events.region = watched_alarms.region
    and events.alarm = watched_alarms.alarm
cross join refused_calls
order by watched_alarms.resource

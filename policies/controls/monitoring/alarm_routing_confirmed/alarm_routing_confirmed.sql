-- Every alarm of the declared purposes, every purpose without one, every declared cell. routes: actions of the alarm whose
-- topic has a confirmed subscription. unanswered: topics among them of which no recent answer tells the subscriptions.
with topics as (
    select
        current_answers.subject as topic,
        max(current_answers.age_us) as age_us,
        coalesce(sum(topic_subscriptions.confirmed), 0)::bigint as confirmed
    from current_answers
    left join topic_subscriptions
        on topic_subscriptions.source = current_answers.source
        and topic_subscriptions.account = current_answers.account
        and topic_subscriptions.region = current_answers.region
        and topic_subscriptions.topic = current_answers.subject
        and epoch_us(topic_subscriptions.answered_at) = current_answers.answered_us
    where current_answers.call = 'ListSubscriptionsByTopic'
        and current_answers.age_us <= $max_age_seconds::bigint * 1000000
    group by current_answers.subject
),
routes as (
    select
        alarm_actions.source,
        alarm_actions.account,
        alarm_actions.region,
        alarm_actions.alarm,
        epoch_us(alarm_actions.answered_at) as answered_us,
        count(*) filter (where topics.confirmed > 0) as routes,
        count(*) filter (where topics.topic is null and split_part(alarm_actions.action, ':', 3) = 'sns') as unanswered
    from alarm_actions
    left join topics on topics.topic = alarm_actions.action
    group by
        alarm_actions.source,
        alarm_actions.account,
        alarm_actions.region,
        alarm_actions.alarm,
        alarm_actions.answered_at
)
select
    watched_alarms.resource,
    watched_alarms.role,
    watched_alarms.actions_enabled,
    coalesce(routes.routes, 0) as routes,
    coalesce(routes.unanswered, 0) as unanswered,
    watched_alarms.age_us,
    watched_alarms.blind_cells,
    $max_age_seconds as max_age_seconds,
    refused_calls.calls as unanswered_calls
from watched_alarms
left join routes
    on routes.source = watched_alarms.source
    and routes.account = watched_alarms.account
    and routes.region = watched_alarms.region
    and routes.alarm = watched_alarms.alarm
    and routes.answered_us = watched_alarms.answered_us
cross join refused_calls
order by watched_alarms.resource

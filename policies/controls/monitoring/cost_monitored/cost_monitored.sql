-- Every notification that the budget must have: ACTUAL or FORECASTED, a slash, whole per cent of the budget. found: how many
-- like it the budget has, above which it speaks. age_us: how long before the judged moment they were listed.
with listings as (
    select
        source,
        account,
        region,
        answered_us,
        age_us
    from current_answers
    where call = 'DescribeNotificationsForBudget'
        and subject = $budget
),
ages as (
    select
        min(age_us) as age_us
    from listings
),
found as (
    select
        concat(budget_notifications.type, '/', budget_notifications.threshold_ppm // 10000) as notification,
        count(*) as found
    from listings
    join budget_notifications
        on budget_notifications.source = listings.source
        and budget_notifications.account = listings.account
        and budget_notifications.region = listings.region
        and budget_notifications.budget = $budget
        and epoch_us(budget_notifications.answered_at) = listings.answered_us
    where budget_notifications.comparison = 'GREATER_THAN'
        and budget_notifications.threshold_ppm % 10000 = 0
        and listings.age_us = (select age_us from ages)
    group by notification
)
select
    concat($budget, ' ', declared.notification) as resource,
    ages.age_us,
    coalesce(found.found, 0) as found,
    refused_calls.calls as unanswered_calls
from unnest($notifications) as declared(notification)
cross join ages
left join found on found.notification = declared.notification
cross join refused_calls
order by resource

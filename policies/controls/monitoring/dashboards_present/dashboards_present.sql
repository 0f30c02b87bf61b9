-- Every dashboard that must be there, in every declared cell. listed: whether its cell last listed it. listed_age_us,
-- read_age_us: how long before the judged moment the cell listed its dashboards, and that one was read. widgets: what was
-- read of it.
with wanted as (
    select
        cells.cell,
        declared.dashboard
    from unnest($cells) as cells(cell)
    cross join unnest($dashboards) as declared(dashboard)
),
listings as (
    select
        current_answers.cell,
        current_answers.age_us,
        seen.dashboard
    from current_answers
    left join dashboards as seen
        on seen.source = current_answers.source
        and seen.account = current_answers.account
        and seen.region = current_answers.region
        and seen.sighting = 'listed'
        and epoch_us(seen.answered_at) = current_answers.answered_us
    where current_answers.call = 'ListDashboards'
        and current_answers.subject = ''
),
ages as (
    select
        cell,
        min(age_us) as age_us
    from listings
    group by cell
),
readings as (
    select
        current_answers.cell,
        current_answers.subject as dashboard,
        current_answers.age_us,
        seen.widgets
    from current_answers
    join dashboards as seen
        on seen.source = current_answers.source
        and seen.account = current_answers.account
        and seen.region = current_answers.region
        and seen.dashboard = current_answers.subject
        and seen.sighting = 'read'
        and epoch_us(seen.answered_at) = current_answers.answered_us
    where current_answers.call = 'GetDashboard'
)
select
    concat(wanted.cell, '/', wanted.dashboard) as resource,
    ages.age_us as listed_age_us,
    listings.dashboard is not null as listed,
    readings.age_us as read_age_us,
    readings.widgets,
    refused_calls.calls as unanswered_calls
from wanted
left join ages on ages.cell = wanted.cell
left join listings
    on listings.cell = wanted.cell
    and listings.dashboard = wanted.dashboard
left join readings
    on readings.cell = wanted.cell
    and readings.dashboard = wanted.dashboard
cross join refused_calls
order by resource

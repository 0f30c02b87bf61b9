-- Every alarm that is for a declared purpose (or every one at all), as its cell last listed it; every declared purpose
-- that no alarm is for; and every declared cell, so that a cell that did not answer is a row. blind_cells: how many of them
-- gave no list that is young enough.
with listings as (
    select
        declared.cell,
        current_answers.source,
        current_answers.account,
        current_answers.region,
        current_answers.answered_us,
        current_answers.age_us
    from unnest($cells) as declared(cell)
    left join current_answers
        on current_answers.cell = declared.cell
        and current_answers.call = 'DescribeAlarms'
        and current_answers.subject = ''
),
blindness as (
    select
        count(*) filter (where age_us is null or age_us > $max_age_seconds::bigint * 1000000) as blind_cells
    from listings
),
purposes as (
    select distinct
        purpose
    from unnest($purposes) as declared(purpose)
),
found as (
    select
        listings.cell,
        listings.age_us,
        listings.answered_us,
        alarms.source,
        alarms.account,
        alarms.region,
        alarms.alarm,
        alarms.kind,
        alarms.purpose,
        alarms.state,
        alarms.evaluation,
        alarms.actions_enabled,
        alarms.actions,
        alarms.namespace,
        alarms.metric,
        alarms.dimensions
    from listings
    join alarms
        on alarms.source = listings.source
        and alarms.account = listings.account
        and alarms.region = listings.region
        and epoch_us(alarms.answered_at) = listings.answered_us
    left join purposes on purposes.purpose = alarms.purpose
    where purposes.purpose is not null or $every_alarm
)
select
    concat('alarm ', found.cell, '/', found.alarm) as resource,
    'alarm' as role,
    found.source,
    found.account,
    found.region,
    found.alarm,
    found.kind,
    found.state,
    found.evaluation,
    found.actions_enabled,
    found.actions,
    found.namespace,
    found.metric,
    found.dimensions,
    found.answered_us,
    found.age_us,
    blindness.blind_cells
from found
cross join blindness
union all
select
    concat('purpose ', purposes.purpose) as resource,
    'missing' as role,
    null as source,
    null as account,
    null as region,
    null as alarm,
    null as kind,
    null as state,
    null as evaluation,
    null as actions_enabled,
    null as actions,
    null as namespace,
    null as metric,
    null as dimensions,
    null as answered_us,
    null as age_us,
    blindness.blind_cells
from purposes
left join found on found.purpose = purposes.purpose
cross join blindness
where found.alarm is null
union all
select
    concat('cell ', listings.cell) as resource,
    'cell' as role,
    listings.source,
    listings.account,
    listings.region,
    null as alarm,
    null as kind,
    null as state,
    null as evaluation,
    null as actions_enabled,
    null as actions,
    null as namespace,
    null as metric,
    null as dimensions,
    listings.answered_us,
    listings.age_us,
    blindness.blind_cells
from listings
cross join blindness

-- Every region of each account whose regions were listed, by the newest list of its cell; and what was asked for that:
-- of two calls that list regions one is enough.
-- recorder_age_us, listed: how long before the judged moment the region last answered in full which recorders it has, and
-- how many; null where it never did. Of these, by the newest answer of the allowed age: known: whose state was answered;
-- recording, whole, sound: that record at all, every type, and deliver; failing: that cannot; vague: that do not state types.
with lists as (
    select
        cell,
        source,
        account,
        region,
        max(answered_us) as answered_us,
        min(age_us) as age_us
    from current_answers
    where call in ('ListRegions', 'DescribeRegions')
    group by cell, source, account, region
),
enabled as (
    select
        regions.account,
        regions.name,
        regions.opt_status,
        lists.age_us
    from lists
    join regions
        on regions.source = lists.source
        and regions.account = lists.account
        and regions.region = lists.region
        and epoch_us(regions.answered_at) = lists.answered_us
),
questions as (
    select
        account,
        region,
        records as listed,
        least($window_end_us, $as_of_us) - epoch_us(answered_at) as age_us,
        row_number() over (partition by account, region order by answered_at desc, records) as place
    from source_answers
    where call = 'DescribeConfigurationRecorders'
        and status = 'ok'
        and epoch_us(answered_at) < least($window_end_us, $as_of_us)
),
answers as (
    select
        account,
        region,
        max(answered_at) as answered_at
    from recorders
    where epoch_us(answered_at) < least($window_end_us, $as_of_us)
    group by account, region
),
found as (
    select
        recorders.account,
        recorders.region,
        count(*) as known,
        count(*) filter (where recorders.recording) as recording,
        count(*) filter (where recorders.recording and recorders.every_type) as whole,
        count(*) filter (
            where recorders.recording and recorders.every_type and lower(recorders.last_status) = 'success'
        ) as sound,
        count(*) filter (where lower(recorders.last_status) = 'failure') as failing,
        count(*) filter (where recorders.recording and recorders.every_type is null) as vague
    from recorders
    join answers
        on answers.account = recorders.account
        and answers.region = recorders.region
        and answers.answered_at = recorders.answered_at
    where least($window_end_us, $as_of_us) - epoch_us(recorders.answered_at) <= $max_age_seconds::bigint * 1000000
    group by recorders.account, recorders.region
)
select
    concat_ws(' ', enabled.account, enabled.name) as resource,
    'fact' as role,
    null as status,
    max(enabled.age_us) as age_us,
    min(enabled.opt_status) as opt_status,
    max(enabled.opt_status) as other_opt_status,
    max(questions.age_us) as recorder_age_us,
    max(questions.listed) as listed,
    coalesce(max(found.known), 0) as known,
    coalesce(max(found.recording), 0) as recording,
    coalesce(max(found.whole), 0) as whole,
    coalesce(max(found.sound), 0) as sound,
    coalesce(max(found.failing), 0) as failing,
    coalesce(max(found.vague), 0) as vague
from enabled
left join questions
    on questions.account = enabled.account
    and questions.region = enabled.name
    and questions.place = 1
left join found
    on found.account = enabled.account
    and found.region = enabled.name
group by enabled.account, enabled.name
union all
select
    asked_cells.resource,
    asked_cells.role,
    asked_cells.status,
    asked_cells.age_us,
    null as opt_status,
    null as other_opt_status,
    null as recorder_age_us,
    null as listed,
    null as known,
    null as recording,
    null as whole,
    null as sound,
    null as failing,
    null as vague
from asked_cells
left join lists on lists.cell = asked_cells.cell
where asked_cells.role = 'cell'
    or asked_cells.call not in ('ListRegions', 'DescribeRegions')
    or lists.cell is null
    or lists.age_us > $max_age_seconds::bigint * 1000000
order by resource

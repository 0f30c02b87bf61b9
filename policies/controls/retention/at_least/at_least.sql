-- Every declared log and store of records, by the newest answer about each kind of rule that deletes in it; and what was asked
-- for them. days: after how many days at the earliest anything in it is deleted; null: never. group_days: the same of its
-- log group. oldest_us: how old its oldest record is. required_us: how old it must be: as many days as records must be kept,
-- or the time since the window began (since when the system is live), whichever is shorter.
with newest as (
    select
        retention_rules.arn,
        retention_rules.basis,
        max(retention_rules.answered_at) as answered_at
    from retention_rules
    join unnest($resources) as declared(arn) on declared.arn = retention_rules.arn
    where retention_rules.basis <> 'object_lock'
        and epoch_us(retention_rules.answered_at) < least($window_end_us, $as_of_us)
    group by retention_rules.arn, retention_rules.basis
),
rules as (
    select
        newest.arn,
        least($window_end_us, $as_of_us) - min(epoch_us(newest.answered_at)) as age_us,
        min(retention_rules.days) as days,
        min(retention_rules.days) filter (where retention_rules.basis = 'log_group') as group_days,
        max(least($window_end_us, $as_of_us) - epoch_us(retention_rules.oldest_at)) as oldest_us
    from newest
    join retention_rules
        on retention_rules.arn = newest.arn
        and retention_rules.basis = newest.basis
        and retention_rules.answered_at = newest.answered_at
    group by newest.arn
)
select
    declared.arn as resource,
    'fact' as role,
    null as status,
    rules.age_us,
    rules.days,
    rules.group_days,
    rules.oldest_us,
    least($min_days::bigint * 86400000000, least($window_end_us, $as_of_us) - $window_start_us) as required_us,
    $min_days as min_days
from unnest($resources) as declared(arn)
left join rules on rules.arn = declared.arn
union all
select
    resource,
    role,
    status,
    age_us,
    null as days,
    null as group_days,
    null as oldest_us,
    null as required_us,
    $min_days as min_days
from asked_cells
order by resource

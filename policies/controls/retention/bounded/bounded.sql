-- Every store, replica, backup and log, and all else of which a rule of deletion was answered, by the newest answer about each
-- kind of rule; and what was asked for them. days: after how many days at the latest it deletes everything (rules of a part
-- delete only that part); null: never. data_class: as the rules or the inventories state it, where they agree. oldest_us:
-- how old the oldest record in it is. procedures, procedure_size: versions of the document on erasure, and the size of the
-- last one.
with stores as (
    select arn
    from resources
    where kind not in ('key', 'other')
    union
    select arn
    from retention_rules
    where basis <> 'object_lock'
        and epoch_us(answered_at) < least($window_end_us, $as_of_us)
),
newest as (
    select
        arn,
        basis,
        max(answered_at) as answered_at
    from retention_rules
    where basis <> 'object_lock'
        and epoch_us(answered_at) < least($window_end_us, $as_of_us)
    group by arn, basis
),
rules as (
    select
        newest.arn,
        least($window_end_us, $as_of_us) - min(epoch_us(newest.answered_at)) as age_us,
        min(retention_rules.days) filter (where retention_rules.rule = '') as days,
        max(least($window_end_us, $as_of_us) - epoch_us(retention_rules.oldest_at)) as oldest_us
    from newest
    join retention_rules
        on retention_rules.arn = newest.arn
        and retention_rules.basis = newest.basis
        and retention_rules.answered_at = newest.answered_at
    group by newest.arn
),
classes as (
    select
        arn,
        data_class
    from resources
    union
    select
        retention_rules.arn,
        retention_rules.data_class
    from retention_rules
    join newest
        on newest.arn = retention_rules.arn
        and newest.basis = retention_rules.basis
        and newest.answered_at = retention_rules.answered_at
),
agreed as (
    select
        arn,
        case when min(data_class) = max(data_class) then min(data_class) end as data_class
    from classes
    group by arn
),
classified as (
    select
        arn,
        bool_and(coalesce(data_class, '') = 'none' and classification_signed) as signed
    from resources
    group by arn
),
versions as (
    select
        size,
        row_number() over (order by modified_at desc, source) as place
    from documents
    where document = $erasure_document
        and epoch_us(modified_at) < least($window_end_us, $as_of_us)
),
procedure as (
    select
        count(*) as procedures,
        max(size) filter (where place = 1) as procedure_size
    from versions
)
select
    stores.arn as resource,
    'fact' as role,
    null as status,
    rules.age_us,
    coalesce(classified.signed, false) as signed,
    agreed.data_class,
    rules.days,
    rules.oldest_us,
    procedure.procedures,
    procedure.procedure_size
from stores
cross join procedure
left join rules on rules.arn = stores.arn
left join agreed on agreed.arn = stores.arn
left join classified on classified.arn = stores.arn
union all
select
    resource,
    role,
    status,
    age_us,
    null as signed,
    null as data_class,
    null as days,
    null as oldest_us,
    null as procedures,
    null as procedure_size
from asked_cells
order by resource

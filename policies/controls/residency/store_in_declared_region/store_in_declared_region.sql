-- Every store, replica, backup and log, whatever its tags say: an unclassified store is a finding, not an absence. What
-- two inventories list is a row for each. population: how many there are in all.
with listed as (
    select
        source,
        arn,
        kind,
        region,
        data_class,
        classification_signed,
        count(*) over () as population,
        count(*) over (partition by arn) as listings
    from resources
    where kind not in ('key', 'other')
)
select
    case when listings > 1 then concat(arn, ' (', source, ')') else arn end as resource,
    kind,
    region,
    data_class,
    classification_signed,
    population
from listed
order by resource

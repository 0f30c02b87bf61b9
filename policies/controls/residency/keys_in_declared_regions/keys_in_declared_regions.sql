-- Every key that an inventory lists or that encrypts a resource, and every replica of one, by the region that it lies in; and
-- what was asked for them. in_force: answers of the allowed age by which it is there.
with keys as (
    select
        arn as key,
        region as key_region,
        null as age_us,
        1 as in_force
    from resources
    where kind = 'key'
    union all
    select
        destination as key,
        destination_region as key_region,
        least($window_end_us, $as_of_us) - max(epoch_us(answered_at)) as age_us,
        count(*) filter (
            where enabled is distinct from false
                and least($window_end_us, $as_of_us) - epoch_us(answered_at) <= $max_age_seconds::bigint * 1000000
        ) as in_force
    from resource_links
    where kind in ('key', 'key_replica')
        and epoch_us(answered_at) < least($window_end_us, $as_of_us)
    group by destination, destination_region
),
seen as (
    select
        key,
        key_region,
        coalesce(min(age_us), 0) as age_us,
        sum(in_force)::bigint as in_force
    from keys
    group by key, key_region
)
select
    concat(key, ' (', case when key_region = '' then 'no region' else coalesce(key_region, 'region unknown') end, ')') as resource,
    'fact' as role,
    null as status,
    age_us,
    key_region,
    in_force
from seen
union all
select
    resource,
    role,
    status,
    age_us,
    null as key_region,
    null as in_force
from asked_cells
order by resource

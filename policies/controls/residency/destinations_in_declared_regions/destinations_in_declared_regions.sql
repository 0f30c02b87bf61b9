-- Every other place that what a resource holds, or the key to it, is also in or goes to, and what was asked for them. A link
-- that was in force at any answer of the allowed age counts, though a later one no longer lists it: what was copied is
-- there. in_force: answers of that age that say so, or do not say otherwise. signed: whether every inventory that lists the
-- resource has a signed classification by which it holds no personal data.
with links as (
    select
        arn,
        kind,
        destination,
        destination_region,
        least($window_end_us, $as_of_us) - max(epoch_us(answered_at)) as age_us,
        count(*) filter (
            where enabled is distinct from false
                and least($window_end_us, $as_of_us) - epoch_us(answered_at) <= $max_age_seconds::bigint * 1000000
        ) as in_force
    from resource_links
    where epoch_us(answered_at) < least($window_end_us, $as_of_us)
    group by arn, kind, destination, destination_region
),
classified as (
    select
        arn,
        bool_and(coalesce(data_class, '') = 'none' and classification_signed) as signed
    from resources
    group by arn
)
select
    concat(
        links.arn,
        ' ',
        links.kind,
        ' -> ',
        links.destination,
        ' (',
        case when links.destination_region = '' then 'no region' else coalesce(links.destination_region, 'region unknown') end,
        ')'
    ) as resource,
    'fact' as role,
    null as status,
    links.age_us,
    links.destination_region,
    links.in_force,
    coalesce(classified.signed, false) as signed
from links
left join classified on classified.arn = links.arn
union all
select
    resource,
    role,
    status,
    age_us,
    null as destination_region,
    null as in_force,
    null as signed
from asked_cells
order by resource

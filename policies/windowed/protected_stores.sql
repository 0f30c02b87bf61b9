-- Every store, replica, backup and log that an inventory lists or whose protection was answered, with the newest answer about
-- it before the judged moment; age_us is null without one. signed: whether every inventory that lists it has a signed
-- classification by which it holds no personal data. Two answers of one instant: what is worse of each.
with stores as (
    select arn
    from resources
    where kind not in ('key', 'other')
    union
    select resource_protection.arn
    from resource_protection
    anti join resources
        on resources.arn = resource_protection.arn
        and resources.kind in ('key', 'other')
    where epoch_us(resource_protection.answered_at) < least($window_end_us, $as_of_us)
),
classified as (
    select
        arn,
        min(service) as service,
        bool_and(coalesce(data_class, '') = 'none' and classification_signed) as signed
    from resources
    group by arn
),
newest as (
    select
        arn,
        max(answered_at) as answered_at
    from resource_protection
    where epoch_us(answered_at) < least($window_end_us, $as_of_us)
    group by arn
)
select
    stores.arn,
    coalesce(min(resource_protection.service), min(classified.service)) as service,
    coalesce(bool_and(classified.signed), false) as signed,
    least($window_end_us, $as_of_us) - max(epoch_us(newest.answered_at)) as age_us,
    case when count(*) = count(resource_protection.encrypted) then bool_and(resource_protection.encrypted) end as encrypted,
    case when count(*) = count(resource_protection.key_arn) then min(resource_protection.key_arn) end as key_arn,
    case when min(resource_protection.key_manager) = max(resource_protection.key_manager) then min(resource_protection.key_manager) end as key_manager,
    case when count(*) = count(resource_protection.public_blocked) then bool_and(resource_protection.public_blocked) end as public_blocked
from stores
left join classified on classified.arn = stores.arn
left join newest on newest.arn = stores.arn
left join resource_protection
    on resource_protection.arn = newest.arn
    and resource_protection.answered_at = newest.answered_at
group by stores.arn

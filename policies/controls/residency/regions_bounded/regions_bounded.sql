-- Every declared target (root, unit or account) with the service control policies that bound regions, by the newest answer
-- about it, and what was asked for that. silent: declared cells that nobody asked. open: questions to them that were last
-- answered otherwise than in full, behind which another policy may be.
with cells as (
    select
        max(age_us) as age_us,
        count(*) filter (where role = 'cell' and age_us is null) as silent,
        count(*) filter (where role = 'question') as open
    from asked_cells
)
select
    declared.target as resource,
    'fact' as role,
    null as status,
    case when cells.silent = 0 then greatest(coalesce(bounding_policies.age_us, 0), cells.age_us) end as age_us,
    cells.open,
    bounding_policies.policies
from unnest($targets) as declared(target)
cross join cells
left join bounding_policies on bounding_policies.target = declared.target
union all
select
    resource,
    role,
    status,
    age_us,
    null as open,
    null as policies
from asked_cells
order by resource

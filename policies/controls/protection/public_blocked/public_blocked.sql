-- Every store, replica, backup and log of the declared services, with whether public access to it is blocked in every way by
-- the newest answer about it; and what was asked for that.
select
    protected_stores.arn as resource,
    'fact' as role,
    null as status,
    protected_stores.age_us,
    protected_stores.signed,
    protected_stores.public_blocked
from protected_stores
join unnest($services) as declared(service) on declared.service = protected_stores.service
union all
select
    resource,
    role,
    status,
    age_us,
    null as signed,
    null as public_blocked
from asked_cells
order by resource

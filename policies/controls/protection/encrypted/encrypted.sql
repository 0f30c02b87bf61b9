-- Every store, replica, backup and log, whatever its tags say, with how it is encrypted by the newest answer about it; and what
-- was asked for that.
select
    arn as resource,
    'fact' as role,
    null as status,
    age_us,
    signed,
    encrypted,
    key_arn,
    key_manager
from protected_stores
union all
select
    resource,
    role,
    status,
    age_us,
    null as signed,
    null as encrypted,
    null as key_arn,
    null as key_manager
from asked_cells
order by resource

-- The decision point $line: how many decisions stand, and how many of them in the role that decides. role: of the only one.
select
    $line as resource,
    $role as decider,
    count(*) as decisions,
    count(*) filter (where decision_records.role = $role) as by_role,
    max(decision_records.role) as role
from decision_records
order by resource

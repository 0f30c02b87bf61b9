-- The decision point $line: how many GO and NO-GO stand of the role that decides, and how many of others.
select
    $line as resource,
    $role as role,
    count(*) filter (where decision_records.role = $role and decision_records.decision = 'GO') as go,
    count(*) filter (where decision_records.role = $role and decision_records.decision = 'NO-GO') as no_go,
    count(*) filter (where decision_records.role <> $role) as others
from decision_records
order by resource

-- The decision point $line: how many decisions stand, and what the run that they are about had decided on $criteria.
select
    $line as resource,
    $criteria as criteria,
    count(*) as decisions,
    count(*) filter (where decision_records.decision = 'GO') as go,
    max(criteria.verdict) as criteria_verdict
from decision_records
left join prior_verdicts as criteria
    on criteria.run = decision_records.run
    and criteria.line = $criteria
order by resource

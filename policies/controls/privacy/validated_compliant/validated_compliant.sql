-- Each declared routing path: the validations of the window on it. Validations of no declared path are a row too. A probe is
-- a validation of something that was made to violate: a validator that never says no proves nothing. thin: it states too
-- few checks, or no score, or no count of violations: a constant, no result.
with paths as (
    select path from unnest($paths) as declared(path)
    union
    select coalesce(route, '(no path)') as path
    from log_events
    where list_contains($validation_types, event_type)
),
validations as (
    select
        coalesce(route, '(no path)') as path,
        coalesce(induced, false) as probe,
        list_contains($violation_statuses, compliance_status) or coalesce(violations > 0, false) as violating,
        coalesce(list_contains($compliant_statuses, compliance_status), false) as compliant,
        coalesce(score < $min_score, false) as low,
        checks is null or checks < $min_checks or score is null or violations is null as thin
    from log_events
    where list_contains($validation_types, event_type)
)
select
    paths.path as resource,
    list_contains($paths, paths.path) as declared,
    count(validations.path) filter (where not probe) as validations,
    count(*) filter (where not probe and coalesce(violating, false)) as violating,
    count(*) filter (where not probe and not coalesce(violating, false) and low) as low,
    count(*) filter (where not probe and not coalesce(violating, false) and not compliant) as unknown,
    count(*) filter (where not probe and thin) as thin,
    count(*) filter (where probe) as probes,
    count(*) filter (where probe and coalesce(violating, false)) as caught,
    $min_score as min_score,
    $min_checks as min_checks
from paths
left join validations on validations.path = paths.path
group by paths.path
order by resource

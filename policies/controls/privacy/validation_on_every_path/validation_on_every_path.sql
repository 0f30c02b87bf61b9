-- Each declared routing path: the validations of the window on it. Validations of no declared path are a row too.
-- unknown: nobody said what it found. errors: it found nothing, because it failed itself.
with paths as (
    select path from unnest($paths) as declared(path)
    union
    select coalesce(route, '(no path)') as path
    from log_events
    where list_contains($validation_types, event_type)
)
select
    paths.path as resource,
    list_contains($paths, paths.path) as declared,
    count(log_events.event_hi) as validations,
    count(*) filter (where log_events.event_hi is not null and (log_events.compliance_status is null or log_events.compliance_status = 'undeclared')) as unknown,
    count(*) filter (where log_events.outcome = 'error' or (log_events.compliance_status <> 'undeclared' and not list_contains($decided_statuses, log_events.compliance_status))) as errors
from paths
left join log_events
    on coalesce(log_events.route, '(no path)') = paths.path
    and list_contains($validation_types, log_events.event_type)
group by paths.path
order by resource

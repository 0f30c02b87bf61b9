-- One row: the routing decisions of the window, all routes and operations pooled, by the declared definition of optimal.
-- matrix: the primary route unless it was held unhealthy, then the fallback. label: what the application calls optimal.
-- labelled: decisions of which that can be said. Decisions induced as a test are none: they were made to be otherwise.
with labels as (
    select
        case
            when $definition = 'label' then log_events.optimal
            when route_matrix.primary_route is null or route_matrix.fallback_route is null then null
            when log_events.route is null or log_events.route = 'undeclared' or log_events.unhealthy_route = 'undeclared' then null
            when log_events.route = route_matrix.primary_route then log_events.unhealthy_route is distinct from route_matrix.primary_route
            else log_events.route = route_matrix.fallback_route and coalesce(log_events.unhealthy_route = route_matrix.primary_route, false)
        end as optimal
    from log_events
    left join route_matrix on route_matrix.operation = log_events.operation
    where list_contains($decision_types, log_events.event_type)
        and not coalesce(log_events.induced, false)
)
select
    'routing decisions' as resource,
    count(*) as decisions,
    count(optimal) as labelled,
    count(*) filter (where not optimal) as suboptimal,
    0 as unlabelled_bound,
    $definition as definition
from labels
order by resource

-- Every routing decision of the window; those of one operation, chosen route, route held unhealthy and reason are one row
-- with their number. And each declared operation, with the number of its decisions, so that one that was never routed is
-- a row. confirmed: a health check of the route's component found it degraded or unhealthy shortly before.
with components as (
    select
        $routes[n] as route,
        $health_components[n] as component
    from unnest(generate_series(1, coalesce(greatest(len($routes), len($health_components)), 0))) as numbered(n)
),
decisions as (
    select
        event_hi,
        event_lo,
        epoch_us(event_time) as time_us,
        operation,
        route,
        unhealthy_route,
        coalesce(induced, false) as induced
    from log_events
    where list_contains($decision_types, event_type)
),
confirmed as (
    select
        decisions.event_hi,
        decisions.event_lo
    from decisions
    join components on components.route = decisions.unhealthy_route
    join health_checks
        on health_checks.component = components.component
        and epoch_us(health_checks.event_time) <= decisions.time_us
        and epoch_us(health_checks.event_time) > decisions.time_us - $health_max_age_seconds::bigint * 1000000
    where health_checks.status in ('degraded', 'unhealthy')
    group by decisions.event_hi, decisions.event_lo
),
grouped as (
    select
        decisions.operation,
        decisions.route,
        decisions.unhealthy_route,
        decisions.induced,
        confirmed.event_hi is not null as confirmed,
        count(*) as n
    from decisions
    left join confirmed
        on confirmed.event_hi = decisions.event_hi
        and confirmed.event_lo = decisions.event_lo
    group by decisions.operation, decisions.route, decisions.unhealthy_route, decisions.induced, confirmed.event_hi is not null
)
select
    concat(coalesce(grouped.operation, '(no operation)'), ' to ', coalesce(grouped.route, '(no route)'), case when grouped.unhealthy_route is null then '' else concat(', ', grouped.unhealthy_route, ' unhealthy') end, case when grouped.induced then ', induced' else '' end, case when grouped.confirmed then ', confirmed' else '' end) as resource,
    'decisions' as role,
    grouped.n,
    grouped.n as decisions,
    grouped.operation,
    grouped.route,
    grouped.unhealthy_route,
    grouped.induced,
    grouped.confirmed,
    route_matrix.primary_route,
    route_matrix.fallback_route
from grouped
left join route_matrix on route_matrix.operation = grouped.operation
union all
select
    concat('operation ', coalesce(route_matrix.operation, '(none)')) as resource,
    'operation' as role,
    1 as n,
    coalesce(sum(grouped.n), 0)::bigint as decisions,
    route_matrix.operation,
    null::varchar as route,
    null::varchar as unhealthy_route,
    false as induced,
    false as confirmed,
    min(route_matrix.primary_route) as primary_route,
    min(route_matrix.fallback_route) as fallback_route
from route_matrix
left join grouped on grouped.operation = route_matrix.operation
group by route_matrix.operation
order by role, resource

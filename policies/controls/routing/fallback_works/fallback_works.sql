-- Each declared route that is fallen back to: the fallbacks of the window to it, and of these the ones brought about as a
-- test. unknown: nobody said how it ended. Fallbacks to a route that nobody declared are a row too.
with routes as (
    select route from unnest($to_routes) as declared(route)
    union
    select coalesce(route, '(no route)') as route
    from log_events
    where list_contains($fallback_types, event_type)
)
select
    routes.route as resource,
    list_contains($to_routes, routes.route) as declared,
    count(log_events.event_hi) as fallbacks,
    count(*) filter (where log_events.outcome = 'ok') as succeeded,
    count(*) filter (where log_events.outcome = 'error') as failed,
    count(*) filter (where log_events.induced and log_events.outcome = 'ok') as induced_succeeded
from routes
left join log_events
    on coalesce(log_events.route, '(no route)') = routes.route
    and list_contains($fallback_types, log_events.event_type)
group by routes.route
order by resource

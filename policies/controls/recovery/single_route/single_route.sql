-- Every declared route and every route seen in the window: its requests but health checks. kept: whether traffic may take
-- it after the rollback. unplaced: requests that may have taken it. unobserved: at most how many are not here; null where nothing
-- bounds them.
with window_slots as (
    select *
    from request_slots
    where slot_us >= $window_start_us
        and slot_us < $window_end_us
        and list_contains($request_sources, source)
        and kind is distinct from 'health_check'
),
routes as (
    select route from unnest($kept_routes) as declared(route)
    union
    select route from unnest($left_routes) as declared(route)
    union
    select route
    from window_slots
    where route is not null
),
counted as (
    select
        routes.route,
        coalesce(sum(window_slots.records) filter (where window_slots.route is not null and window_slots.kind is not null), 0)::bigint as requests,
        coalesce(sum(window_slots.completed) filter (where window_slots.route is not null), 0)::bigint as completed,
        coalesce(sum(window_slots.records) filter (where window_slots.kind is null or window_slots.route is null), 0)::bigint as unplaced
    from routes
    left join window_slots
        on window_slots.route = routes.route or window_slots.route is null
    group by routes.route
)
select
    counted.route as resource,
    list_contains($kept_routes, counted.route) as kept,
    counted.requests,
    counted.completed,
    counted.unplaced,
    request_bounds.unobserved,
    request_watermark.watermark_us,
    $window_end_us as window_end_us
from counted
cross join request_bounds
cross join request_watermark
order by resource

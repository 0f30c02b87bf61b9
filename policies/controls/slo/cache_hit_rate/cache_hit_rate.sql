-- Every declared route and every route seen in the window, all kinds of request but health checks, pooled: misses over
-- lookups. Which requests bypass the cache is declared by the mapping of the log, and they are no lookups.
-- `unknown` bounds what may have been a lookup unseen: requests without route or cache result, and those not observed.
with window_slots as (
    select *
    from request_slots
    where slot_us >= $window_start_us
        and slot_us < $window_end_us
        and list_contains($request_sources, source)
),
routes as (
    select route from unnest($routes) as declared(route)
    union
    select route
    from window_slots
    where route is not null
        and kind is distinct from 'health_check'
),
counted as (
    select
        routes.route,
        coalesce(sum(window_slots.hits + window_slots.misses) filter (where window_slots.route is not null), 0)::bigint as requests,
        coalesce(sum(window_slots.misses) filter (where window_slots.route is not null), 0)::bigint as errors,
        coalesce(sum(window_slots.unlooked + case when window_slots.route is null then window_slots.hits + window_slots.misses else 0 end), 0)::bigint as unmeasured
    from routes
    left join window_slots
        on window_slots.route = routes.route or window_slots.route is null
    group by routes.route
)
select
    counted.route as resource,
    counted.requests,
    counted.errors,
    counted.unmeasured,
    request_bounds.unobserved,
    counted.unmeasured + request_bounds.unobserved as unknown,
    request_bounds.blind_slots,
    request_watermark.watermark_us,
    $window_end_us as window_end_us
from counted
cross join request_bounds
cross join request_watermark
order by resource

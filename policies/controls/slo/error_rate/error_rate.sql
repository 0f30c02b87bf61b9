-- Every declared route and every route seen in the window, all kinds of request but health checks, pooled: errors and
-- timeouts over requests, never a mean of ratios. A client's own error is a request and no error.
-- `unknown` bounds what may have failed unseen: requests without route, kind or outcome, and those not observed at all.
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
        coalesce(sum(window_slots.answered) filter (where window_slots.route is not null), 0)::bigint as requests,
        coalesce(sum(window_slots.errors) filter (where window_slots.route is not null), 0)::bigint as errors,
        coalesce(sum(window_slots.unplaced + case when window_slots.route is null then window_slots.answered else 0 end), 0)::bigint as unmeasured
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

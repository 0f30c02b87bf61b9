-- One row per declared operation: the route that it takes, and the one that it takes when that is unhealthy.
select
    $operations[n] as operation,
    $primaries[n] as primary_route,
    $fallbacks[n] as fallback_route
from unnest(generate_series(1, greatest(len($operations), len($primaries), len($fallbacks)))) as numbered(n)

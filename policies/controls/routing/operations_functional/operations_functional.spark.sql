-- Each declared operation whose primary route is asked for: its executions in the window on the asked routes. late: failed,
-- or not faster than its budget (a timeout ends at the budget). unknown: nobody said how it ended, or how long it took.
-- For engines whose exact quantile is another: the nearest rank is found by numbering the executions that went well.
with matrix as (
    select
        $operations[n] as operation,
        $primaries[n] as primary_route,
        $budgets_ms[n]::bigint * 1000 as budget_us
    from unnest(generate_series(1, greatest(len($operations), len($primaries), len($budgets_ms)))) as numbered(n)
),
executed as (
    select
        operation,
        outcome,
        latency_us
    from log_events
    where list_contains($operation_types, event_type)
        and list_contains($routes, route)
),
numbered as (
    select
        operation,
        latency_us,
        row_number() over (partition by operation order by latency_us) as place,
        count(*) over (partition by operation) as all_of_them
    from executed
    where outcome = 'ok'
        and latency_us is not null
),
ranked as (
    select
        operation,
        min(latency_us) as latency_us
    from numbered
    where place * 100 >= all_of_them * 95
    group by operation
),
counted as (
    select
        matrix.operation,
        min(matrix.budget_us) as budget_us,
        count(executed.operation) as attempts,
        count(*) filter (where executed.outcome = 'ok') as succeeded,
        count(*) filter (where executed.outcome = 'error' or (executed.outcome = 'ok' and executed.latency_us >= matrix.budget_us)) as late,
        count(*) filter (where executed.outcome = 'ok' and executed.latency_us < matrix.budget_us) as timely,
        min(ranked.latency_us) as p95_us
    from matrix
    left join executed on executed.operation = matrix.operation
    left join ranked on ranked.operation = matrix.operation
    where matrix.primary_route is null
        or list_contains($routes, matrix.primary_route)
    group by matrix.operation
)
select
    coalesce(operation, '(none)') as resource,
    operation,
    attempts,
    succeeded,
    late,
    late + timely as measured,
    attempts - late - timely as unknown,
    budget_us,
    p95_us
from counted
order by resource

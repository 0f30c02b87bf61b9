-- One row for the declared budget: what was spent in its period that holds the as-of (see windowed/allocation.sql).
select
    budget as resource,
    budgets,
    currency,
    budget_micro,
    start_us,
    end_us,
    records,
    other_currency,
    estimates,
    spent_micro,
    certain_micro,
    silent_services,
    until_us,
    gap_us,
    lost,
    as_of_us
from allocation
order by resource

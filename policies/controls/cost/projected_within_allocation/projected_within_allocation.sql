-- One row for the declared budget: what its whole period will have cost if it goes on as up to now, in millionths, rounded
-- up: all that is spent, over the time for which every declared service has been billed (see windowed/allocation.sql).
select
    budget as resource,
    budgets,
    currency,
    budget_micro,
    records,
    other_currency,
    estimates,
    spent_micro,
    silent_services,
    gap_us,
    lost,
    until_us,
    as_of_us,
    until_us - start_us as billed_us,
    case
        when until_us > start_us
            then ((spent_micro::hugeint * (end_us - start_us) + (until_us - start_us) - 1) // (until_us - start_us))::bigint
    end as projected_micro
from allocation
order by resource

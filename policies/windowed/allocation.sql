-- One row for the declared budget: its period that holds the as-of, and what was spent in it, in millionths (spent is
-- rounded up, the budget down). A cost whose period crosses an edge of the budget's, or is not over at the as-of, counts
-- in full in spent_micro, and not at all in certain_micro.
-- gap_us: time of the declared services without a cost, or with more than one, before the last one; only costs of the
-- declared sources fill it, and one service's time never makes up for another's. lost: rows that the sources were
-- read to hold, as they say of themselves as a whole, and that are not here.
-- certain_micro is of the budget's own currency.
with budget as (
    select
        count(*) as budgets,
        min(epoch_us(period_start)) as start_us,
        min(epoch_us(period_end)) as end_us,
        min(amount_nano) as amount_nano,
        min(currency) as currency
    from budgets
    where name = $budget
        and epoch_us(period_start) <= $as_of_us
        and epoch_us(period_end) > $as_of_us
),
spent as (
    select
        costs.source,
        costs.service,
        greatest(epoch_us(costs.period_start), budget.start_us) as start_us,
        least(epoch_us(costs.period_end), $as_of_us) as end_us,
        costs.amount_nano,
        costs.currency is distinct from budget.currency as other_currency,
        costs.estimated,
        epoch_us(costs.period_start) >= budget.start_us and epoch_us(costs.period_end) <= $as_of_us as inside
    from costs
    cross join budget
    where epoch_us(costs.period_end) > budget.start_us
        and epoch_us(costs.period_start) < $as_of_us
),
total as (
    select
        count(*) as records,
        count(*) filter (where other_currency) as other_currency,
        count(*) filter (where estimated) as estimates,
        (coalesce(sum(amount_nano), 0)::bigint + 999) // 1000 as spent_micro,
        coalesce(sum(amount_nano) filter (where inside and not other_currency and (not estimated or $accept_estimates)), 0)::bigint // 1000 as certain_micro
    from spent
),
services as (
    select
        declared.service,
        max(spent.end_us) as until_us,
        sum(spent.end_us - spent.start_us)::bigint as covered_us
    from unnest($services) as declared(service)
    left join spent
        on spent.service = declared.service
        and list_contains($cost_sources, spent.source)
    group by declared.service
),
feed as (
    select
        count(*) filter (where services.until_us is null) as silent_services,
        min(services.until_us) as until_us,
        coalesce(sum(abs(services.until_us - budget.start_us - services.covered_us)), 0)::bigint as gap_us
    from services
    cross join budget
),
collected as (
    select coalesce(sum(coverage.records), 0)::bigint as records
    from coverage
    where list_contains($cost_sources, coverage.source)
        and coverage.call = 'read_files'
        and coverage.account = ''
        and coverage.region = ''
),
held as (
    select count(*) as records
    from (
        select costs.source
        from costs
        union all
        select source_answers.source
        from source_answers
    ) as rows_of
    where list_contains($cost_sources, rows_of.source)
)
select
    $budget as budget,
    budget.budgets,
    budget.currency,
    budget.amount_nano // 1000 as budget_micro,
    budget.start_us,
    budget.end_us,
    total.records,
    total.other_currency,
    total.estimates,
    total.spent_micro,
    total.certain_micro,
    feed.silent_services,
    feed.until_us,
    feed.gap_us,
    collected.records - held.records as lost,
    $as_of_us as as_of_us
from budget
cross join total
cross join feed
cross join collected
cross join held

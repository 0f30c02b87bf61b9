-- What the metrics measured in the window, by the answers that speak for all of it; of a statistic that was asked in
-- several periods, the finest. astride: the period reaches out of the window, so what it measured is not all of the window's.
with named as (
    select
        source,
        account,
        region,
        epoch_us(answered_at) as answered_us,
        concat(namespace, '/', metric, case when dimensions = '' then '' else concat('{', dimensions, '}') end) as metric,
        statistic,
        period_us,
        epoch_us(event_time) as at_us,
        value_micro
    from metric_points
),
finest as (
    select
        metric_answers.cell,
        named.metric,
        named.statistic,
        named.period_us,
        named.at_us,
        named.value_micro,
        min(named.period_us) over (partition by metric_answers.cell, named.metric, named.statistic) as finest_us
    from metric_answers
    join named
        on named.source = metric_answers.source
        and named.account = metric_answers.account
        and named.region = metric_answers.region
        and named.metric = metric_answers.metric
        and named.answered_us = metric_answers.answered_us
)
select distinct
    cell,
    metric,
    statistic,
    period_us,
    at_us,
    value_micro,
    at_us < $window_start_us or at_us + period_us > $window_end_us as astride
from finest
where period_us = finest_us
    and at_us < $window_end_us
    and at_us + period_us > $window_start_us

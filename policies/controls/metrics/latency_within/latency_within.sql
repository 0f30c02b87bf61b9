-- Every declared metric: calls of the window, and how many took longer than the limit, by what CloudWatch counted under it
-- (TC, else PR of SampleCount), pooled over the cells. uncounted: calls of periods in which nothing was counted. loose:
-- counts of periods that do not say how many calls they are of. lowest_micro, highest_micro: the least and the greatest p95
-- of any part of the window; unmeasured: calls of periods that no p95 covers. unanswered: cells without an answer in full
-- for all of the window. astride: datapoints that reach out of it.
with metrics as (
    select
        metric
    from unnest($metrics) as declared(metric)
),
bounds as (
    select
        concat('TC(:', cast($latency_limit_us // $metric_unit_us as varchar), ')') as counted_as,
        concat('PR(:', cast($latency_limit_us // $metric_unit_us as varchar), ')') as ranked_as
),
answered as (
    select
        metrics.metric,
        count(*) filter (where metric_answers.metric is null) as unanswered
    from metrics
    cross join unnest($cells) as declared(cell)
    left join metric_answers
        on metric_answers.cell = declared.cell
        and metric_answers.metric = metrics.metric
    group by metrics.metric
),
periods as (
    select
        measured_points.cell,
        measured_points.metric,
        measured_points.at_us,
        measured_points.period_us,
        max(measured_points.value_micro) filter (where measured_points.statistic = 'SampleCount') // 1000000 as calls,
        max(measured_points.value_micro) filter (where measured_points.statistic = bounds.counted_as) // 1000000 as counted,
        max(measured_points.value_micro) filter (where measured_points.statistic = bounds.ranked_as) as ranked_micro
    from measured_points
    cross join bounds
    where not measured_points.astride
        and measured_points.statistic <> 'p95'
    group by measured_points.cell, measured_points.metric, measured_points.at_us, measured_points.period_us
),
counted as (
    select
        *,
        coalesce(counted, calls * ranked_micro // 100000000) as within
    from periods
),
percentiles as (
    select
        cell,
        metric,
        at_us,
        period_us,
        value_micro
    from measured_points
    where not astride
        and statistic = 'p95'
),
covered as (
    select
        periods.metric,
        periods.cell,
        periods.at_us,
        max(periods.calls) as calls,
        count(percentiles.at_us) as percentiles
    from periods
    left join percentiles
        on percentiles.metric = periods.metric
        and percentiles.cell = periods.cell
        and percentiles.at_us <= periods.at_us
        and percentiles.at_us + percentiles.period_us >= periods.at_us + periods.period_us
    where periods.calls > 0
    group by periods.metric, periods.cell, periods.at_us
),
sums as (
    select
        metric,
        coalesce(sum(calls) filter (where within is not null), 0)::bigint as requests,
        coalesce(sum(greatest(calls - within, 0)), 0)::bigint as over,
        coalesce(sum(calls) filter (where within is null), 0)::bigint as uncounted,
        count(*) filter (where calls is null and (counted is not null or ranked_micro is not null)) as loose,
        count(*) filter (where within > calls or within < 0) as impossible
    from counted
    group by metric
),
unmeasured as (
    select
        metric,
        coalesce(sum(calls) filter (where percentiles = 0), 0)::bigint as unmeasured
    from covered
    group by metric
),
extremes as (
    select
        metric,
        min(value_micro) as lowest_micro,
        max(value_micro) as highest_micro
    from percentiles
    group by metric
),
edges as (
    select
        metric,
        count(*) as astride
    from measured_points
    where astride
    group by metric
)
select
    answered.metric as resource,
    $latency_limit_us as limit_us,
    answered.unanswered,
    coalesce(edges.astride, 0) as astride,
    coalesce(sums.requests, 0) as requests,
    coalesce(sums.over, 0) as over,
    coalesce(sums.uncounted, 0) as uncounted,
    coalesce(sums.loose, 0) + coalesce(sums.impossible, 0) as loose,
    coalesce(unmeasured.unmeasured, 0) as unmeasured,
    extremes.lowest_micro,
    extremes.highest_micro,
    refused_calls.calls as unanswered_calls
from answered
left join sums on sums.metric = answered.metric
left join unmeasured on unmeasured.metric = answered.metric
left join extremes on extremes.metric = answered.metric
left join edges on edges.metric = answered.metric
cross join refused_calls
order by resource

-- Every declared model, and every other one for which somebody asked: calls and errors of the window, pooled over the cells,
-- in millionths. unanswered: counters and cells without an answer in full for all of the window. astride: datapoints that
-- reach out of it. unsummed: datapoints of counters of which the sum was not asked. A counter of errors of which nothing
-- came was asked for and was silent: it counts no error.
with counters as (
    select
        counter
    from unnest(list_value('Invocations', 'InvocationClientErrors', 'InvocationServerErrors', 'InvocationThrottles')) as named(counter)
),
models as (
    select
        model
    from unnest($models) as declared(model)
    union
    select
        substring(dimensions, 9) as model
    from metric_points
    join unnest($cells) as declared(cell)
        on declared.cell = concat(metric_points.source, '/', metric_points.account, '/', metric_points.region)
    join counters on counters.counter = metric_points.metric
    where namespace = 'AWS/Bedrock'
        and starts_with(dimensions, 'ModelId=')
        and not contains(dimensions, ',')
        and epoch_us(event_time) >= $window_start_us
        and epoch_us(event_time) < least($window_end_us, $as_of_us)
),
series as (
    select
        models.model,
        counters.counter,
        concat('AWS/Bedrock/', counters.counter, '{ModelId=', models.model, '}') as metric
    from models
    cross join counters
),
answered as (
    select
        series.model,
        count(*) filter (where metric_answers.metric is null) as unanswered
    from series
    cross join unnest($cells) as declared(cell)
    left join metric_answers
        on metric_answers.cell = declared.cell
        and metric_answers.metric = series.metric
    group by series.model
),
instants as (
    select
        series.model,
        series.counter,
        measured_points.cell,
        measured_points.at_us,
        max(measured_points.value_micro) filter (where measured_points.statistic = 'Sum') as value_micro,
        bool_or(measured_points.astride) as astride
    from series
    join measured_points on measured_points.metric = series.metric
    group by series.model, series.counter, measured_points.cell, measured_points.at_us
),
sums as (
    select
        model,
        coalesce(sum(value_micro) filter (where counter = 'Invocations'), 0)::bigint as invocations,
        coalesce(sum(value_micro) filter (where counter = 'InvocationThrottles'), 0)::bigint as throttles,
        coalesce(sum(value_micro) filter (where counter <> 'Invocations'), 0)::bigint as errors,
        count(*) filter (where astride) as astride,
        count(*) filter (where value_micro is null) as unsummed
    from instants
    group by model
)
select
    answered.model as resource,
    answered.unanswered,
    coalesce(sums.invocations, 0) as invocations,
    coalesce(sums.throttles, 0) as throttles,
    coalesce(sums.errors, 0) as errors,
    coalesce(sums.astride, 0) as astride,
    coalesce(sums.unsummed, 0) as unsummed,
    refused_calls.calls as unanswered_calls
from answered
left join sums on sums.model = answered.model
cross join refused_calls
order by resource

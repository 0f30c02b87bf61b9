-- Every alarm of the declared purposes, every purpose without one, every declared cell. newest_us: the newest datapoint of
-- the one metric that an alarm watches. asked_us: up to where that metric was asked for; null where it never was.
with points as (
    select
        datapoints.account,
        datapoints.region,
        datapoints.namespace,
        datapoints.metric,
        datapoints.dimensions,
        max(epoch_us(datapoints.event_time)) as newest_us
    from datapoints
    join unnest($metric_sources) as declared(source) on declared.source = datapoints.source
    where epoch_us(datapoints.event_time) < least($window_end_us, $as_of_us)
    group by datapoints.account, datapoints.region, datapoints.namespace, datapoints.metric, datapoints.dimensions
),
questions as (
    select
        source_answers.account,
        source_answers.region,
        source_answers.subject,
        max(least(epoch_us(source_answers.asked_until), epoch_us(source_answers.answered_at))) as asked_us
    from source_answers
    join unnest($metric_sources) as declared(source) on declared.source = source_answers.source
    where source_answers.call = 'GetMetricData'
        and source_answers.status = 'ok'
        and epoch_us(source_answers.answered_at) < least($window_end_us, $as_of_us)
    group by source_answers.account, source_answers.region, source_answers.subject
),
failed as (
    select
        string_agg(distinct concat(call, ' ', status, ' in ', coverage.source), ', ' order by concat(call, ' ', status, ' in ', coverage.source)) as calls
    from coverage
    join unnest($metric_sources) as declared(source) on declared.source = coverage.source
    where coverage.status <> 'ok'
        and coverage.call <> 'read_files'
)
select
    watched_alarms.resource,
    watched_alarms.role,
    watched_alarms.kind,
    watched_alarms.state,
    watched_alarms.evaluation,
    watched_alarms.actions_enabled,
    watched_alarms.actions,
    watched_alarms.metric,
    watched_alarms.age_us,
    watched_alarms.blind_cells,
    $max_age_seconds as max_age_seconds,
    points.newest_us,
    questions.asked_us,
    least($window_end_us, $as_of_us) as moment_us,
    concat_ws(', ', nullif(refused_calls.calls, ''), failed.calls) as unanswered_calls
from watched_alarms
left join points
    on points.account = watched_alarms.account
    and points.region = watched_alarms.region
    and points.namespace = watched_alarms.namespace
    and points.metric = watched_alarms.metric
    and points.dimensions = watched_alarms.dimensions
left join questions
    on questions.account = watched_alarms.account
    and questions.region = watched_alarms.region
    and questions.subject = concat(
        watched_alarms.namespace,
        '/',
        watched_alarms.metric,
        case when watched_alarms.dimensions = '' then '' else concat('{', watched_alarms.dimensions, '}') end
    )
cross join refused_calls
cross join failed
order by watched_alarms.resource

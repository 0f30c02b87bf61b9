-- Every metric that must be published: Namespace/MetricName, with its dimensions in braces where it has any. A gap begins
-- at a datapoint, or at the window's start, and ends at the next, or at the judged moment less the time that a datapoint may
-- take to be had. longest_us: the longest one that counts (with $gaps every one, else only the last). proven_us: the longest over the limit for which an answer shows that
-- nothing was published for longer than the limit. asked: answers about the metric.
with metrics as (
    select
        metric
    from unnest($metrics) as declared(metric)
),
questions as (
    select
        source_answers.subject as metric,
        epoch_us(source_answers.asked_from) as from_us,
        least(epoch_us(source_answers.asked_until), epoch_us(source_answers.answered_at)) as until_us
    from unnest($cells) as declared(cell)
    join source_answers
        on source_answers.source = split_part(declared.cell, '/', 1)
        and source_answers.account = split_part(declared.cell, '/', 2)
        and source_answers.region = split_part(declared.cell, '/', 3)
    where source_answers.call = 'GetMetricData'
        and source_answers.status = 'ok'
        and epoch_us(source_answers.answered_at) < $as_of_us
),
asked as (
    select
        metric,
        count(*) as answers
    from questions
    group by metric
),
points as (
    select distinct
        concat(
            datapoints.namespace,
            '/',
            datapoints.metric,
            case when datapoints.dimensions = '' then '' else concat('{', datapoints.dimensions, '}') end
        ) as metric,
        epoch_us(datapoints.event_time) as at_us
    from unnest($cells) as declared(cell)
    join datapoints
        on datapoints.source = split_part(declared.cell, '/', 1)
        and datapoints.account = split_part(declared.cell, '/', 2)
        and datapoints.region = split_part(declared.cell, '/', 3)
    where epoch_us(datapoints.event_time) >= $window_start_us
        and epoch_us(datapoints.event_time) < least($window_end_us, $as_of_us)
),
edges as (
    select
        metric,
        at_us
    from points
    union
    select
        metric,
        $window_start_us as at_us
    from metrics
),
gaps as (
    select
        metric,
        at_us,
        lead(at_us) over (partition by metric order by at_us) is null as last,
        coalesce(
            lead(at_us) over (partition by metric order by at_us),
            greatest(at_us, least($window_end_us, $as_of_us) - $delivery_seconds::bigint * 1000000)
        ) - at_us as gap_us
    from edges
),
proofs as (
    select distinct
        gaps.metric,
        gaps.at_us
    from gaps
    join questions
        on questions.metric = gaps.metric
        and questions.from_us <= gaps.at_us
        and questions.until_us > gaps.at_us + $publish_interval_seconds::bigint * 2000000
    where gaps.gap_us > $publish_interval_seconds::bigint * 2000000
),
longest as (
    select
        gaps.metric,
        max(gaps.gap_us) filter (where $gaps or gaps.last) as longest_us,
        max(gaps.gap_us) filter (where ($gaps or gaps.last) and proofs.at_us is not null) as proven_us
    from gaps
    left join proofs
        on proofs.metric = gaps.metric
        and proofs.at_us = gaps.at_us
    group by gaps.metric
),
counts as (
    select
        metric,
        count(*) as points
    from points
    group by metric
)
select
    metrics.metric as resource,
    coalesce(asked.answers, 0) as asked,
    coalesce(counts.points, 0) as points,
    longest.longest_us,
    longest.proven_us,
    $publish_interval_seconds as publish_interval_seconds,
    $delivery_seconds as delivery_seconds,
    refused_calls.calls as unanswered_calls
from metrics
left join asked on asked.metric = metrics.metric
left join counts on counts.metric = metrics.metric
left join longest on longest.metric = metrics.metric
cross join refused_calls
order by resource

-- Every account and region of the declared cells, and every other one in which bedrock-mantle was used by what CloudTrail or
-- its metrics show. seen: its events and datapoints in the window. evidenced: events of it that a declared source of
-- evidence holds. inferences: calls that its metric counts, of the series without dimensions, else of all; null where no sum
-- was asked for. asked: answers in full, by the as-of and after the window had ended, about a metric
-- of it for all of the window. listed: answers in full that listed its series, after the window had ended and not later than
-- a listing shows what was in it (two weeks): without one, a series whose dimensions nobody knew may have been missed.
with places as (
    select distinct
        split_part(cell, '/', 2) as account,
        split_part(cell, '/', 3) as region
    from unnest($cells) as declared(cell)
),
events as (
    select
        account,
        region,
        count(*) as seen,
        count(*) filter (where list_contains(coalesce($evidence_sources, list_value('')), source)) as evidenced
    from audit_events
    where event_source = 'bedrock-mantle.amazonaws.com'
        and epoch_us(event_time) >= $window_start_us
        and epoch_us(event_time) < least($window_end_us, $as_of_us)
    group by account, region
),
points as (
    select
        account,
        region,
        count(*) as seen
    from datapoints
    where namespace = 'AWS/BedrockMantle'
        and epoch_us(event_time) >= $window_start_us
        and epoch_us(event_time) < least($window_end_us, $as_of_us)
    group by account, region
),
sums as (
    select
        account,
        region,
        dimensions,
        event_time,
        max(value_micro) as value_micro
    from metric_points
    where namespace = 'AWS/BedrockMantle'
        and metric = 'Inferences'
        and statistic = 'Sum'
        and epoch_us(event_time) >= $window_start_us
        and epoch_us(event_time) < least($window_end_us, $as_of_us)
    group by account, region, dimensions, event_time
),
counts as (
    select
        account,
        region,
        coalesce(
            sum(value_micro) filter (where dimensions = ''),
            sum(value_micro)
        )::bigint // 1000000 as inferences
    from sums
    group by account, region
),
questions as (
    select
        account,
        region,
        count(*) as asked
    from source_answers
    where call = 'GetMetricData'
        and status = 'ok'
        and starts_with(subject, 'AWS/BedrockMantle/')
        and epoch_us(asked_from) <= $window_start_us
        and epoch_us(asked_until) >= $window_end_us
        and epoch_us(answered_at) >= $window_end_us
        and epoch_us(answered_at) <= $as_of_us
    group by account, region
),
listings as (
    select
        account,
        region,
        count(*) as listed
    from source_answers
    where call = 'ListMetrics'
        and status = 'ok'
        and subject in ('AWS/BedrockMantle', 'AWS/BedrockMantle/Inferences')
        and epoch_us(answered_at) >= $window_end_us
        and epoch_us(answered_at) <= $window_end_us + 1209600000000
        and epoch_us(answered_at) <= $as_of_us
    group by account, region
),
everywhere as (
    select account, region from places
    union
    select account, region from events
    union
    select account, region from points
    union
    select account, region from counts
    where inferences > 0
)
select
    concat_ws(' ', everywhere.account, everywhere.region) as resource,
    coalesce(events.seen, 0) + coalesce(points.seen, 0) as seen,
    coalesce(events.evidenced, 0) as evidenced,
    counts.inferences,
    coalesce(questions.asked, 0) as asked,
    coalesce(listings.listed, 0) as listed,
    refused_calls.calls as unanswered_calls
from everywhere
left join events
    on events.account = everywhere.account
    and events.region = everywhere.region
left join points
    on points.account = everywhere.account
    and points.region = everywhere.region
left join counts
    on counts.account = everywhere.account
    and counts.region = everywhere.region
left join questions
    on questions.account = everywhere.account
    and questions.region = everywhere.region
left join listings
    on listings.account = everywhere.account
    and listings.region = everywhere.region
cross join refused_calls
order by resource

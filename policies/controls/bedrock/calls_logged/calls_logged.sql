-- Every account and region in which CloudTrail has a call of a model that Bedrock's own log takes, and what was asked for how
-- it is set up. enabled: whether its newest answer says that calls are logged. With $log_sources, also calls that succeeded
-- and whose request that log does not hold (unlogged), that name no request (unnamed), or that the log may still be about
-- to get (pending); silent_logs: how many of those sources were not collected in full.
with calls as (
    select
        account,
        region,
        request_hi,
        request_lo,
        epoch_us(event_time) as at_us,
        error_code
    from audit_events
    where event_source = 'bedrock.amazonaws.com'
        and event_name in ('Converse', 'ConverseStream', 'InvokeModel', 'InvokeModelWithResponseStream')
        and epoch_us(event_time) >= $window_start_us
        and epoch_us(event_time) < least($window_end_us, $as_of_us)
),
logged as (
    select distinct
        invocations.account,
        invocations.region,
        invocations.request_hi,
        invocations.request_lo
    from invocations
    join unnest(coalesce($log_sources, list_value(''))) as declared(source) on declared.source = invocations.source
    where epoch_us(invocations.event_time) < $as_of_us
),
joined as (
    select
        calls.account,
        calls.region,
        count(*) as calls,
        count(*) filter (
            where calls.error_code is null and calls.request_hi is not null and logged.request_hi is null
        ) as unlogged,
        count(*) filter (where calls.error_code is null and calls.request_hi is null) as unnamed,
        count(*) filter (where calls.at_us + $delivery_seconds::bigint * 1000000 > $as_of_us) as pending
    from calls
    left join logged
        on logged.account = calls.account
        and logged.region = calls.region
        and logged.request_hi = calls.request_hi
        and logged.request_lo = calls.request_lo
    group by calls.account, calls.region
),
settings as (
    select
        account,
        region,
        enabled,
        least($window_end_us, $as_of_us) - epoch_us(answered_at) as age_us,
        row_number() over (partition by account, region order by answered_at desc, enabled) as place
    from invocation_logging
    where epoch_us(answered_at) < least($window_end_us, $as_of_us)
),
feeds_of_log as (
    select
        count(distinct declared.source) as declared,
        count(distinct coverage.source) as calls,
        count(distinct coverage.source) filter (where coverage.status <> 'ok') as failed
    from unnest(coalesce($log_sources, list_value(''))) as declared(source)
    left join coverage on coverage.source = declared.source
)
select
    concat_ws(' ', joined.account, joined.region) as resource,
    'fact' as role,
    null as status,
    settings.age_us,
    settings.enabled,
    joined.calls,
    joined.unlogged,
    joined.unnamed,
    joined.pending,
    feeds_of_log.declared - feeds_of_log.calls + feeds_of_log.failed as silent_logs
from joined
cross join feeds_of_log
left join settings
    on settings.account = joined.account
    and settings.region = joined.region
    and settings.place = 1
union all
select
    resource,
    role,
    status,
    age_us,
    null as enabled,
    null as calls,
    null as unlogged,
    null as unnamed,
    null as pending,
    null as silent_logs
from asked_cells
order by resource

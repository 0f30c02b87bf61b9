-- Every inference call. Calls that would be decided alike are one row with their number; a call that failed still sent its
-- input to the region.
-- possible: regions that it could reach by its profile (comma between them; an empty one: any region); null where no answer
-- lists the profile.
with calls as (
    select
        account,
        event_source,
        region,
        model_id,
        inference_region,
        count(*) as n,
        count(*) filter (where error_code is not null) as failed_calls,
        min(at_us) as first_seen_us,
        max(at_us) as last_seen_us
    from inference_calls
    group by account, event_source, region, model_id, inference_region
),
destinations as (
    select
        account,
        region,
        model_id,
        string_agg(destination_region, ',' order by destination_region) as possible
    from reachable_regions
    group by account, region, model_id
)
select
    concat_ws(
        ' ',
        calls.account,
        calls.event_source,
        case when calls.region = '' then '(empty region)' else calls.region end,
        coalesce(calls.model_id, '(no model id)'),
        '->',
        coalesce(calls.inference_region, '(destination not stated)')
    ) as resource,
    calls.account,
    calls.event_source,
    calls.region,
    calls.model_id,
    calls.inference_region,
    destinations.possible,
    calls.n,
    calls.failed_calls,
    calls.first_seen_us,
    calls.last_seen_us
from calls
left join destinations
    on destinations.account = calls.account
    and destinations.region = calls.region
    and destinations.model_id = calls.model_id
order by resource

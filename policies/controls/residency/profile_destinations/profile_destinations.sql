-- Every inference profile of each source region in which it is listed or was called, with the regions that a call of it may
-- reach (comma between them; empty text: no region, so any), as every answer of the allowed age said: a profile may have
-- been changed between two calls. calls: calls of it in the window, by its id or ARN. active: whether an answer says so.
-- policies: of the target that binds the accounts, see bounding_policies.
with called as (
    select
        account,
        region,
        model_id,
        count(*) as calls
    from audit_events
    where epoch_us(event_time) >= $window_start_us
        and epoch_us(event_time) < least($window_end_us, $as_of_us)
        and model_id is not null
    group by account, region, model_id
    union all
    select
        account,
        region,
        model_id,
        count(*) as calls
    from invocations
    where epoch_us(event_time) >= $window_start_us
        and epoch_us(event_time) < least($window_end_us, $as_of_us)
        and model_id is not null
    group by account, region, model_id
),
profiles as (
    select
        account,
        region,
        arn,
        profile,
        string_agg(distinct destination_region, ',' order by destination_region) as destinations,
        bool_or(status = 'ACTIVE') as active,
        least($window_end_us, $as_of_us) - max(epoch_us(answered_at)) as age_us
    from inference_profiles
    where epoch_us(answered_at) < least($window_end_us, $as_of_us)
        and least($window_end_us, $as_of_us) - epoch_us(answered_at) <= $max_age_seconds::bigint * 1000000
    group by account, region, arn, profile
),
uses as (
    select
        profiles.account,
        profiles.region,
        profiles.arn,
        sum(called.calls)::bigint as calls
    from profiles
    join called
        on called.region = profiles.region
        and (
            called.model_id = profiles.arn
            or (called.account = profiles.account and called.model_id = profiles.profile)
        )
    group by profiles.account, profiles.region, profiles.arn
)
select
    concat_ws(' ', profiles.account, profiles.region, profiles.arn) as resource,
    'fact' as role,
    null as status,
    profiles.age_us,
    profiles.region as source_region,
    profiles.destinations,
    profiles.active,
    coalesce(uses.calls, 0) as calls,
    bounding_policies.policies
from profiles
left join uses
    on uses.account = profiles.account
    and uses.region = profiles.region
    and uses.arn = profiles.arn
left join bounding_policies
    on bounding_policies.target = $bounding_target
    and bounding_policies.age_us <= $max_age_seconds::bigint * 1000000
union all
select
    resource,
    role,
    status,
    age_us,
    null as source_region,
    null as destinations,
    null as active,
    null as calls,
    null as policies
from asked_cells
order by resource

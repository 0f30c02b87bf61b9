-- Every declared deployable (source/account/region/kind:name), as its cell last answered about it in full before the judged
-- moment. parts: deployments or versions that are meant to serve. tries: entries of its history of which the newest counts
-- too. asked_us: when it was asked what serves; tried_us: when it was asked for its history, which only ECS keeps apart.
with declared as (
    select
        deployable as resource,
        split_part(deployable, '/', 1) as source,
        split_part(deployable, '/', 2) as account,
        split_part(deployable, '/', 3) as region,
        split_part(split_part(deployable, '/', 4), ':', 1) as kind,
        substring(
            deployable,
            length(concat(
                split_part(deployable, '/', 1), '/', split_part(deployable, '/', 2), '/', split_part(deployable, '/', 3), '/',
                split_part(split_part(deployable, '/', 4), ':', 1), ':'
            )) + 1
        ) as name
    from unnest($deployables) as named(deployable)
),
answers as (
    select
        declared.resource,
        max(epoch_us(source_answers.answered_at)) filter (where source_answers.call <> 'ListServiceDeployments') as asked_us,
        max(epoch_us(source_answers.answered_at)) filter (where source_answers.call = 'ListServiceDeployments') as tried_us
    from declared
    join source_answers
        on source_answers.source = declared.source
        and source_answers.account = declared.account
        and source_answers.region = declared.region
        and source_answers.subject = declared.name
        and (
            (declared.kind = 'ecs_service' and source_answers.call in ('DescribeServices', 'ListServiceDeployments'))
            or (declared.kind = 'lambda_alias' and source_answers.call = 'GetAlias')
            or (declared.kind = 'stack' and source_answers.call = 'DescribeStacks')
            or (declared.kind = 'codedeploy_group' and source_answers.call = 'GetDeploymentGroup')
        )
    where source_answers.status = 'ok'
        and epoch_us(source_answers.answered_at) < least($window_end_us, $as_of_us)
    group by declared.resource
),
refused as (
    select
        declared.resource,
        string_agg(
            distinct concat(source_answers.call, ' ', source_answers.status, ' in ', declared.source, '/', declared.account, '/', declared.region),
            ', ' order by concat(source_answers.call, ' ', source_answers.status, ' in ', declared.source, '/', declared.account, '/', declared.region)
        ) as calls
    from declared
    join source_answers
        on source_answers.source = declared.source
        and source_answers.account = declared.account
        and source_answers.region = declared.region
        and source_answers.subject = declared.name
    where source_answers.status <> 'ok'
        and epoch_us(source_answers.answered_at) < least($window_end_us, $as_of_us)
    group by declared.resource
),
states as (
    select
        declared.resource,
        deployment_states.role,
        deployment_states.outcome,
        deployment_states.desired,
        deployment_states.running,
        deployment_states.pending,
        row_number() over (
            partition by declared.resource, deployment_states.role
            order by deployment_states.started_at desc nulls last, deployment_states.outcome, deployment_states.deployment
        ) as place
    from declared
    join answers on answers.resource = declared.resource
    join deployment_states
        on deployment_states.source = declared.source
        and deployment_states.account = declared.account
        and deployment_states.region = declared.region
        and deployment_states.kind = declared.kind
        and deployment_states.deployable = declared.name
        and epoch_us(deployment_states.answered_at)
            = case when deployment_states.role = 'attempt' then answers.tried_us else answers.asked_us end
),
counts as (
    select
        resource,
        count(*) filter (where role = 'current') as parts,
        count(*) filter (where role = 'beside') as beside,
        count(*) filter (where role = 'attempt') as tries,
        count(*) filter (where (role <> 'attempt' or place = 1) and outcome in ('failed', 'rolled_back', 'gone')) as failed,
        count(*) filter (where (role <> 'attempt' or place = 1) and outcome = 'in_progress') as moving,
        count(*) filter (where (role <> 'attempt' or place = 1) and outcome <> 'complete') as incomplete,
        coalesce(sum(desired) filter (where role = 'current'), 0)::bigint as desired,
        coalesce(sum(running) filter (where role = 'current'), 0)::bigint as running,
        coalesce(sum(pending) filter (where role = 'current'), 0)::bigint as pending,
        count(desired) filter (where role = 'current') as numbered
    from states
    group by resource
)
select
    declared.resource,
    declared.kind,
    least($window_end_us, $as_of_us) - answers.asked_us as age_us,
    case
        when declared.kind = 'ecs_service' then least($window_end_us, $as_of_us) - answers.tried_us
        else least($window_end_us, $as_of_us) - answers.asked_us
    end as tried_age_us,
    coalesce(counts.parts, 0) as parts,
    coalesce(counts.beside, 0) as beside,
    coalesce(counts.tries, 0) as tries,
    coalesce(counts.failed, 0) as failed,
    coalesce(counts.moving, 0) as moving,
    coalesce(counts.incomplete, 0) as incomplete,
    coalesce(counts.desired, 0) as desired,
    coalesce(counts.running, 0) as running,
    coalesce(counts.pending, 0) as pending,
    coalesce(counts.numbered, 0) as numbered,
    refused.calls as unanswered_calls
from declared
left join answers on answers.resource = declared.resource
left join refused on refused.resource = declared.resource
left join counts on counts.resource = declared.resource
order by declared.resource

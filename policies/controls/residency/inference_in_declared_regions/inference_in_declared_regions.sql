-- Every call of a model, a guardrail or a knowledge base through Bedrock, whatever its region, model or outcome says.
-- bedrock-mantle and the platform of a model's maker are other doors to the same models: every event of them counts. Calls
-- that would be decided alike are one row with their number; a call that failed still sent its input to the region.
-- possible: regions that the profile of the call reaches from the region of the call, by every answer that lists it under
-- its id or its ARN (comma between them; an empty one: any region); null where no answer lists it.
with calls as (
    select
        account,
        event_source,
        region,
        model_id,
        inference_region,
        count(*) as n,
        count(*) filter (where error_code is not null) as failed_calls,
        min(epoch_us(event_time)) as first_seen_us,
        max(epoch_us(event_time)) as last_seen_us
    from audit_events
    where epoch_us(event_time) >= $window_start_us
        and epoch_us(event_time) < least($window_end_us, $as_of_us)
        and (
            event_source = 'bedrock-mantle.amazonaws.com'
            or starts_with(event_source, 'aws-external-anthropic')
            or (
                starts_with(event_source, 'bedrock')
                and (
                    starts_with(event_name, 'Invoke')
                    or starts_with(event_name, 'Converse')
                    or starts_with(event_name, 'Retrieve')
                    or event_name in (
                        'ApplyGuardrail',
                        'CountTokens',
                        'CreateEvaluationJob',
                        'CreateModelCustomizationJob',
                        'CreateModelInvocationJob',
                        'GenerateQuery',
                        'IngestKnowledgeBaseDocuments',
                        'OptimizePrompt',
                        'PutInvocationStep',
                        'Rerank',
                        'StartAsyncInvoke',
                        'StartFlowExecution',
                        'StartIngestionJob'
                    )
                )
            )
        )
    group by account, event_source, region, model_id, inference_region
),
named as (
    select distinct
        account,
        region,
        model_id
    from calls
    where model_id is not null
),
reached as (
    select distinct
        named.account,
        named.region,
        named.model_id,
        inference_profiles.destination_region
    from named
    join inference_profiles
        on inference_profiles.region = named.region
        and (
            inference_profiles.arn = named.model_id
            or (inference_profiles.account = named.account and inference_profiles.profile = named.model_id)
        )
    where epoch_us(inference_profiles.answered_at) < $as_of_us
),
destinations as (
    select
        account,
        region,
        model_id,
        string_agg(destination_region, ',' order by destination_region) as possible
    from reached
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

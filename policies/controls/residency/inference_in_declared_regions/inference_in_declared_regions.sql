-- Every call of a model, a guardrail or a knowledge base through Bedrock, whatever its region, model or outcome says.
-- bedrock-mantle is another door to the same models: every event of it counts. Calls that would be decided alike are
-- one row with their number; a call that failed still sent its input to the region.
select
    concat_ws(' ', account, event_source, case when region = '' then '(empty region)' else region end, coalesce(model_id, '(no model id)'), '->', coalesce(inference_region, '(destination not stated)')) as resource,
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
        or (
            starts_with(event_source, 'bedrock')
            and (
                starts_with(event_name, 'Invoke')
                or starts_with(event_name, 'Converse')
                or starts_with(event_name, 'Retrieve')
                or event_name in ('ApplyGuardrail', 'CountTokens', 'GenerateQuery', 'OptimizePrompt', 'Rerank', 'StartAsyncInvoke', 'CreateModelInvocationJob')
            )
        )
    )
group by account, event_source, region, model_id, inference_region
order by resource

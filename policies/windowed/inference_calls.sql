-- Every call of a model, a guardrail, an agent or a knowledge base of the window, one row each, whatever its region, model or
-- outcome says. bedrock-mantle and the platform of a model's maker are other doors to the same models: every event counts.
select
    account,
    event_source,
    region,
    model_id,
    inference_region,
    error_code,
    epoch_us(event_time) as at_us
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

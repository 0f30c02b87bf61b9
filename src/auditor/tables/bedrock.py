"""What Bedrock is set up to do, and what it did by its own log.

Rules kept here: a destination region is what the ARN of a profile's model says; it is empty where the ARN has none
(which is no bound), and never inferred from the name of a profile. No prompt and no answer of a model leaves its log.
"""

from __future__ import annotations

from auditor.columns import Column, Table, answered, identifier, scope

PROFILE_TYPES = ("SYSTEM_DEFINED", "APPLICATION")
FILTER_KINDS = ("pii_entity", "regex")
_FIRST = ("source", "account", "region")

TABLES = (
    Table(
        "inference_profiles",
        "one row per inference profile, source region (column region) and region that a call of it may reach",
        (
            *answered(),
            Column("profile", "text", "inferenceProfileId"),
            Column("arn", "text", "inferenceProfileArn"),
            Column("type", "text", "type", values=PROFILE_TYPES),
            Column("status", "text", "status, e.g. ACTIVE"),
            Column("model", "text", "model that it calls: what follows the last slash of the model's ARN"),
            Column("destination_region", "text", "region of the model's ARN; empty: no region, so any"),
        ),
        (*_FIRST, "arn", "model", "destination_region", "answered_at"),
    ),
    Table(
        "guardrails",
        "one row per guardrail, version and answer",
        (
            *answered(),
            Column("guardrail", "text", "guardrailId"),
            Column("arn", "text", "guardrailArn"),
            Column("version", "text", "version; DRAFT is no version that can be pinned"),
            Column("status", "text", "status, e.g. READY"),
            Column("profile_arn", "text", "guardrail profile (cross-region); null without one", nullable=True),
        ),
        (*_FIRST, "guardrail", "version", "answered_at"),
    ),
    Table(
        "guardrail_filters",
        "one row per kind of personal data that a guardrail looks for, and answer",
        (
            *answered(),
            Column("guardrail", "text", "guardrailId"),
            Column("version", "text", "version"),
            Column("kind", "text", "what the row is of", values=FILTER_KINDS),
            Column("type", "text", "type of the entity, or name of the regular expression"),
            Column("input_enabled", "bool", "inputEnabled; null where not stated", nullable=True),
            Column("output_enabled", "bool", "outputEnabled; null where not stated", nullable=True),
            Column("input_action", "text", "inputAction, else action: BLOCK, ANONYMIZE, NONE", nullable=True),
            Column("output_action", "text", "outputAction, else action", nullable=True),
        ),
        (*_FIRST, "guardrail", "version", "kind", "type", "answered_at"),
    ),
    Table(
        "invocation_logging",
        "one row per region and answer: where Bedrock logs calls of models, if it does",
        (
            *answered(),
            Column("enabled", "bool", "whether any destination is set"),
            Column("log_group", "text", "log group of CloudWatch Logs; null without one", nullable=True),
            Column("bucket", "text", "bucket of S3; null without one", nullable=True),
            Column("text_delivered", "bool", "whether prompts and answers are logged: personal data", nullable=True),
        ),
        (*_FIRST, "answered_at"),
    ),
    Table(
        "invocations",
        "one row per call of a model in Bedrock's own invocation log, without prompt and answer",
        (
            *scope(),
            Column("event_time", "instant", "timestamp of the record (request or log time)", "us"),
            *identifier("request", "requestId"),
            Column("account", "text", "accountId, 12 digits"),
            Column("region", "text", "region that received the call"),
            Column("operation", "text", "operation, e.g. Converse"),
            Column("model_id", "text", "modelId, whatever the caller passed", nullable=True),
            Column("inference_region", "text", "inferenceRegion", nullable=True),
            Column("input_tokens", "int", "input, cache reads and cache writes together", "1", nullable=True),
            Column("output_tokens", "int", "outputTokenCount", "1", nullable=True),
            Column("latency_us", "int", "latency that the log states", "us", nullable=True),
            Column("error_code", "text", "errorCode; null when the call succeeded", nullable=True),
            Column("guardrail", "text", "guardrail that was applied; null where the log states none", nullable=True),
        ),
        ("event_time", "request_hi", "request_lo"),
    ),
)

"""What was recorded of calls, events and findings."""

from __future__ import annotations

from auditor.columns import Column, Table, identifier, scope

HASH_STATES = ("absent", "empty", "present")
FINDING_SEVERITIES = ("critical", "high", "medium", "low", "informational")
FINDING_STATUSES = ("open", "suppressed", "resolved")

UNDECLARED = "undeclared"
_DECLARED = f"only a value that auditor.toml lists, else {UNDECLARED!r}; null where the event has none"

TABLES = (
    Table(
        "audit_events",
        "one row per distinct CloudTrail record",
        (
            *scope(),
            Column("event_time", "instant", "eventTime of the record", "us"),
            *identifier("event", "eventID"),
            *identifier("request", "requestID", nullable=True),
            Column("account", "text", "recipientAccountId (else userIdentity.accountId), 12 digits"),
            Column("region", "text", "awsRegion: the region that received the call; may be empty"),
            Column("event_source", "text", "eventSource, e.g. bedrock.amazonaws.com"),
            Column("event_name", "text", "eventName, e.g. InvokeModel"),
            Column("event_category", "text", "eventCategory", nullable=True),
            Column("read_only", "bool", "readOnly", nullable=True),
            Column("management_event", "bool", "managementEvent", nullable=True),
            Column("error_code", "text", "errorCode; null when the call succeeded", nullable=True),
            Column("model_id", "text", "requestParameters.modelId, whatever the caller passed", nullable=True),
            Column("inference_region", "text", "additionalEventData.inferenceRegion", nullable=True),
        ),
        ("event_time", "event_hi", "event_lo"),
    ),
    Table(
        "application_events",
        "one row per distinct event of the application's own audit log, without any person's data",
        (
            *scope(),
            Column("event_time", "instant", "timestamp of the event", "us"),
            *identifier("event", "eventId"),
            *identifier("request", "requestId", nullable=True),
            Column("event_type", "text", f"eventType; {_DECLARED}"),
            Column("operation", "text", f"operation; {_DECLARED}", nullable=True),
            Column("provider", "text", f"provider; {_DECLARED}", nullable=True),
            Column("model_id", "text", f"modelId; {_DECLARED}", nullable=True),
            Column("route", "text", f"metadata.routingPath; {_DECLARED}", nullable=True),
            Column("pii_detected", "bool", "piiDetected", nullable=True),
            Column("compliance_status", "text", f"complianceStatus; {_DECLARED}", nullable=True),
            Column("lawful_basis", "text", f"gdprLawfulBasis; {_DECLARED}", nullable=True),
            Column("latency_us", "int", "latencyMs, rounded up", "us", nullable=True),
            Column("previous_hash", "text", "whether previousEventHash is there; empty is genesis", values=HASH_STATES),
            Column("event_hash", "text", "whether eventHash is there", values=HASH_STATES),
        ),
        ("event_time", "event_hi", "event_lo"),
    ),
    Table(
        "security_findings",
        "one row per finding of a security product, whatever was done to it later",
        (
            *scope(),
            Column("event_time", "instant", "when the product first reported it (the earliest CreatedAt)", "us"),
            Column("first_observed_at", "instant", "when what it reports was first observed, else event_time", "us"),
            Column("updated_at", "instant", "when its last version was made", "us"),
            *identifier("finding", "Id"),
            Column("product", "text", "ProductArn"),
            Column("type", "text", "first of its Types; may be empty"),
            Column("severity", "text", "the highest that any version states", values=FINDING_SEVERITIES),
            Column("status", "text", "of its last version", values=FINDING_STATUSES),
            Column("account", "text", "AwsAccountId, 12 digits"),
            Column("region", "text", "Region; may be empty"),
        ),
        ("event_time", "finding_hi", "finding_lo"),
    ),
)

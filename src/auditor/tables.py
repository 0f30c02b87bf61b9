"""The declared tables of a snapshot: Arrow schema, unit and meaning of each column, sort order.

Rules kept here: this is the one place where a table is declared. Canonical units are integer microseconds (``us``),
integer counts (``1``), integer billionths of a currency and UTC instants; every column states its unit and meaning in
its field metadata; nullable only where the source may honestly not say. Identifiers are the two signed 64-bit halves
(``*_hi``, ``*_lo``) of the first 128 bits of SHA-256 of the source's id.
"""

from __future__ import annotations

import hashlib
from functools import cache
from typing import TYPE_CHECKING

from auditor.columns import Column, Table

if TYPE_CHECKING:
    import pyarrow as pa

REQUEST_KINDS = ("generation", "cached", "health_check")
REQUEST_OUTCOMES = ("ok", "client_error", "error", "timeout")
HEALTH_STATUSES = ("healthy", "degraded", "unhealthy", "unknown")
FLAG_PROVIDERS = ("appconfig", "flagd", "env")
FLAG_CHANGE_KINDS = ("deployed", "completed", "rolled_back", "changed")
HASH_STATES = ("absent", "empty", "present")
FINDING_SEVERITIES = ("critical", "high", "medium", "low", "informational")
FINDING_STATUSES = ("open", "suppressed", "resolved")
RESOURCE_KINDS = ("store", "replica", "backup", "key", "log", "other")
REQUEST_CACHES = ("hit", "miss", "bypass")
COVERAGE_STATUSES = ("ok", "partial", "denied", "failed")


def _scope() -> tuple[Column, ...]:
    return (
        Column("system", "text", "system under audit"),
        Column("environment", "text", "environment of the system"),
        Column("source", "text", "name of the source in auditor.toml"),
    )


def _id(name: str, meaning: str, *, nullable: bool = False) -> tuple[Column, ...]:
    return (
        Column(f"{name}_hi", "int", f"{meaning}: high 64 bits of its 128-bit digest", "1", nullable=nullable),
        Column(f"{name}_lo", "int", f"{meaning}: low 64 bits of its 128-bit digest", "1", nullable=nullable),
    )


UNDECLARED = "undeclared"
_DECLARED = f"only a value that auditor.toml lists, else {UNDECLARED!r}; null where the event has none"

_TABLES = (
    Table(
        "requests",
        "one row per request that the audited system served or refused",
        (
            *_scope(),
            Column("event_time", "instant", "when the request ended, by the source's clock", "us"),
            Column("available_at", "instant", "when the source published the row", "us", nullable=True),
            *_id("request", "request id"),
            Column("route", "text", "routing path, e.g. direct or mcp", nullable=True),
            Column("kind", "text", "disjoint population of the request", nullable=True, values=REQUEST_KINDS),
            Column("outcome", "text", "how the request ended", nullable=True, values=REQUEST_OUTCOMES),
            Column("latency_us", "int", "time to the last byte; a timeout counts its timeout", "us", nullable=True),
            Column("cache", "text", "what its cache lookup gave", nullable=True, values=REQUEST_CACHES),
            Column("input_tokens", "int", "tokens that the model read", "1", nullable=True),
            Column("output_tokens", "int", "tokens that the model wrote", "1", nullable=True),
            Column("cost_nano", "int", "cost of the request, rounded up", "1e-9 of currency", nullable=True),
            Column("currency", "text", "currency of its cost, ISO 4217", nullable=True),
        ),
        ("event_time", "request_hi", "request_lo"),
    ),
    Table(
        "audit_events",
        "one row per distinct CloudTrail record",
        (
            *_scope(),
            Column("event_time", "instant", "eventTime of the record", "us"),
            *_id("event", "eventID"),
            *_id("request", "requestID", nullable=True),
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
        "heartbeats",
        "one row per interval in which an independent observer saw the source alive",
        (
            *_scope(),
            Column("account", "text", "account of the observed cell, empty when the source has none"),
            Column("region", "text", "region of the observed cell, empty when the source has none"),
            Column("start_time", "instant", "start of the interval (inclusive)", "us"),
            Column("end_time", "instant", "end of the interval (exclusive)", "us"),
            Column("records", "int", "records the observer counted; null when it does not count", "1", nullable=True),
        ),
        ("source", "account", "region", "start_time", "end_time"),
    ),
    Table(
        "flags",
        "one row per feature flag as its document states it, and one more per variant of a flag that has several",
        (
            *_scope(),
            Column("flag", "text", "name of the flag in the plan, after the declared aliases"),
            Column("variant", "text", "variant of the flag; null in the row of the flag itself", nullable=True),
            Column(
                "enabled",
                "bool",
                "whether everybody gets the flag on; of a variant, what it gives; null when that is not one boolean",
                nullable=True,
            ),
            Column("updated_at", "instant", "when the flag was last changed, by its document", "us", nullable=True),
            Column("provider", "text", "form of the document", values=FLAG_PROVIDERS),
        ),
        ("source", "flag", "variant"),
    ),
    Table(
        "flag_changes",
        "one row per step of a change of a feature flag",
        (
            *_scope(),
            Column("event_time", "instant", "when the step happened, by the source's clock", "us"),
            Column("flag", "text", "name of the flag in the plan, after the declared aliases"),
            Column("enabled", "bool", "what the change sets; null when that is not one boolean", nullable=True),
            Column("kind", "text", "step of the change; completed is the rollout's end", values=FLAG_CHANGE_KINDS),
            Column("rollout_percent", "int", "per cent of targets reached, cut off to a whole one", "1", nullable=True),
            *_id("deployment", "id of the deployment", nullable=True),
        ),
        ("event_time", "flag", "kind"),
    ),
    Table(
        "application_events",
        "one row per distinct event of the application's own audit log, without any person's data",
        (
            *_scope(),
            Column("event_time", "instant", "timestamp of the event", "us"),
            *_id("event", "eventId"),
            *_id("request", "requestId", nullable=True),
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
        "health_checks",
        "one row per distinct result of a health check of one component",
        (
            *_scope(),
            Column("event_time", "instant", "when the component was checked, by the source's clock", "us"),
            Column("component", "text", "what was checked"),
            Column("status", "text", "the result; unknown where the mapping names no other", values=HEALTH_STATUSES),
            Column("latency_us", "int", "how long the check took, rounded up", "us", nullable=True),
        ),
        ("event_time", "component", "status"),
    ),
    Table(
        "costs",
        "one row per service and period of a bill",
        (
            *_scope(),
            Column("period_start", "instant", "start of the period (inclusive)", "us"),
            Column("period_end", "instant", "end of the period (exclusive)", "us"),
            Column("service", "text", "service that was paid for"),
            Column("amount_nano", "int", "what it cost, rounded up", "1e-9 of currency"),
            Column("currency", "text", "currency of the amount, ISO 4217"),
            Column("estimated", "bool", "whether the biller may still change the amount"),
            Column("available_at", "instant", "when the source published the row", "us", nullable=True),
        ),
        ("source", "service", "period_start"),
    ),
    Table(
        "budgets",
        "one row per budget and period",
        (
            *_scope(),
            Column("name", "text", "name of the budget"),
            Column("period_start", "instant", "start of the period (inclusive)", "us"),
            Column("period_end", "instant", "end of the period (exclusive)", "us"),
            Column("amount_nano", "int", "what may be spent, rounded down", "1e-9 of currency"),
            Column("currency", "text", "currency of the amount, ISO 4217"),
        ),
        ("source", "name", "period_start"),
    ),
    Table(
        "coverage",
        "one row per (source, account, region, call): what was asked and what answered",
        (
            *_scope(),
            Column("account", "text", "account asked, empty when the source has none"),
            Column("region", "text", "region asked, empty when the source has none"),
            Column("call", "text", "what was asked, e.g. read_files"),
            Column("status", "text", "how the call ended", values=COVERAGE_STATUSES),
            Column("pages", "int", "files or response pages read", "1"),
            Column("records", "int", "records read, before removal of duplicates", "1"),
            Column("duplicates", "int", "identical records delivered more than once and kept once", "1"),
            Column("sha256", "text", "SHA-256 over the sorted 'digest  name' lines of the files read", nullable=True),
            Column("detail", "text", "what was missing or refused, for a person", nullable=True),
            Column(
                "available_at",
                "instant",
                "when the source says that it answered, the earliest of the row; null where it does not say",
                "us",
                nullable=True,
            ),
            Column("collected_at", "instant", "stamped by the auditor", "us"),
        ),
        ("source", "account", "region", "call"),
    ),
    Table(
        "baselines",
        "one row per period of a metric before the change, as somebody measured it",
        (
            *_scope(),
            Column("metric", "text", "what was measured, e.g. throughput"),
            Column("stratum", "text", "part of the traffic, e.g. a route; empty for all of it"),
            Column("period_start", "instant", "start of the period (inclusive)", "us"),
            Column("period_end", "instant", "end of the period (exclusive)", "us"),
            Column("offered", "int", "requests that arrived in the period", "1"),
            Column("completed", "int", "of these, requests that ended well", "1"),
        ),
        ("source", "metric", "stratum", "period_start", "period_end"),
    ),
    Table(
        "resources",
        "one row per resource that an inventory lists",
        (
            *_scope(),
            Column("arn", "text", "Amazon resource name"),
            Column("service", "text", "service of the ARN, e.g. dynamodb"),
            Column("resource_type", "text", "type as the inventory names it, e.g. AWS::DynamoDB::Table"),
            Column("kind", "text", "what it is, by the mapping in auditor.toml", values=RESOURCE_KINDS),
            Column("account", "text", "account that owns it, 12 digits"),
            Column("region", "text", "region in which it lies, as the inventory says; may be empty"),
            Column("data_class", "text", "class of the data in it, as it is tagged", nullable=True),
            Column("classification_signed", "bool", "whether a signed classification states the class"),
        ),
        ("source", "arn"),
    ),
    Table(
        "security_findings",
        "one row per finding of a security product, whatever was done to it later",
        (
            *_scope(),
            Column("event_time", "instant", "when the product first reported it (the earliest CreatedAt)", "us"),
            Column("first_observed_at", "instant", "when what it reports was first observed, else event_time", "us"),
            Column("updated_at", "instant", "when its last version was made", "us"),
            *_id("finding", "Id"),
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

TABLES: dict[str, Table] = {table.name: table for table in _TABLES}


@cache
def schema(name: str) -> pa.Schema:
    """Return the Arrow schema of table ``name``; raises ``KeyError`` for an undeclared table."""
    return TABLES[name].schema()


def identifier_halves(value: str) -> tuple[int, int]:
    """Return the two signed 64-bit halves of the first 128 bits of SHA-256 of ``value`` (UTF-8)."""
    digest = hashlib.sha256(value.encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True), int.from_bytes(digest[8:16], "big", signed=True)

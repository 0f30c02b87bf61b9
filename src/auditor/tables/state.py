"""What there is and how it is: components, resources, bills, and how each source answered."""

from __future__ import annotations

from auditor.columns import Column, Table, scope

HEALTH_STATUSES = ("healthy", "degraded", "unhealthy", "unknown")
RESOURCE_KINDS = ("store", "replica", "backup", "key", "log", "other")
# ok: answered in full. partial: pages are missing, or the source says that it is not all. denied: no permission.
# throttled: refused for its rate however often it was tried. disabled: the service says that it is off here.
# unknown_region: the region is not one, or not enabled. expired: the credentials ended. failed: everything else.
COVERAGE_STATUSES = ("ok", "partial", "denied", "throttled", "disabled", "unknown_region", "expired", "failed")

TABLES = (
    Table(
        "health_checks",
        "one row per distinct result of a health check of one component",
        (
            *scope(),
            Column("event_time", "instant", "when the component was checked, by the source's clock", "us"),
            Column("component", "text", "what was checked"),
            Column("status", "text", "the result; unknown where the mapping names no other", values=HEALTH_STATUSES),
            Column("latency_us", "int", "how long the check took, rounded up", "us", nullable=True),
        ),
        ("event_time", "component", "status"),
    ),
    Table(
        "resources",
        "one row per resource that an inventory lists",
        (
            *scope(),
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
        "costs",
        "one row per service and period of a bill",
        (
            *scope(),
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
            *scope(),
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
            *scope(),
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
            Column("request_ids", "text", "request ids of an API, comma between them", nullable=True),
            Column("duration_us", "int", "how long the answers took together", "us", nullable=True),
            Column("retries", "int", "requests that were made again", "1", nullable=True),
            Column("collected_at", "instant", "stamped by the auditor", "us"),
        ),
        ("source", "account", "region", "call"),
    ),
)

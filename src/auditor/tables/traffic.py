"""What was asked of the audited system, who else counted it, how long work took, and what all that was before."""

from __future__ import annotations

from auditor.columns import Column, Table, identifier, scope

REQUEST_KINDS = ("generation", "cached", "health_check")
REQUEST_OUTCOMES = ("ok", "client_error", "error", "timeout")
REQUEST_CACHES = ("hit", "miss", "bypass")

TABLES = (
    Table(
        "requests",
        "one row per request that the audited system served or refused",
        (
            *scope(),
            Column("event_time", "instant", "when the request ended, by the source's clock", "us"),
            Column("available_at", "instant", "when the source published the row", "us", nullable=True),
            *identifier("request", "request id"),
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
        "heartbeats",
        "one row per interval in which an independent observer saw the source alive",
        (
            *scope(),
            Column("account", "text", "account of the observed cell, empty when the source has none"),
            Column("region", "text", "region of the observed cell, empty when the source has none"),
            Column("start_time", "instant", "start of the interval (inclusive)", "us"),
            Column("end_time", "instant", "end of the interval (exclusive)", "us"),
            Column("records", "int", "records the observer counted; null when it does not count", "1", nullable=True),
        ),
        ("source", "account", "region", "start_time", "end_time"),
    ),
    Table(
        "baselines",
        "one row per period of a metric before the change, as somebody measured it",
        (
            *scope(),
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
        "baseline_values",
        "one row per distinct value that single observations had before the change, as somebody froze them",
        (
            *scope(),
            Column("metric", "text", "what was measured, e.g. support_operation"),
            Column("stratum", "text", "part of the operations; empty for all of them"),
            Column("unit", "text", "unit of the value: us, or 1e-9 and an ISO 4217 code"),
            Column("period_start", "instant", "start of the period (inclusive)", "us"),
            Column("period_end", "instant", "end of the period (exclusive)", "us"),
            Column("value", "int", "the value, in its row's unit"),
            Column("observations", "int", "how many observations of the period had it", "1"),
        ),
        ("source", "metric", "stratum", "unit", "value"),
    ),
    Table(
        "durations",
        "one row per operation of the business that was timed, e.g. a support case",
        (
            *scope(),
            Column("event_time", "instant", "when the operation ended, by the source's clock", "us"),
            Column("metric", "text", "what was timed; null: the mapping does not name it", nullable=True),
            Column("stratum", "text", "kind of operation; empty without strata, null: not named", nullable=True),
            Column("duration_us", "int", "how long it took, rounded up", "us", nullable=True),
            *identifier("operation", "operation id"),
        ),
        ("event_time", "operation_hi", "operation_lo"),
    ),
)

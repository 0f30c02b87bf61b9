"""How a release was deployed, phase by phase, and rolled back."""

from __future__ import annotations

from auditor.columns import Column, Table, identifier, scope

ROLLBACK_STEPS = (
    "opened",
    "triggered",
    "script_started",
    "script_finished",
    "flags_disabled",
    "mcp_only_verified",
    "notified",
    "other",
)

DEPLOYMENT_EVENTS = (
    "phase_started",
    "phase_ended",
    "component_deployed",
    "component_initialized",
    "component_failed",
    "config_validated",
    "config_invalid",
    "warning",
    "error",
    "restart",
    "other",
    "undeclared",
)

TABLES = (
    Table(
        "phases",
        "one row per phase of a deployment, as its log tells it",
        (
            *scope(),
            Column("phase", "text", "name of the phase: phase_1 .. phase_7, as auditor.toml maps it"),
            Column("started_at", "instant", "when it began, by the source's clock", "us"),
            Column("ended_at", "instant", "when it ended; null while it runs", "us", nullable=True),
        ),
        ("started_at", "phase"),
    ),
    Table(
        "deployment_events",
        "one row per distinct record of a deployment's log",
        (
            *scope(),
            Column("event_time", "instant", "when it happened, by the source's clock", "us"),
            Column("kind", "text", "what happened, as auditor.toml maps it", values=DEPLOYMENT_EVENTS),
            Column("phase", "text", "phase that the record names, mapped; else 'undeclared'", nullable=True),
            Column(
                "component", "text", "component of it, where auditor.toml lists it; else 'undeclared'", nullable=True
            ),
            Column("version", "text", "version of the component that the record states", nullable=True),
            Column("position", "int", "number of the record in its log, by the log itself", "1", nullable=True),
        ),
        ("event_time", "position", "kind", "component"),
    ),
    Table(
        "rollback_steps",
        "one row per step of a rollback, as its log tells it; a log in which nothing happened says that it was opened",
        (
            *scope(),
            Column("event_time", "instant", "when the step happened, by the source's clock", "us"),
            Column("step", "text", "what was done; other where the mapping names no other", values=ROLLBACK_STEPS),
            Column("exit_code", "int", "how the script ended; null in any other step", "1", nullable=True),
            Column("dry_run", "bool", "whether it was only rehearsed; null where the log does not say", nullable=True),
            *identifier("reference", "id of the notice that was sent", nullable=True),
        ),
        ("event_time", "step", "source"),
    ),
)

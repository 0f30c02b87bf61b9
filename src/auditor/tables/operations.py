"""How the system is watched and kept: alarms, dashboards, datapoints, backups, models, probes.

Rules kept here: every row of a listing says when its source answered (``answered_at``), and ``source_answers`` has a
row for each answer, also for those that listed nothing: so what is absent from an answer is told from what was never
asked.
Whom an alarm reaches (endpoints) and what a dashboard shows never leave their source. What a metric measured does, in
``metric_points`` alone.
"""

from __future__ import annotations

from auditor.columns import Column, Table, answered, scope
from auditor.tables.state import COVERAGE_STATUSES

ALARM_KINDS = ("metric", "composite", "log")
ALARM_STATES = ("OK", "ALARM", "INSUFFICIENT_DATA")
HISTORY_KINDS = ("configuration_update", "state_update", "action")
SIGHTINGS = ("listed", "read")
BACKUP_KINDS = ("recovery_point", "job", "restore")
MODEL_KINDS = ("foundation_model", "inference_profile")
BUDGET_TYPES = ("ACTUAL", "FORECASTED")
COMPARISONS = ("GREATER_THAN", "LESS_THAN", "EQUAL_TO")
THRESHOLDS = ("PERCENTAGE", "ABSOLUTE_VALUE")


_FIRST = ("source", "account", "region")

TABLES = (
    Table(
        "source_answers",
        "one row per answer of an account and region about its state, and per metric that was asked for",
        (
            *answered(),
            Column("call", "text", "what was asked, e.g. DescribeAlarms"),
            Column("subject", "text", "what it was asked of: a topic, vault, budget, dashboard or metric; else empty"),
            Column("status", "text", "how it was answered", values=COVERAGE_STATUSES),
            Column("records", "int", "what it listed", "1"),
            Column("asked_from", "instant", "start of the period asked for (inclusive)", "us", nullable=True),
            Column("asked_until", "instant", "end of the period asked for (exclusive)", "us", nullable=True),
        ),
        (*_FIRST, "call", "subject", "answered_at"),
    ),
    Table(
        "alarms",
        "one row per alarm and answer",
        (
            *answered(),
            Column("alarm", "text", "AlarmName"),
            Column("kind", "text", "what it watches", values=ALARM_KINDS),
            Column("purpose", "text", "what it is for, by the mapping in auditor.toml", nullable=True),
            Column("state", "text", "StateValue", values=ALARM_STATES),
            Column("state_updated_at", "instant", "StateUpdatedTimestamp", "us", nullable=True),
            Column("evaluation", "text", "EvaluationState; null when it is evaluated as usual", nullable=True),
            Column("actions_enabled", "bool", "ActionsEnabled", nullable=True),
            Column("actions", "int", "AlarmActions: how many distinct ones", "1"),
            Column("namespace", "text", "Namespace of its one metric", nullable=True),
            Column("metric", "text", "MetricName of its one metric; null when it is not one", nullable=True),
            Column("dimensions", "text", "Name=Value of its one metric, sorted; may be empty", nullable=True),
        ),
        (*_FIRST, "alarm", "answered_at"),
    ),
    Table(
        "alarm_actions",
        "one row per action that an alarm takes when it goes off, and answer",
        (
            *answered(),
            Column("alarm", "text", "AlarmName"),
            Column("action", "text", "ARN of what it calls"),
        ),
        (*_FIRST, "alarm", "action", "answered_at"),
    ),
    Table(
        "topic_subscriptions",
        "one row per topic, protocol and answer, without whom it reaches",
        (
            *answered(),
            Column("topic", "text", "TopicArn"),
            Column("protocol", "text", "Protocol, e.g. email or https"),
            Column("confirmed", "int", "subscriptions that are in force", "1"),
            Column("pending", "int", "subscriptions that nobody has confirmed, or that are deleted", "1"),
        ),
        (*_FIRST, "topic", "protocol", "answered_at"),
    ),
    Table(
        "alarm_history",
        "one row per thing that happened to an alarm, and answer",
        (
            *answered(),
            Column("event_time", "instant", "Timestamp", "us"),
            Column("alarm", "text", "AlarmName"),
            Column("kind", "text", "HistoryItemType", values=HISTORY_KINDS),
            Column("succeeded", "bool", "of an action: whether it was carried out; null where unsaid", nullable=True),
        ),
        ("event_time", "alarm", "kind", "answered_at"),
    ),
    Table(
        "dashboards",
        "one row per dashboard that was listed, or read, and answer",
        (
            *answered(),
            Column("dashboard", "text", "DashboardName"),
            Column("sighting", "text", "whether its name was listed or its content read", values=SIGHTINGS),
            Column("widgets", "int", "widgets of what was read; null where it was only listed", "1", nullable=True),
        ),
        (*_FIRST, "dashboard", "sighting", "answered_at"),
    ),
    Table(
        "datapoints",
        "one row per datapoint of a metric: that it is there, not what it measured",
        (
            *answered(),
            Column("event_time", "instant", "Timestamp: the start of its period", "us"),
            Column("namespace", "text", "Namespace"),
            Column("metric", "text", "MetricName"),
            Column("dimensions", "text", "Name=Value, sorted; may be empty"),
            Column("period_us", "int", "Period", "us"),
        ),
        (*_FIRST, "namespace", "metric", "dimensions", "event_time"),
    ),
    Table(
        "backups",
        "one row per recovery point, backup job, or restore, and answer",
        (
            *answered(),
            Column(
                "resource", "text", "ResourceArn: what was backed up; of a restore its source, else the recovery point"
            ),
            Column("vault", "text", "BackupVaultName; empty where a restore does not state it"),
            Column("kind", "text", "what the row is of", values=BACKUP_KINDS),
            Column("status", "text", "Status of the recovery point or restore, State of the job, e.g. COMPLETED"),
            Column("created_at", "instant", "CreationDate", "us"),
            Column("completed_at", "instant", "CompletionDate", "us", nullable=True),
        ),
        (*_FIRST, "resource", "kind", "created_at", "answered_at"),
    ),
    Table(
        "models",
        "one row per model or inference profile that a region offers, and answer",
        (
            *answered(),
            Column("model", "text", "modelId, or inferenceProfileId"),
            Column("kind", "text", "what the row is of", values=MODEL_KINDS),
            Column("status", "text", "modelLifecycle.status, or status: ACTIVE, LEGACY"),
        ),
        (*_FIRST, "model", "kind", "answered_at"),
    ),
    Table(
        "budget_notifications",
        "one row per notification of a budget, and answer",
        (
            *answered(),
            Column("budget", "text", "BudgetName"),
            Column("type", "text", "NotificationType", values=BUDGET_TYPES),
            Column("comparison", "text", "ComparisonOperator", values=COMPARISONS),
            Column("threshold_type", "text", "ThresholdType", values=THRESHOLDS),
            Column("threshold_ppm", "int", "Threshold in ppm of the budget; null when an amount", "ppm", nullable=True),
            Column("state", "text", "NotificationState", nullable=True),
        ),
        (*_FIRST, "budget", "type", "threshold_ppm", "answered_at"),
    ),
    Table(
        "probes",
        "one row per call of a service that a probe made",
        (
            *scope(),
            Column("event_time", "instant", "when it was made, by the probe's clock", "us"),
            Column("service", "text", "service that was called"),
            Column("target", "text", "what of it was called, e.g. a model; may be empty"),
            Column("region", "text", "region that was called; may be empty"),
            Column(
                "ok",
                "bool",
                "whether the service did what was asked; null where the mapping does not say",
                nullable=True,
            ),
            Column("latency_us", "int", "how long it took, rounded up", "us", nullable=True),
        ),
        ("event_time", "service", "target", "region"),
    ),
    Table(
        "metric_points",
        "one row per datapoint, statistic and answer, with what it measured",
        (
            *answered(),
            Column("event_time", "instant", "Timestamp: the start of its period", "us"),
            Column("namespace", "text", "Namespace"),
            Column("metric", "text", "MetricName"),
            Column("dimensions", "text", "Name=Value, sorted; may be empty"),
            Column("statistic", "text", "as it was asked: Sum, SampleCount, p95, PR(:1500) ..."),
            Column("period_us", "int", "Period", "us"),
            Column("value_micro", "int", "the value, rounded away from zero", "1e-6 of the metric's unit"),
        ),
        (*_FIRST, "namespace", "metric", "dimensions", "statistic", "event_time"),
    ),
)

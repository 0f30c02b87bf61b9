"""How the example release is watched: what AWS answered at each capture, and what the probes saw.

Rules kept here: only what was answered before ``known`` is told, so a later ``known`` only adds; pages are as the AWS
command line prints them, with all that must not leave them (whom an alarm reaches, what a metric measured).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Any

from auditor.estate.release.timeline import DEPLOYMENT_END, PHASES, RUNS
from auditor.estate.trail import ACCOUNT
from auditor.model import isoformat

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

INCIDENTS = {
    "alarm_insufficient_data": "From 09:00 on the alarm of the P95 latency has too little data to be in a state.",
    "subscription_pending": "From 09:00 on nobody has confirmed the subscription of the alarms' topic.",
    "backup_old": "The tickets were last backed up three days before the release.",
    "dashboard_missing": "From 10:30 on the dashboard is not there any more.",
    "model_unavailable": "The model is on its way out: it is listed as LEGACY.",
    "metrics_stale": "From 11:00 to 11:10 the P95 latency is not published.",
}
REGION, BILLING = "eu-central-1", "us-east-1"
NAMESPACE = "Matbakh/HybridRouting"
MODEL = "anthropic.claude-3-5-sonnet-20241022-v2:0"
DASHBOARD = "Matbakh-Hybrid-Routing-production"
TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:hybrid-routing-alerts"
TABLE = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/tickets"
VAULT = "tickets"
ALARMS = {
    # alarm: what it is for, its metric
    "hybrid-routing-p95-latency": ("latency", "P95Latency"),
    "hybrid-routing-error-rate": ("errors", "ErrorRate"),
    "hybrid-routing-success-rate": ("success", "SuccessRate"),
    "hybrid-routing-efficiency": ("efficiency", "RoutingEfficiency"),
    "hybrid-routing-fallback-rate": ("fallback", "FallbackRate"),
    "hybrid-routing-cost": ("cost", "CostPerOperation"),
    "hybrid-routing-security-events": ("security", "SecurityEvents"),
    "hybrid-routing-compliance": ("compliance", "ComplianceViolations"),
}
METRICS = ("CacheHitRate", *(metric for _, metric in ALARMS.values()))
MINUTE = timedelta(minutes=1)
FIRST_PROBE = RUNS["before"] - timedelta(days=1, minutes=5)
LAST_PROBE = RUNS["two_hours"]
ASKED = timedelta(hours=3)
TESTED = PHASES["phase_1"].start - timedelta(hours=18)
CHANGED = PHASES["phase_1"].start + timedelta(hours=1)
GONE = PHASES["phase_7"].start + timedelta(minutes=5)
SILENT = (DEPLOYMENT_END + timedelta(minutes=22), DEPLOYMENT_END + timedelta(minutes=32))
# When somebody asked: before each run, and at the end of the first, the fourth and the last phase.
CAPTURES = (
    RUNS["before"] - timedelta(seconds=10),
    RUNS["approved"] - timedelta(seconds=10),
    PHASES["phase_1"].end - timedelta(minutes=5),
    RUNS["decision_1"] - timedelta(minutes=2),
    RUNS["decision_2"] - timedelta(minutes=1),
    PHASES["phase_4"].end - timedelta(minutes=1),
    RUNS["decision_3"] - timedelta(minutes=4),
    DEPLOYMENT_END - timedelta(minutes=2),
    DEPLOYMENT_END + timedelta(hours=2) - timedelta(minutes=2),
    RUNS["two_hours"] - timedelta(minutes=2),
)

_PURPOSES = "".join(f'"{alarm}" = "{purpose}"\n' for alarm, (purpose, _) in ALARMS.items())
_SOURCES = "".join(
    f'\n[sources.{name}]\nkind = "aws_answers"\nindex = ["answers/{name}.jsonl"]\n'
    for name in ("metrics", "dashboards", "budget_alerts", "backups", "models")
)
CONFIG = f"""
# How it is watched: what the AWS command line printed, and an index of what was asked, of whom and when.
[sources.alarms]
kind = "aws_answers"
index = ["answers/alarms.jsonl"]

[sources.alarms.purposes]
{_PURPOSES}{_SOURCES}
# What a probe called in each minute, and whether it worked.
[sources.probes]
kind = "probes"
files = ["probes/probes.jsonl"]
format = "jsonl"

[sources.probes.columns]
event_time = {{ column = "at", unit = "rfc3339" }}
service = {{ column = "service" }}
target = {{ column = "target" }}
region = {{ column = "region" }}
outcome = {{ column = "result", values = {{ ok = true, error = false, timeout = false }} }}
latency = {{ column = "ms", unit = "ms" }}
"""


@dataclass(frozen=True, slots=True)
class Asked:
    """One call with its one page; a call that was refused has none."""

    source: str
    call: str
    request: dict[str, Any]
    page: dict[str, Any] | None
    region: str = REGION


def files(known: datetime, incidents: Collection[str], seed: int) -> dict[str, bytes]:
    """Return path -> content as it stands at ``known``."""
    found: dict[str, bytes] = {}
    index: dict[str, list[dict[str, Any]]] = {}
    for moment in CAPTURES:
        if moment >= known:
            continue
        for number, asked in enumerate(_asked(moment, incidents, seed)):
            name = f"answers/{moment:%Y%m%dT%H%M%SZ}/{number:02}-{asked.call}.json"
            if asked.page is not None:
                found[name] = json.dumps(asked.page, indent=4).encode()
            index.setdefault(asked.source, []).append(
                {
                    "call": asked.call,
                    "account": ACCOUNT,
                    "region": asked.region,
                    "answered_at": isoformat(moment),
                    "status": "failed" if asked.page is None else "ok",
                    "pages": [] if asked.page is None else [name],
                    "request": asked.request,
                }
            )
    found |= {f"answers/{source}.jsonl": _lines(lines) for source, lines in index.items()}
    probed = list(_probes(known, seed))
    return found | ({"probes/probes.jsonl": _lines(probed)} if probed else {})


def _asked(moment: datetime, incidents: Collection[str], seed: int) -> Iterator[Asked]:
    """Yield every call of one capture."""
    kinds = {"AlarmTypes": ["MetricAlarm", "CompositeAlarm"]}
    pending = "subscription_pending" in incidents and moment >= CHANGED
    yield Asked("alarms", "DescribeAlarms", kinds, {"MetricAlarms": list(_alarms(moment, incidents))})
    yield Asked(
        "alarms", "DescribeAlarmHistory", {"HistoryItemType": "Action"}, {"AlarmHistoryItems": list(_history())}
    )
    page = {"Subscriptions": [_subscription(pending=pending)]}
    yield Asked("alarms", "ListSubscriptionsByTopic", {"TopicArn": TOPIC}, page)
    yield _metrics(moment, incidents, seed)
    yield from _dashboards(gone="dashboard_missing" in incidents and moment >= GONE)
    notes = {"AccountId": ACCOUNT, "BudgetName": "support"}
    page = {"Notifications": [_notification(*one) for one in (("ACTUAL", 50), ("ACTUAL", 80), ("FORECASTED", 100))]}
    yield Asked("budget_alerts", "DescribeNotificationsForBudget", notes, page, BILLING)
    yield from _backups(moment, timedelta(days=3 if "backup_old" in incidents else 0))
    life = {"status": "LEGACY" if "model_unavailable" in incidents else "ACTIVE"}
    model = {"modelArn": f"arn:aws:bedrock:{REGION}::foundation-model/{MODEL}", "modelId": MODEL}
    yield Asked("models", "ListFoundationModels", {}, {"modelSummaries": [model | {"modelLifecycle": life}]})


def _alarms(moment: datetime, incidents: Collection[str]) -> Iterator[dict[str, Any]]:
    for alarm, (_, metric) in ALARMS.items():
        starved = metric == "P95Latency" and "alarm_insufficient_data" in incidents and moment >= CHANGED
        yield {
            "AlarmName": alarm,
            "AlarmArn": f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:{alarm}",
            "ActionsEnabled": True,
            "AlarmActions": [TOPIC],
            "StateValue": "INSUFFICIENT_DATA" if starved else "OK",
            "StateUpdatedTimestamp": _printed(CHANGED if starved else TESTED + MINUTE),
            "MetricName": metric,
            "Namespace": NAMESPACE,
            "Dimensions": [],
        }


def _history() -> Iterator[dict[str, Any]]:
    for alarm in ALARMS:
        yield {
            "AlarmName": alarm,
            "AlarmType": "MetricAlarm",
            "Timestamp": _printed(TESTED),
            "HistoryItemType": "Action",
            "HistorySummary": f"Successfully executed action {TOPIC}",
        }


def _subscription(*, pending: bool) -> dict[str, Any]:
    confirmed = f"{TOPIC}:00000000-0000-4000-8000-000000000001"
    arn = "PendingConfirmation" if pending else confirmed
    address = {"Owner": ACCOUNT, "Protocol": "email", "Endpoint": "on-call@example.org"}
    return {"SubscriptionArn": arn, "TopicArn": TOPIC} | address


def _metrics(moment: datetime, incidents: Collection[str], seed: int) -> Asked:
    """Return the datapoints of the last hours: one a minute, there once its minute has passed."""
    start = (moment - ASKED).replace(second=0)
    minutes = [start + MINUTE * number for number in range(int((moment - start) / MINUTE))]
    queries, results = [], []
    for number, metric in enumerate(METRICS):
        silent = metric == "P95Latency" and "metrics_stale" in incidents
        times = [one for one in minutes if not (silent and SILENT[0] <= one < SILENT[1])]
        stat = {"Metric": {"Namespace": NAMESPACE, "MetricName": metric}, "Period": 60, "Stat": "Average"}
        queries.append({"Id": f"m{number}", "MetricStat": stat})
        drawn = Random(f"{seed} {metric} {isoformat(moment)}")  # noqa: S311 - an example, not a secret
        values = [drawn.randrange(100) for _ in times]
        said = {"Id": f"m{number}", "Label": metric, "Values": values, "StatusCode": "Complete"}
        results.append(said | {"Timestamps": [_printed(one) for one in times]})
    request = {"MetricDataQueries": queries, "StartTime": isoformat(start), "EndTime": isoformat(moment)}
    return Asked("metrics", "GetMetricData", request, {"MetricDataResults": results, "Messages": []})


def _dashboards(*, gone: bool) -> Iterator[Asked]:
    arn = f"arn:aws:cloudwatch::{ACCOUNT}:dashboard/{DASHBOARD}"
    entries = [] if gone else [{"DashboardName": DASHBOARD, "DashboardArn": arn, "Size": 300}]
    yield Asked("dashboards", "ListDashboards", {}, {"DashboardEntries": entries})
    widgets = [{"type": "metric", "properties": {"metrics": [[NAMESPACE, metric]]}} for metric in METRICS]
    body = json.dumps({"widgets": widgets})
    page = {"DashboardArn": arn, "DashboardBody": body, "DashboardName": DASHBOARD}
    yield Asked("dashboards", "GetDashboard", {"DashboardName": DASHBOARD}, None if gone else page)


def _notification(kind: str, threshold: int) -> dict[str, Any]:
    stated = {"NotificationType": kind, "ComparisonOperator": "GREATER_THAN", "Threshold": float(threshold)}
    return stated | {"ThresholdType": "PERCENTAGE", "NotificationState": "OK"}


def _backups(moment: datetime, late: timedelta) -> Iterator[Asked]:
    """Yield the nightly backup's recovery point and its job, both before ``moment``."""
    begun = moment.replace(hour=3, minute=0, second=0) - late
    times = {"CreationDate": _printed(begun), "CompletionDate": _printed(begun + timedelta(minutes=12))}
    what = {"BackupVaultName": VAULT, "ResourceArn": TABLE, "ResourceType": "DynamoDB", **times}
    point = what | {"RecoveryPointArn": f"{TABLE}/backup/1", "Status": "COMPLETED"}
    request = {"BackupVaultName": VAULT}
    yield Asked("backups", "ListRecoveryPointsByBackupVault", request, {"RecoveryPoints": [point]})
    yield Asked("backups", "ListBackupJobs", {}, {"BackupJobs": [what | {"BackupJobId": "1", "State": "COMPLETED"}]})


def _probes(known: datetime, seed: int) -> Iterator[dict[str, Any]]:
    """Yield a call of the flag service and of the model in each minute."""
    drawn = Random(f"{seed} probes")  # noqa: S311 - an example, not a secret
    moment = FIRST_PROBE + timedelta(seconds=20)
    while moment < min(known, LAST_PROBE):
        at = {"at": isoformat(moment), "result": "ok"}
        yield at | {"service": "feature_flags", "target": "", "region": "", "ms": 20 + drawn.randrange(60)}
        yield at | {"service": "bedrock", "target": MODEL, "region": REGION, "ms": 700 + drawn.randrange(400)}
        moment += MINUTE


def _printed(moment: datetime) -> str:
    """Return an instant as version 2 of the AWS command line prints it."""
    return moment.isoformat()


def _lines(documents: list[dict[str, Any]]) -> bytes:
    return "".join(json.dumps(one, separators=(",", ":")) + "\n" for one in documents).encode()

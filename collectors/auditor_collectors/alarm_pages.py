"""Pages of DescribeAlarms, DescribeAlarmHistory and ListSubscriptionsByTopic.

Rules kept here: an alarm's purpose is what auditor.toml says; what a subscription reaches does not leave its page; an
action of the history has succeeded only where its summary begins as CloudWatch's own words for that do.
Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html and
https://docs.aws.amazon.com/sns/latest/api/API_ListSubscriptionsByTopic.html (a subscription without an ARN of its own
is not confirmed)
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from auditor.errors import CollectionError
from auditor.tables.operations import ALARM_STATES
from auditor_collectors.jsonlines import AGAIN, member
from auditor_collectors.page_members import (
    Parsed,
    Subject,
    asked,
    dimensions,
    entries,
    listed,
    moment,
    name,
    one_of,
    strings,
)
from auditor_collectors.values import boolean, optional, text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from auditor_collectors.answers import Answer, Page

KINDS = {"MetricAlarms": "metric", "CompositeAlarms": "composite", "LogAlarms": "log"}
HISTORY = {
    "ConfigurationUpdate": "configuration_update",
    "StateUpdate": "state_update",
    "Action": "action",
    "AlarmContributorStateUpdate": "state_update",
    "AlarmContributorAction": "action",
}
SAID = {"Successfully executed action": True, "Failed to execute action": False}


def alarms(answer: Answer, pages: Sequence[Page], status: str, purposes: Mapping[str, str]) -> Parsed:
    """Return the alarms that DescribeAlarms listed, with what each calls."""
    parsed, seen = Parsed([]), set[str]()
    for key, kind in KINDS.items():
        for where, document in entries(pages, key, required=False):
            row = _alarm(where, document, kind)
            if row["alarm"] in seen:
                raise CollectionError(f"{where}: alarm {row['alarm']!r} is listed twice in one answer", remedy=AGAIN)
            seen.add(row["alarm"])
            called = member(where, document, "AlarmActions", optional(strings))
            actions = sorted(set(called or []))
            parsed.add("alarms", **row, purpose=purposes.get(row["alarm"]), actions=len(actions))
            for action in actions:
                parsed.add("alarm_actions", alarm=row["alarm"], action=action)
    if pages and not any(key in page.document for page in pages for key in KINDS):
        expected = " or ".join(KINDS)
        raise CollectionError(f"{pages[0].where}: holds no list {expected}", remedy=AGAIN)
    parsed.subjects.append(Subject(str(answer.request.get("AlarmNamePrefix", "")), _scoped(answer, status), len(seen)))
    return parsed


def _scoped(answer: Answer, status: str) -> str:
    """Return the status of an answer that was asked of some alarms only: it is no list of them all."""
    narrowed = {"AlarmNames", "AlarmNamePrefix", "StateValue", "ActionPrefix"} & answer.request.keys()
    return "partial" if status == "ok" and narrowed else status


def _alarm(where: str, document: dict[str, Any], kind: str) -> dict[str, Any]:
    metric = _metric(where, document) if kind == "metric" else None
    return {
        "alarm": member(where, document, "AlarmName", name),
        "kind": kind,
        "state": member(where, document, "StateValue", one_of(*ALARM_STATES)),
        "state_updated_at": member(where, document, "StateUpdatedTimestamp", optional(moment)),
        "evaluation": member(where, document, "EvaluationState", optional(name)),
        "actions_enabled": member(where, document, "ActionsEnabled", optional(boolean)),
        "namespace": member(where, metric, "Namespace", optional(name)) if metric else None,
        "metric": member(where, metric, "MetricName", optional(name)) if metric else None,
        "dimensions": dimensions(where, metric) if metric else None,
    }


def _metric(where: str, document: dict[str, Any]) -> dict[str, Any] | None:
    """Return the one metric that an alarm watches, itself or in its queries; None where it watches several."""
    if "MetricName" in document:
        return document
    found = []
    for query in member(where, document, "Metrics", optional(listed)) or []:
        stat = query.get("MetricStat") if isinstance(query, dict) else None
        if isinstance(stat, dict) and isinstance(stat.get("Metric"), dict):
            found.append(stat["Metric"])
    return found[0] if found and all(one == found[0] for one in found) else None


def subscriptions(answer: Answer, pages: Sequence[Page], status: str, _purposes: Mapping[str, str]) -> Parsed:
    """Return how many subscriptions of a topic are in force, by protocol; whom they reach is left out."""
    topic = asked(answer, "TopicArn")
    confirmed, pending = Counter[str](), Counter[str]()
    for where, document in entries(pages, "Subscriptions"):
        protocol = member(where, document, "Protocol", name)
        stated = member(where, document, "TopicArn", name)
        if stated != topic:
            raise CollectionError(f"{where}: is of topic {stated!r}, but {topic!r} was asked", remedy=AGAIN)
        in_force = member(where, document, "SubscriptionArn", text).startswith("arn:")
        (confirmed if in_force else pending)[protocol] += 1
    parsed = Parsed([Subject(topic, status, confirmed.total() + pending.total())])
    for protocol in sorted(confirmed.keys() | pending.keys()):
        counts = {"confirmed": confirmed[protocol], "pending": pending[protocol]}
        parsed.add("topic_subscriptions", topic=topic, protocol=protocol, **counts)
    return parsed


def history(answer: Answer, pages: Sequence[Page], status: str, _purposes: Mapping[str, str]) -> Parsed:
    """Return what happened to the alarms: of each action, whether it was carried out."""
    count, rows = 0, Parsed([])
    for where, document in entries(pages, "AlarmHistoryItems"):
        kind = HISTORY[member(where, document, "HistoryItemType", one_of(*HISTORY))]
        summary = member(where, document, "HistorySummary", optional(text)) or ""
        said = [given for words, given in SAID.items() if summary.startswith(words)]
        rows.add(
            "alarm_history",
            event_time=member(where, document, "Timestamp", moment),
            alarm=member(where, document, "AlarmName", name),
            kind=kind,
            succeeded=said[0] if said and kind == "action" else None,
        )
        count += 1
    rows.subjects.append(Subject(str(answer.request.get("AlarmName", "")), status, count))
    return rows

"""The example company's own audit log, as its application writes it between other lines, and who observed the log."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Any

from auditor.estate.trail import INTERVAL_S, PROFILE
from auditor.model import isoformat

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from auditor.estate.traffic import Period

OPERATION_S = 30
# What an operation writes, in order, with the seconds since its start.
STEPS = (("operation_start", 0), ("routing_decision", 1), ("operation_executed", 6), ("operation_complete", 7))
FAILED, VIOLATION, UNDECLARED = "operation_failed", "pii_exposure", "safeguard_bypassed"
INCIDENT_MINUTE = 66
FAILING = range(66, 70)
LOST = range(65, 70)
STOPS_MINUTE = 110
INT32, SIGN = 1 << 32, 1 << 31

CONFIG = """
# The application's own audit events. Only values that are listed leave: any other type becomes "undeclared".
[sources.audit_log]
kind = "audit_log"
files = ["audit/*.log"]
format = "log"

[sources.audit_log.values]
event_type = [
    "operation_start", "routing_decision", "operation_executed", "operation_complete", "operation_failed",
    "pii_exposure", "residency_violation", "consent_violation", "retention_violation",
]
operation = ["answer_ticket"]
provider = ["bedrock"]
model_id = ["eu.anthropic.claude-3-5-sonnet-20241022-v2:0"]
route = { direct_bedrock = "direct", mcp = "mcp" }
compliance_status = ["compliant", "violation"]

[sources.audit_log_heartbeats]
kind = "heartbeats"
observes = "audit_log"
files = ["heartbeats/audit_log.jsonl"]
"""


def files(
    start: datetime, first: datetime, last: datetime, judged: Period, incidents: Collection[str], seed: int
) -> dict[str, bytes]:
    """Return the files: minutes count from ``start``, events lie in [first, last); draws whatever ``incidents`` are."""
    random = Random(seed + 3)  # noqa: S311 - an example, not a secret
    events = []
    moment, number = first, 0
    while moment < last:
        minute = (moment - start).total_seconds() / 60
        operation = list(_operation(random, moment, number, minute, incidents))
        if not ("audit_log_silent" in incidents and judged.holds(minute)):
            events += operation
        moment, number = moment + timedelta(seconds=OPERATION_S), number + 1
    chain_events(events)
    beats = _beats(start, first, last, events, incidents)
    written = [one for one in events if not ("audit_events_lost" in incidents and _minute(start, one) in LOST)]
    lines = "".join(log_line(one) for one in written)
    counted = "".join(json.dumps(one, separators=(",", ":")) + "\n" for one in beats)
    return {"audit/support.log": lines.encode(), "heartbeats/audit_log.jsonl": counted.encode()}


def _operation(
    random: Random, moment: datetime, number: int, minute: float, incidents: Collection[str]
) -> Iterator[dict[str, Any]]:
    """Yield the events of one support operation."""
    draws = [random.random() for _ in range(3)]
    content = f"{random.getrandbits(128):032x}"
    failed = draws[0] < 0.01  # noqa: PLR2004 - share of operations that fail
    status = "compliant"
    if "failed_operations" in incidents and minute in FAILING:
        failed, status = True, "violation"
    kinds = [(kind if kind != STEPS[-1][0] or not failed else FAILED, after) for kind, after in STEPS]
    odd = {"compliance_violation": VIOLATION, "undeclared_event": UNDECLARED}
    kinds += [(odd[name], 8) for name in odd if name in incidents and minute == INCIDENT_MINUTE]
    for step, (kind, after) in enumerate(kinds):
        yield {
            "eventId": f"evt-{number:06d}-{step}",
            "timestamp": isoformat(moment + timedelta(seconds=after)),
            "eventType": kind,
            "requestId": f"op-{number:06d}",
            "userId": f"user-{int(draws[1] * 1000):04d}",
            "provider": "bedrock",
            "modelId": PROFILE,
            "operation": "answer_ticket",
            "contentHash": content,
            "piiDetected": kind == VIOLATION,
            "piiTypes": ["EMAIL"] if kind == VIOLATION else [],
            "complianceStatus": "violation" if kind == VIOLATION else status,
            "gdprLawfulBasis": "contract",
            "retentionPolicy": "90d",
            "metadata": {"routingPath": "direct_bedrock" if draws[2] < 0.6 else "mcp"},  # noqa: PLR2004 - share
            "previousEventHash": "",
            "eventHash": "",
        }


def chain_events(events: Sequence[dict[str, Any]]) -> None:
    """Link the events as the application does: forgeable, and blind to nested members, but in the field."""
    previous = ""
    for one in events:
        one["previousEventHash"] = previous
        known = {name: one[name] if name != "metadata" else {} for name in sorted(one)}
        previous = one["eventHash"] = _rolling(json.dumps(known, separators=(",", ":")))


def _rolling(text: str) -> str:
    """Return the 32-bit rolling hash of ``text`` (ASCII), its absolute value in hexadecimal digits."""
    value = 0
    for unit in text.encode():
        value = (value * 31 + unit) % INT32
    return f"{value if value < SIGN else INT32 - value:x}"


def log_line(event: dict[str, Any]) -> str:
    """Return ``event`` as a line of the log; an operation's start follows a line that is none of the audit's."""
    written = f"{event['timestamp']} INFO [router] AUDIT: {json.dumps(event, separators=(',', ':'))}\n"
    other = f"{event['timestamp']} DEBUG [router] request accepted\n"
    return other + written if event["eventType"] == STEPS[0][0] else written


def _minute(start: datetime, event: dict[str, Any]) -> int:
    return int((datetime.fromisoformat(event["timestamp"]) - start).total_seconds() // 60)


def _beats(
    start: datetime, first: datetime, last: datetime, events: Sequence[dict[str, Any]], incidents: Collection[str]
) -> Iterator[dict[str, Any]]:
    """Yield what the log's observer counted in each interval."""
    moment = first
    while moment < last:
        end = moment + timedelta(seconds=INTERVAL_S)
        if "audit_log_unobserved" not in incidents or moment < start + timedelta(minutes=STOPS_MINUTE):
            records = sum(isoformat(moment) <= one["timestamp"] < isoformat(end) for one in events)
            yield {"start": isoformat(moment), "end": isoformat(end), "records": records}
        moment = end

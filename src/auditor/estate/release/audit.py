"""The audit trail of the example release: support operations, their chains of hashes, who observed them, and tests.

Rules kept here: only facts before ``known`` are told, and a later ``known`` only adds.
"""

from __future__ import annotations

import json
from bisect import bisect_left
from functools import cache
from random import Random
from typing import TYPE_CHECKING, Any

from auditor.estate import inventory
from auditor.estate.audit import chain_events, log_line
from auditor.estate.release import cloud, support_operations
from auditor.estate.release.timeline import PHASES
from auditor.model import isoformat

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import datetime

INCIDENTS = {
    "audit_tampered": "An event of Phase 6 was altered in the audit log later: its hash no longer fits.",
    "decision_wrong": "For two minutes of Phase 6 the router sends emergencies to the MCP path.",
    "path_silent": "From the start of the deployment on, nothing is validated on the MCP path.",
    "pii_leak": "One of the planted IBANs stands unredacted in what the system put out.",
    "gdpr_violation": "At 11:20 the validator finds a violation, and the log records one of consent.",
    "security_alert_after": "In the night after the deployment a security product raises a high finding.",
}
TYPES = (
    "EMAIL", "PHONE_DE", "PHONE_INTERNATIONAL", "IBAN", "CREDIT_CARD", "SSN_US", "GERMAN_ID", "ADDRESS",
    "POSTAL_CODE_DE", "IP_ADDRESS",
)  # fmt: skip
TESTED = PHASES["phase_1"].start.replace(hour=6, minute=30)
PLANTED, SHOWN = 40, 40
UNLINKED = "cost_tracking"
TAMPERED = "op-000420"

CONFIG = (
    """\
# The application's own audit events, between other lines. What an operation cost is outside its chains of hashes.
[sources.audit_log]
kind = "audit_log"
files = ["audit/*.log"]
format = "log"
unlinked_types = ["cost_tracking"]

[sources.audit_log.values]
operation = ["emergency", "infrastructure", "meta_monitor", "implementation", "kiro", "standard", "background"]
provider = ["bedrock"]
model_id = ["eu.anthropic.claude-3-5-sonnet-20241022-v2:0"]
route = { direct_bedrock = "direct", mcp = "mcp" }
compliance_status = ["compliant", "violation", "error"]
outcome = { success = "ok", failure = "error" }
[sources.audit_log.values.event_type]
operation_start = "operation_start"
routing_decision = "routing_decision"
operation_executed = "operation_executed"
operation_complete = "operation_complete"
operation_failed = "operation_failed"
intelligent_routing_fallback = "fallback"
gdpr_compliance_validation = "gdpr_validation"
pii_detection = "pii_detection"
pii_redaction = "pii_redaction"
cost_tracking = "cost_tracking"
pii_exposure = "pii_exposure"
residency_violation = "residency_violation"
consent_violation = "consent_violation"
retention_violation = "retention_violation"

[sources.audit_log_heartbeats]
kind = "heartbeats"
observes = "audit_log"
files = ["heartbeats/audit_log.jsonl"]

# Every request that the support desk took: the population of support operations.
[sources.support_requests]
kind = "requests"
files = ["support/requests.jsonl"]
format = "jsonl"

[sources.support_requests.columns]
event_time = { column = "timestamp", unit = "rfc3339" }
request_id = { column = "requestId" }
route = { column = "routingPath", values = { direct_bedrock = "direct", mcp = "mcp" } }
kind = { column = "type", values = { generation = "generation" } }
latency = { column = "latencyMs", unit = "ms" }
outcome = { column = "status", values = { success = "ok", error = "error" } }

[sources.support_requests_heartbeats]
kind = "heartbeats"
observes = "support_requests"
files = ["heartbeats/support_requests.jsonl"]

# What came of the labelled corpus of personal data.
[sources.pii_results]
kind = "pii_results"
files = ["pii/results.jsonl"]
format = "jsonl"

[sources.pii_results.columns]
event_time = { column = "ranAt", unit = "rfc3339" }
corpus = { column = "corpus", values = { "support-v3" = "support-v3" } }
planted = { column = "planted" }
detected = { column = "detected" }
unredacted = { column = "unredacted" }
scanner_planted = { column = "scannerPlanted" }
scanner_found = { column = "scannerFound" }
near_misses = { column = "nearMisses" }
false_positives = { column = "falsePositives" }
[sources.pii_results.columns.type]
column = "type"
values = { """
    + ", ".join(f"{one} = {json.dumps(one)}" for one in TYPES)
    + """ }

[sources.cloudtrail]
kind = "cloudtrail"
files = ["cloudtrail/**/*.json"]

[sources.cloudtrail_heartbeats]
kind = "heartbeats"
observes = "cloudtrail"
files = ["heartbeats/cloudtrail.jsonl"]
"""
    + inventory.CONFIG
)


def files(known: datetime, incidents: Collection[str], seed: int) -> dict[str, bytes]:
    """Return path -> content as it stands at ``known``."""
    requests, events = _told(frozenset(incidents) & frozenset(INCIDENTS), seed)
    before = isoformat(known)
    logged = [one for one in events if one["timestamp"] < before]
    asked = [one for one in requests if one["timestamp"] < before]
    return {
        "audit/support.log": "".join(log_line(one) for one in logged).encode(),
        "heartbeats/audit_log.jsonl": _beats(known, logged),
        "support/requests.jsonl": _lines(asked),
        "heartbeats/support_requests.jsonl": _beats(known, asked),
        **({"pii/results.jsonl": _results(incidents)} if known > TESTED else {}),
        **cloud.files(known, incidents, seed),
    }


@cache
def _told(incidents: frozenset[str], seed: int) -> tuple[tuple[dict[str, Any], ...], tuple[dict[str, Any], ...]]:
    """Return every request and every event of the release, linked, in order of time."""
    random = Random(seed + 7)  # noqa: S311 - an example, not a secret
    requests: list[dict[str, Any]] = []
    processes: list[list[dict[str, Any]]] = [[], list(support_operations.validations(incidents))]
    for operation in support_operations.operations():
        request, events = support_operations.told(operation, random, incidents)
        requests.append(request)
        processes[operation.number % 2] += events
    for process in processes:
        process.sort(key=lambda one: str(one["timestamp"]))
        chain_events([one for one in process if one["eventType"] != UNLINKED])
    events = sorted((one for process in processes for one in process), key=lambda one: str(one["timestamp"]))
    for one in events:
        if "audit_tampered" in incidents and one["requestId"] == TAMPERED and one["latencyMs"]:
            one["latencyMs"] = 1
        if one["eventType"] == UNLINKED:
            del one["previousEventHash"], one["eventHash"]
    requests.sort(key=lambda one: str(one["timestamp"]))
    return tuple(requests), tuple(events)


def _results(incidents: Collection[str]) -> bytes:
    leaked = "pii_leak" in incidents
    return _lines(
        {
            "ranAt": isoformat(TESTED),
            "corpus": "support-v3",
            "type": one,
            "planted": PLANTED,
            "detected": PLANTED - (one == "ADDRESS") - (leaked and one == "IBAN"),
            "unredacted": int(leaked and one == "IBAN"),
            "scannerPlanted": SHOWN,
            "scannerFound": SHOWN - (one == "ADDRESS"),
            "nearMisses": PLANTED,
            "falsePositives": int(one in {"ADDRESS", "POSTAL_CODE_DE"}),
        }
        for one in TYPES
    )


def _beats(known: datetime, told: Iterable[dict[str, Any]]) -> bytes:
    """Return what an observer counted of ``told`` in each interval."""
    intervals = list(cloud.intervals(known))
    times = sorted(str(one["timestamp"]) for one in told)
    counts = [bisect_left(times, isoformat(end)) - bisect_left(times, isoformat(start)) for start, end in intervals]
    return _lines(
        {"start": isoformat(start), "end": isoformat(end), "records": count}
        for (start, end), count in zip(intervals, counts, strict=True)
    )


def _lines(documents: Iterable[dict[str, Any]]) -> bytes:
    return "".join(json.dumps(one, separators=(",", ":")) + "\n" for one in documents).encode()

"""The deployment's own log and the health checks of the example release.

Rules kept here: the log numbers its records, whatever is known of it; a component is checked from when it works.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from auditor.estate.release import flag_service
from auditor.estate.release.timeline import PHASES, Span
from auditor.model import isoformat

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

COMPONENTS = (
    "BedrockSupportManager",
    "IntelligentRouter",
    "DirectBedrockClient",
    "MCPRouter",
    "HybridHealthMonitor",
    "PerformanceOptimizer",
    "ComplianceValidator",
)
# What the health service calls well, by what it checks; the first three were there before the release.
STANDING = {"Production Environment": "HEALTHY", "MCP Router": "HEALTHY", "Audit Trail System": "OPERATIONAL"}
SYSTEMS = {
    "Direct Bedrock Connection": "HEALTHY",
    "Intelligent Router": "HEALTHY",
    "Circuit Breaker": "CLOSED",
    "Compliance Validator": "OPERATIONAL",
    "Monitoring Systems": "OPERATIONAL",
}
VERSION, OLD_VERSION = "2.0.0", "1.9.4"
PLANNED = PHASES["phase_1"].start - timedelta(minutes=20)
FIRST_COMPONENT = PHASES["phase_2"].start + timedelta(minutes=2)
COMPONENT_EVERY, READY_AFTER = timedelta(minutes=4), timedelta(seconds=90)
CHECKED_FROM = PHASES["phase_1"].start - timedelta(minutes=30)
OFTEN, OFTEN_UNTIL = timedelta(seconds=30), datetime(2025, 1, 14, 13, 0, tzinfo=UTC)
SELDOM = timedelta(minutes=10)
DEGRADED = Span(PHASES["phase_2"].end - timedelta(minutes=5), PHASES["phase_5"].start + timedelta(minutes=1))
MISSING = "PerformanceOptimizer"

INCIDENTS = {
    "phase_overrun": "Phase 3 begins early and takes 20 minutes and 20 seconds of its 20 minutes.",
    "component_missing": "PerformanceOptimizer is not deployed, as in the reports of earlier environments.",
    "component_outdated": "ComplianceValidator is deployed in the version before the target.",
    "component_degraded": "The MCP router is degraded from the end of phase 2 to the start of phase 5.",
    "component_restarted": "IntelligentRouter is restarted while flags are activated.",
    "deployment_warning": "The deployment warns of a retry while components are deployed.",
    "deployment_record_lost": "A record of phase 2 is missing in the deployment's log.",
    "config_invalid": "The last validation of the configuration finds it invalid.",
    **flag_service.INCIDENTS,
}

CONFIG = (
    """
# The deployment's own log. Its messages do not leave; a word that is not listed becomes "undeclared".
[sources.deployment_log]
kind = "deployment_log"
files = ["deployment/log.jsonl"]
phases = ["phase_1", "phase_2", "phase_3", "phase_4", "phase_5", "phase_6", "phase_7"]
components = [
    "BedrockSupportManager", "IntelligentRouter", "DirectBedrockClient", "MCPRouter", "HybridHealthMonitor",
    "PerformanceOptimizer", "ComplianceValidator",
]

[sources.deployment_log.members]
at = "at"
event = "event"
phase = "phase"
component = "component"
version = "version"
position = "seq"

[sources.deployment_log.events]
PLANNED = "other"
PHASE_START = "phase_started"
PHASE_END = "phase_ended"
DEPLOYED = "component_deployed"
READY = "component_initialized"
FAILED = "component_failed"
CONFIG_VALID = "config_validated"
CONFIG_INVALID = "config_invalid"
WARNING = "warning"
ERROR = "error"
RESTART = "restart"

# What was checked, how often, and what was found. Half open is degraded, open is unhealthy.
[sources.health]
kind = "health_checks"
files = ["health/checks.jsonl"]
format = "jsonl"

[sources.health.columns]
component = { column = "component" }
event_time = { column = "at", unit = "rfc3339" }

[sources.health.columns.status]
column = "status"

[sources.health.columns.status.values]
HEALTHY = "healthy"
OPERATIONAL = "healthy"
CLOSED = "healthy"
DEGRADED = "degraded"
HALF_OPEN = "degraded"
DOWN = "unhealthy"
OPEN = "unhealthy"
"""
    + flag_service.CONFIG
)


def files(known: datetime, incidents: Collection[str], seed: int) -> dict[str, bytes]:
    """Return the files as they stand at ``known``."""
    records = [one for one in _numbered(incidents) if datetime.fromisoformat(one["at"]) < known]
    return {
        "deployment/log.jsonl": _lines(records),
        "health/checks.jsonl": _lines(list(_checks(known, incidents))),
        **flag_service.files(known, incidents, seed),
    }


def phases(incidents: Collection[str]) -> dict[str, Span]:
    """Return the phases as the log tells them."""
    spans = dict(PHASES)
    if "phase_overrun" in incidents:
        spans["phase_3"] = Span(spans["phase_3"].end - timedelta(minutes=20, seconds=20), spans["phase_3"].end)
    return spans


def _numbered(incidents: Collection[str]) -> list[dict[str, Any]]:
    """Return every record of the log, numbered; one that was lost leaves its number unused."""
    moments = sorted(_records(incidents), key=lambda one: (one[0], one[1] != "PHASE_START"))
    numbered = [
        {"seq": number, "at": isoformat(at), "event": event, **more}
        for number, (at, event, more) in enumerate(moments, start=1)
    ]
    lost = "deployment_record_lost" in incidents
    return [one for one in numbered if not (lost and one["event"] == "READY" and one["component"] == COMPONENTS[0])]


def _records(incidents: Collection[str]) -> Iterator[tuple[datetime, str, dict[str, Any]]]:
    yield PLANNED, "PLANNED", {"phase": None, "message": "seven components, five flags"}
    for phase, span in phases(incidents).items():
        yield span.start, "PHASE_START", {"phase": phase}
        yield span.end, "PHASE_END", {"phase": phase}
    for number, component in enumerate(COMPONENTS):
        at = FIRST_COMPONENT + number * COMPONENT_EVERY
        if not (component == MISSING and "component_missing" in incidents):
            old = component == COMPONENTS[-1] and "component_outdated" in incidents
            named = {"phase": "phase_2", "component": component}
            yield at, "DEPLOYED", named | {"version": OLD_VERSION if old else VERSION}
            yield at + READY_AFTER, "READY", named
    validated = PHASES["phase_2"].end - timedelta(minutes=4)
    found = "CONFIG_INVALID" if "config_invalid" in incidents else "CONFIG_VALID"
    yield validated, found, {"phase": "phase_2", "message": "configuration of production"}
    if "deployment_warning" in incidents:
        yield FIRST_COMPONENT + timedelta(seconds=30), "WARNING", {"phase": "phase_2", "message": "one retry"}
    if "component_restarted" in incidents:
        at = PHASES["phase_5"].start + timedelta(minutes=5)
        yield at, "RESTART", {"phase": "phase_5", "component": "IntelligentRouter"}


def _checks(known: datetime, incidents: Collection[str]) -> Iterator[dict[str, Any]]:
    """Yield the results of every check before ``known``: often while it is deployed, seldom later."""
    since = dict.fromkeys(STANDING, CHECKED_FROM) | dict.fromkeys(SYSTEMS, PHASES["phase_2"].end)
    for number, component in enumerate(COMPONENTS):
        if not (component == MISSING and "component_missing" in incidents):
            since[component] = FIRST_COMPONENT + number * COMPONENT_EVERY + READY_AFTER
    at = CHECKED_FROM
    while at < known:
        degraded = {"MCPRouter", "MCP Router"} if "component_degraded" in incidents and DEGRADED.holds(at) else set()
        for component, first in since.items():
            if first <= at:
                well = STANDING.get(component) or SYSTEMS.get(component, "HEALTHY")
                status = "DEGRADED" if component in degraded else well
                yield {"component": component, "at": isoformat(at), "status": status}
        at += OFTEN if at < OFTEN_UNTIL else SELDOM


def _lines(documents: list[dict[str, Any]]) -> bytes:
    return "".join(json.dumps(one, separators=(",", ":")) + "\n" for one in documents).encode()

"""The support operations of the example release: how each was routed, and what the application logged of it.

Rules kept here: every operation is a request of the support desk's own list and begins, is routed, runs and ends in the
audit log, under one id; two processes write the log, each linking its own events, and what an operation cost is outside
both chains. One decision in sixty is not optimal, as on any day, but none while Phase 6 watches.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from auditor.estate.release.timeline import DEPLOYMENT_END, PHASES, RUNS
from auditor.estate.trail import PROFILE
from auditor.model import isoformat

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from random import Random

FIRST = datetime.fromisoformat("2025-01-13T07:00:00+00:00")
LAST = RUNS["closing"]
PHASE_6 = PHASES["phase_6"]
BUSY_END = DEPLOYMENT_END + timedelta(hours=2, minutes=2)
DIRECT, MCP = "direct_bedrock", "mcp"
# Operation, primary route, fallback: the order in which Phase 6 tries them, four direct ones to each of the others.
DIRECTED = ("emergency", "infrastructure", "meta_monitor", "implementation")
TOOLED = ("kiro", "standard", "background")
CYCLE = tuple(one for other in TOOLED for one in (*DIRECTED, other))
SUBOPTIMAL_EVERY, FAILED_EVERY, PERSONAL_EVERY, COSTED_EVERY = 60, 97, 11, 5
INDUCED_EVERY = timedelta(minutes=2)
VALIDATED_EVERY, PROBED_EVERY = timedelta(minutes=30), timedelta(hours=6)
VIOLATION_AT = datetime.fromisoformat("2025-01-14T11:20:00+00:00")
WRONG = range(40, 65)
STEPS = (("operation_start", 0), ("routing_decision", 1), ("operation_executed", 3), ("operation_complete", 4))


@dataclass(frozen=True, slots=True)
class Operation:
    """One support operation: when it begins, and whether a test induces its fallback."""

    number: int
    start: datetime
    name: str
    induced: bool = False

    @property
    def id(self) -> str:
        """Return its id, the same in the list of the support desk and in the audit log."""
        return f"op-{self.number:06d}{'-test' if self.induced else ''}"

    @property
    def primary(self) -> str:
        """Return the route that the matrix gives it."""
        return DIRECT if self.name in DIRECTED else MCP


def operations() -> Iterator[Operation]:
    """Yield every operation: one in ten minutes, one a minute after the deployment, one in 5 s in Phase 6."""
    moment, number = FIRST, 0
    while moment < LAST:
        yield Operation(number, moment, CYCLE[number % len(CYCLE)])
        if PHASE_6.holds(moment) and (moment - PHASE_6.start) % INDUCED_EVERY == timedelta(0):
            yield Operation(number, moment + timedelta(seconds=62), DIRECTED[1 + number % 3], induced=True)
        number += 1
        moment += _pause(moment)


def _pause(moment: datetime) -> timedelta:
    if PHASE_6.holds(moment):
        return timedelta(seconds=5)
    busy = PHASES["phase_5"].start <= moment < BUSY_END
    return timedelta(seconds=60) if busy else timedelta(minutes=10)


def told(
    operation: Operation, random: Random, incidents: Collection[str]
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return the request of ``operation`` and its events. Draws the same numbers whatever ``incidents`` are."""
    draws = [random.random() for _ in range(2)]
    content = f"{random.getrandbits(128):032x}"
    route, unhealthy = _routed(operation, incidents)
    failed = operation.number % FAILED_EVERY == FAILED_EVERY - 1 and not operation.induced
    latency = 400 + int(1000 * draws[0]) + (900 if route == MCP else 0)
    shared: dict[str, Any] = {"userId": f"user-{int(draws[1] * 1000):04d}", "contentHash": content}
    events = []
    for kind, after in _steps(operation, failed=failed):
        metadata: dict[str, Any] = {"routingPath": route}
        if kind == "routing_decision":
            metadata |= {"unhealthyPath": unhealthy, "optimal": True, "induced": operation.induced}
        if kind in {"operation_executed", "intelligent_routing_fallback"}:
            metadata |= {"outcome": "failure" if failed else "success", "induced": operation.induced}
        more = shared | {"latencyMs": latency if kind == "operation_executed" else None, "metadata": metadata}
        if kind.startswith("pii_"):
            more |= {"piiDetected": True, "piiTypes": ["EMAIL"]}
        events.append(event(operation.id, operation.start + timedelta(seconds=after), kind, operation.name, more))
    request = {
        "timestamp": isoformat(operation.start + timedelta(seconds=STEPS[-1][1])),
        "requestId": operation.id,
        "routingPath": route,
        "type": "generation",
        "status": "error" if failed else "success",
        "latencyMs": latency,
    }
    return request, events


def _routed(operation: Operation, incidents: Collection[str]) -> tuple[str, str | None]:
    """Return the route that the operation took, and the one that was held unhealthy."""
    if operation.induced:
        return MCP, DIRECT
    other = MCP if operation.primary == DIRECT else DIRECT
    if PHASE_6.holds(operation.start):
        number = int((operation.start - PHASE_6.start).total_seconds() // 5)
        wrong = "decision_wrong" in incidents and number in WRONG and operation.name == "emergency"
        return (other if wrong else operation.primary), None
    return (other if operation.number % SUBOPTIMAL_EVERY == SUBOPTIMAL_EVERY - 1 else operation.primary), None


def _steps(operation: Operation, *, failed: bool) -> Iterator[tuple[str, int]]:
    for kind, after in STEPS:
        yield ("operation_failed" if failed and kind == "operation_complete" else kind), after
        if kind == "routing_decision" and operation.induced:
            yield "intelligent_routing_fallback", 2
        if kind == "routing_decision" and operation.number % PERSONAL_EVERY == 0:
            yield from (("pii_detection", 2), ("pii_redaction", 2))
    if operation.number % COSTED_EVERY == 0:
        yield "cost_tracking", 5


def validations(incidents: Collection[str]) -> Iterator[dict[str, Any]]:
    """Yield what the application's compliance validator found, and of the probes that it is given."""
    moment = probed = FIRST + timedelta(minutes=1)
    while moment < LAST:
        for route in (DIRECT, MCP):
            silent = "path_silent" in incidents and route == MCP and moment >= PHASES["phase_1"].start
            if not silent:
                yield _validation(moment, route, violating=False, probe=False)
                if moment >= probed:
                    yield _validation(moment + timedelta(seconds=20), route, violating=True, probe=True)
        probed += PROBED_EVERY if moment >= probed else timedelta(0)
        moment += timedelta(minutes=5) if PHASE_6.holds(moment) else VALIDATED_EVERY
    if "gdpr_violation" in incidents:
        yield _validation(VIOLATION_AT, DIRECT, violating=True, probe=False)
        more = {"metadata": {"routingPath": DIRECT}, "complianceStatus": "violation"}
        yield event("gdpr-1", VIOLATION_AT + timedelta(seconds=1), "consent_violation", "standard", more)


def _validation(moment: datetime, route: str, *, violating: bool, probe: bool) -> dict[str, Any]:
    metadata = {
        "routingPath": route,
        "checks": 18,
        "violations": int(violating),
        "score": 40 if violating else 97,
        "induced": probe,
    }
    status = "violation" if violating else "compliant"
    name = f"val-{moment:%d%H%M%S}-{route}"
    return event(name, moment, "gdpr_compliance_validation", None, {"complianceStatus": status, "metadata": metadata})


def event(request: str, moment: datetime, kind: str, operation: str | None, more: dict[str, Any]) -> dict[str, Any]:
    """Return one event of the audit log, not yet linked."""
    return {
        "eventId": f"evt-{request}-{kind}",
        "timestamp": isoformat(moment),
        "eventType": kind,
        "requestId": request,
        "userId": "system",
        "provider": "bedrock",
        "modelId": PROFILE,
        "operation": operation,
        "contentHash": "",
        "latencyMs": None,
        "piiDetected": False,
        "piiTypes": [],
        "complianceStatus": "compliant",
        "gdprLawfulBasis": "contract",
        "retentionPolicy": "90d",
        "metadata": {},
        "previousEventHash": "",
        "eventHash": "",
    } | more

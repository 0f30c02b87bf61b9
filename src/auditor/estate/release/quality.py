"""What the example release tested, scanned, wrote, rehearsed and announced, and the incidents of its service desk.

Rules kept here: a source holds what its last export before ``known`` held, so a later ``known`` only adds.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from auditor.estate.release import papers, reports
from auditor.estate.release.exported import FIRST, Told, exported, lines
from auditor.estate.release.timeline import PHASES, STAGING
from auditor.model import isoformat

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

OBSERVED_EVERY = timedelta(minutes=10)
SILENT_FROM = datetime(2025, 1, 14, 12, 0, tzinfo=UTC)
RECEIPT = timedelta(seconds=20)

INCIDENTS = {
    **reports.INCIDENTS,
    **papers.INCIDENTS,
    "slow_rehearsal": "The rollback of level 2 took a second longer than its five minutes in staging.",
    "failed_rehearsal": "The emergency shutdown did not succeed when it was last rehearsed.",
    "alert_not_received": "A test alert to the pager of the on-call engineer never arrived.",
    "critical_incident": "A critical incident is opened half an hour after the deployment, and closed soon.",
    "customer_incident": "Two days after the deployment customers feel an incident of high severity.",
    "security_incident": "Three days after the deployment an incident of security is opened.",
    "open_issue": "An operational issue is open a day after the deployment.",
    "service_desk_silent": "The service desk's observer falls silent an hour and a half after the deployment.",
    "inaccurate_detection": "Only 80 % of the labelled cases of gap detection are right.",
}

CONFIG = (
    reports.CONFIG
    + papers.CONFIG
    + """
# Rehearsals of procedures, in staging and of the operations team.
[sources.staging_drills]
kind = "drills"
environment = "staging"
files = ["staging/drills.jsonl"]
procedures = ["rollback"]
outcomes = { success = "passed", failure = "failed", aborted = "aborted" }
members = { level = "level", duration = "seconds" }

[sources.drills]
kind = "drills"
files = ["drills.jsonl"]
procedures = ["emergency_shutdown", "incident_escalation"]
outcomes = { success = "passed", failure = "failed", aborted = "aborted" }
members = { duration = "seconds" }

# Messages and test alerts.
[sources.notices]
kind = "notices"
files = ["notices/sent.jsonl"]
exports = ["notices/exports.jsonl"]
kinds = ["deployment_start", "deployment_end", "test_alert"]
audiences = ["stakeholders", "on_call_pager", "operations_channel"]

# Incidents of the service desk, and who observed the desk.
[sources.incidents]
kind = "incidents"
files = ["incidents/desk.jsonl"]
exports = ["incidents/exports.jsonl"]
severities = { SEV1 = "critical", SEV2 = "high", SEV3 = "medium", SEV4 = "low" }
members = { customer_impacting = "customer_impacting", security = "security" }

[sources.incidents_heartbeats]
kind = "heartbeats"
observes = "incidents"
files = ["heartbeats/incidents.jsonl"]

# How often gap detection was right, on labelled cases.
[sources.validations]
kind = "validations"
files = ["validations/gap_detection.jsonl"]
exports = ["validations/exports.jsonl"]
names = ["gap_detection"]
"""
)


def files(known: datetime, incidents: Collection[str], seed: int) -> dict[str, bytes]:  # noqa: ARG001 - nothing is drawn
    """Return path -> content as it stands at ``known``."""
    desk = sorted(_desk(incidents), key=lambda one: one[0])
    written = {
        **reports.reports(known, incidents),
        **papers.papers(known, incidents),
        "staging/drills.jsonl": lines(one for at, one in _staging_drills(incidents) if at < known),
        "drills.jsonl": lines(one for at, one in _drills(incidents) if at < known),
        "heartbeats/incidents.jsonl": lines(_beats(desk, known, incidents)),
    }
    for folder, name, records in (
        ("notices", "sent", sorted(_notices(incidents), key=lambda one: one[0])),
        ("incidents", "desk", desk),
        ("validations", "gap_detection", list(_validations(incidents))),
    ):
        held, told = exported(records, known)
        written |= {f"{folder}/{name}.jsonl": held, f"{folder}/exports.jsonl": told}
    return written


def _staging_drills(incidents: Collection[str]) -> Iterator[Told]:
    took = {1: 95, 2: 301 if "slow_rehearsal" in incidents else 240, 3: 510}
    for level, seconds in took.items():
        at = STAGING.end + timedelta(minutes=30 * level)
        record = {"id": f"rollback-{level}", "at": isoformat(at), "procedure": "rollback", "level": level}
        yield at, record | {"outcome": "success", "seconds": seconds}


def _drills(incidents: Collection[str]) -> Iterator[Told]:
    failed = "failed_rehearsal" in incidents
    for day, name, outcome in (
        (3, "emergency_shutdown", "success"),
        (10, "incident_escalation", "success"),
        (17, "emergency_shutdown", "failure" if failed else "success"),
    ):
        at = datetime(2024, 12, day, 14, 0, tzinfo=UTC)
        record = {"id": f"{name}-{day}", "at": isoformat(at), "procedure": name, "outcome": outcome, "seconds": 420}
        yield at, record


def _notices(incidents: Collection[str]) -> Iterator[Told]:
    phase = PHASES["phase_7"]
    sent = [
        (PHASES["phase_1"].start, "deployment_start", "stakeholders"),
        (phase.start + timedelta(minutes=5), "test_alert", "on_call_pager"),
        (phase.start + timedelta(minutes=6), "test_alert", "operations_channel"),
        (phase.end + timedelta(minutes=2), "deployment_end", "stakeholders"),
    ]
    for number, (at, kind, audience) in enumerate(sent):
        lost = audience == "on_call_pager" and "alert_not_received" in incidents
        received = None if lost else isoformat(at + RECEIPT)
        record = {"id": f"notice-{number}", "kind": kind, "audience": audience, "sent_at": isoformat(at)}
        yield at + 3 * RECEIPT, record | {"received_at": received}


def _desk(incidents: Collection[str]) -> Iterator[Told]:
    """Yield each version of each incident when it was written."""
    end = PHASES["phase_7"].end
    happened: list[tuple[str, datetime, timedelta | None, str, bool, bool]] = [
        ("inc-1", datetime(2025, 1, 13, 15, 0, tzinfo=UTC), timedelta(hours=1), "SEV4", False, False),
        ("inc-2", end + timedelta(hours=46), timedelta(hours=2), "SEV3", False, False),
    ]
    if "critical_incident" in incidents:
        happened.append(("inc-3", end + timedelta(minutes=30), timedelta(minutes=20), "SEV1", False, False))
    if "customer_incident" in incidents:
        happened.append(("inc-4", end + timedelta(days=2), timedelta(hours=3), "SEV2", True, False))
    if "security_incident" in incidents:
        happened.append(("inc-5", end + timedelta(days=3), timedelta(hours=5), "SEV3", False, True))
    if "open_issue" in incidents:
        happened.append(("inc-6", end + timedelta(hours=9), None, "SEV4", False, False))
    for name, opened, lasted, severity, customers, security in happened:
        opening: dict[str, Any] = {
            "id": name,
            "opened_at": isoformat(opened),
            "updated_at": isoformat(opened),
            "severity": severity,
            "customer_impacting": customers,
            "security": security,
        }
        yield opened, opening
        if lasted is not None:
            closed = isoformat(opened + lasted)
            yield opened + lasted, opening | {"updated_at": closed, "closed_at": closed}


def _beats(desk: Sequence[Told], known: datetime, incidents: Collection[str]) -> Iterator[dict[str, Any]]:
    """Yield how many incidents the desk's observer saw opened in each interval that ended before ``known``."""
    moment = FIRST
    while moment + OBSERVED_EVERY <= max(known, FIRST + OBSERVED_EVERY):
        end = moment + OBSERVED_EVERY
        if "service_desk_silent" in incidents and moment >= SILENT_FROM:
            return
        opened = {one["id"] for _, one in desk if isoformat(moment) <= one["opened_at"] < isoformat(end)}
        yield {"start": isoformat(moment), "end": isoformat(end), "records": len(opened)}
        moment = end


def _validations(incidents: Collection[str]) -> Iterator[Told]:
    right = 200 if "inaccurate_detection" in incidents else 229
    for day in range(16, 20):
        at = datetime(2025, 1, day, 6, 0, tzinfo=UTC)
        yield at, {"id": f"gap-{day}", "at": isoformat(at), "name": "gap_detection", "correct": right, "total": 250}

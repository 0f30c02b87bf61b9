"""The log of rollbacks of the example release, and the whole rollback that some incidents end in.

Rules kept here: only facts before ``known`` are told, so a later ``known`` only adds; an observer counts the log every
minute, so that a log in which nothing happened proves it. The rollback begins at ``timeline.ROLLBACK``, whatever the
incident that it ends: what traffic, health and costs do meanwhile is told by their own modules.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from auditor.estate.release.timeline import FLAGS, ROLLBACK
from auditor.model import isoformat

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

INCIDENTS = {
    "rolled_back": "At 11:00 the release is rolled back: in time, completely, verified and documented.",
    "rollback_late": "The same rollback, but its script is started four minutes late, so nothing is done in time.",
    "rollback_incomplete": "The same rollback, but the script switches off only the first three of the five flags.",
}
OPENED = datetime(2025, 1, 14, 7, 45, tzinfo=UTC)
OBSERVED_FROM = OPENED - timedelta(minutes=5)
OBSERVED_EVERY = timedelta(minutes=1)
EXPORTED_EVERY = timedelta(hours=1)
LATE = timedelta(minutes=4)
SWITCHED_BY_AN_INCOMPLETE_SCRIPT = 3
SMOKE, SMOKE_CASES = timedelta(minutes=12), 12
REPORTED, REVIEWED, TOLD = timedelta(minutes=20), timedelta(hours=5), timedelta(minutes=22)

CONFIG = """\
# What the rollback script and its operators did, and who observed that log.
[sources.rollback_log]
kind = "rollback_log"
files = ["rollback/log.jsonl"]
members = { at = "at", step = "event", exit_code = "exitCode", dry_run = "dryRun", reference = "noticeId" }

[sources.rollback_log.steps]
LOG_OPENED = "opened"
TRIGGERED = "triggered"
SCRIPT_STARTED = "script_started"
SCRIPT_FINISHED = "script_finished"
FLAGS_DISABLED = "flags_disabled"
MCP_ONLY_VERIFIED = "mcp_only_verified"
STAKEHOLDERS_NOTIFIED = "notified"

[sources.rollback_log_heartbeats]
kind = "heartbeats"
observes = "rollback_log"
files = ["rollback/heartbeats.jsonl"]

# What was written and sent about a rollback.
[sources.rollback_documents]
kind = "documents"
index = ["rollback/documents.jsonl"]
exports = ["rollback/document_exports.jsonl"]

[sources.rollback_documents.documents.rollback_report]
path = "incidents/rollback-report.md"
sections = ["Execution", "Timeline", "Impact", "Root cause"]
[sources.rollback_documents.documents.rollback_report.fields]
Detected = []
Initiated = []
Completed = []
Stable = []

[sources.rollback_documents.documents.post_incident_review]
path = "incidents/post-incident-review.md"
sections = ["Lessons"]

[sources.rollback_notices]
kind = "notices"
files = ["rollback/notices.jsonl"]
exports = ["rollback/notice_exports.jsonl"]
kinds = ["rollback"]
audiences = ["stakeholders"]
"""

REPORT = """\
# Rollback of 2025.01.14-3f9c2d1

Detected: 10:58:00
Initiated: 11:00:00
Completed: {completed}
Stable: 11:10:00

## Execution

The rollback script was run by the release team; the operators verified that all traffic went to MCP.

## Timeline

11:00:00 triggered, {started} script started, {completed} flags off, {verified} MCP only, {notified} stakeholders told.

## Impact

Direct requests were served by MCP from {verified} on. No request was lost.

## Root cause

First finding: the direct route took more traffic than its model endpoint had capacity for.
"""
REVIEW = """\
# Post-incident review

## Lessons

The endpoint's capacity belongs into the staging load test.
"""


@dataclass(frozen=True, slots=True)
class _Moments:
    """When each part of the rollback was done."""

    started: datetime
    finished: datetime
    disabled: datetime
    verified: datetime
    notified: datetime


def files(known: datetime, incidents: Collection[str], seed: int) -> dict[str, bytes]:
    """Return path -> content of the sources as they stand at ``known``."""
    del seed  # nothing here is drawn
    steps = [_step(OPENED, "LOG_OPENED"), *(_rollback(incidents) if rolled_back(incidents) else ())]
    exports = list(_instants(OPENED, EXPORTED_EVERY, known))
    told = [] if not rolled_back(incidents) else [_notice(ROLLBACK + TOLD)]
    index, contents = _documents(incidents)
    return {
        "rollback/log.jsonl": _lines(one for one in steps if one["at"] < isoformat(known)),
        "rollback/heartbeats.jsonl": _lines(_beats(known, [one["at"] for one in steps])),
        **_exported("document", index, "modified_at", exports),
        **_exported("notice", told, "sent_at", exports),
        **_smoke_tests(known, incidents),
        **{path: content for path, (made, content) in contents.items() if exports and made <= exports[-1]},
    }


def rolled_back(incidents: Collection[str]) -> bool:
    """Say whether the release is rolled back."""
    return not INCIDENTS.keys().isdisjoint(incidents)


def flags_off(incidents: Collection[str]) -> dict[str, datetime]:
    """Return when the rollback switched off each flag that it did; the log of changes tells it."""
    if not rolled_back(incidents):
        return {}
    switched = FLAGS[:SWITCHED_BY_AN_INCOMPLETE_SCRIPT] if "rollback_incomplete" in incidents else FLAGS
    first = _moments(incidents).started + timedelta(seconds=20)
    return {flag: first + timedelta(seconds=25 * number) for number, flag in enumerate(switched)}


def mcp_only_from(incidents: Collection[str]) -> datetime | None:
    """Return from when on no request takes the direct route; None without a rollback."""
    return _moments(incidents).disabled if rolled_back(incidents) else None


def _moments(incidents: Collection[str]) -> _Moments:
    started = ROLLBACK + timedelta(seconds=20) + (LATE if "rollback_late" in incidents else timedelta())
    return _Moments(
        started,
        started + timedelta(seconds=135),
        started + timedelta(seconds=140),
        started + timedelta(seconds=190),
        started + timedelta(seconds=220),
    )


def _rollback(incidents: Collection[str]) -> Iterable[dict[str, Any]]:
    at = _moments(incidents)
    return (
        _step(ROLLBACK, "TRIGGERED"),
        _step(at.started, "SCRIPT_STARTED"),
        _step(at.finished, "SCRIPT_FINISHED", exitCode=0),
        _step(at.disabled, "FLAGS_DISABLED"),
        _step(at.verified, "MCP_ONLY_VERIFIED"),
        _step(at.notified, "STAKEHOLDERS_NOTIFIED", noticeId="rollback-2025-01-14"),
    )


def _step(at: datetime, event: str, **more: Any) -> dict[str, Any]:
    return {"at": isoformat(at), "event": event, "dryRun": False, **more}


def _smoke_tests(known: datetime, incidents: Collection[str]) -> dict[str, bytes]:
    """Return the report (JUnit XML) of the smoke tests that ended the validation of a rollback."""
    ended = ROLLBACK + SMOKE
    if not rolled_back(incidents) or ended >= known:
        return {}
    began = ended - timedelta(minutes=1)
    cases = "".join(f'  <testcase name="function {n}" time="1.0"/>\n' for n in range(1, SMOKE_CASES + 1))
    suite = f'<testsuite name="Smoke after Rollback" timestamp="{isoformat(began)}" tests="{SMOKE_CASES}" time="12.0"'
    text = f'<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n {suite}>\n{cases} </testsuite>\n</testsuites>\n'
    return {"tests/rollback-smoke.xml": text.encode()}


def _notice(at: datetime) -> dict[str, Any]:
    return {
        "id": "rollback-2025-01-14-closing",
        "kind": "rollback",
        "audience": "stakeholders",
        "sent_at": isoformat(at),
    }


def _beats(known: datetime, steps: Iterable[str]) -> Iterable[dict[str, Any]]:
    """Yield the observer's minutes, each with the number of steps in it."""
    times = list(steps)
    for end in _instants(OBSERVED_FROM + OBSERVED_EVERY, OBSERVED_EVERY, known):
        first, last = isoformat(end - OBSERVED_EVERY), isoformat(end)
        yield {"start": first, "end": last, "records": sum(first <= one < last for one in times)}


def _instants(first: datetime, every: timedelta, known: datetime) -> Iterable[datetime]:
    """Yield the instants from ``first`` on that are not after ``known``."""
    while first <= known:
        yield first
        first += every


def _exported(
    name: str, records: Sequence[dict[str, Any]], dated: str, exports: Sequence[datetime]
) -> dict[str, bytes]:
    """Return what the last export holds of ``records``, and the record of every export."""
    counts = [(at, [one for one in records if one[dated] <= isoformat(at)]) for at in exports]
    held = counts[-1][1] if counts else []
    return {
        f"rollback/{name}s.jsonl": _lines(held),
        f"rollback/{name}_exports.jsonl": _lines(
            {"exported_at": isoformat(at), "records": len(found)} for at, found in counts
        ),
    }


def _documents(incidents: Collection[str]) -> tuple[list[dict[str, Any]], dict[str, tuple[datetime, bytes]]]:
    """Return the index of every version that is ever made, and by its path when it was made and what it holds."""
    at = _moments(incidents)
    words = {
        "started": f"{at.started:%H:%M:%S}",
        "completed": f"{at.disabled:%H:%M:%S}",
        "verified": f"{at.verified:%H:%M:%S}",
        "notified": f"{at.notified:%H:%M:%S}",
    }
    written = [(OPENED, "README.md", "Reports of incidents and rollbacks lie here.\n")]
    if rolled_back(incidents):
        written.append((ROLLBACK + REPORTED, "rollback-report.md", REPORT.format(**words)))
        written.append((ROLLBACK + REVIEWED, "post-incident-review.md", REVIEW))
    index, contents = [], {}
    for made, name, text in written:
        path, content = f"rollback/documents/{name}", text.encode()
        digest = hashlib.sha256(content).hexdigest()
        version = {"path": f"incidents/{name}", "sha256": digest, "modified_at": isoformat(made), "reviewed": True}
        index.append(version | {"file": path})
        contents[path] = made, content
    return index, contents


def _lines(documents: Iterable[dict[str, Any]]) -> bytes:
    return "".join(json.dumps(one) + "\n" for one in documents).encode()

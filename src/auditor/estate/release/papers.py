"""Documents of the example release, version by version, and the index that its repository exports of them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from auditor.estate.release.exported import exported
from auditor.estate.release.timeline import PHASES
from auditor.model import isoformat

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

INCIDENTS = {
    "runbook_old": "The runbooks were last changed the day before the architecture was.",
    "runbook_unreviewed": "Nobody approved the last change of the operations runbook before the deployment.",
    "report_incomplete": "The deployment report says nothing about issues and their resolutions.",
    "broken_link": "The architecture links to a page that was never written.",
}
DESCRIBED = datetime(2025, 1, 10, 10, 0, tzinfo=UTC)

CONFIG = """
# Documents of the release: an index of every version, and the content of the declared ones.
[sources.documents]
kind = "documents"
index = ["documents/index.jsonl"]
exports = ["documents/exports.jsonl"]

[sources.documents.documents.architecture]
path = "docs/architecture.md"
[sources.documents.documents.operations_runbook]
path = "docs/runbooks/operations.md"
sections = ["Production specifics"]
[sources.documents.documents.rollback_runbook]
path = "docs/runbooks/rollback.md"
sections = ["Production specifics"]
[sources.documents.documents.contact_list]
path = "docs/contacts.md"
sections = ["On-call", "Escalation"]
[sources.documents.documents.metrics_before]
path = "reports/metrics-before.md"
sections = ["Latency", "Error rate", "Throughput", "Cost"]
[sources.documents.documents.metrics_after]
path = "reports/metrics-after.md"
sections = ["Latency", "Error rate", "Throughput", "Cost"]
[sources.documents.documents.performance_report]
path = "reports/performance.md"
sections = ["Analysis", "Recommendations"]
[sources.documents.documents.deployment_report]
path = "reports/deployment.md"
sections = [
    "Timeline and duration", "Phase 1", "Phase 2", "Phase 3", "Phase 4", "Phase 5", "Phase 6", "Phase 7",
    "Metrics and validation results", "Issues and resolutions", "Lessons learned",
]
fields = { "Started" = [], "Ended" = [], "Duration" = [] }
[sources.documents.documents.checklist]
path = "docs/checklist.md"
[sources.documents.documents.checklist.fields]
"Checklist Version" = ["1.0"]
"Last Updated" = ["2025-01-14"]
"Next Review" = ["After deployment completion"]
"Owner" = ["Release Team"]
"""

METRICS = """\
# Metrics {when} the deployment

## Latency

P95 of generation {latency} s.

## Error rate

{errors} %.

## Throughput

{throughput} requests a second.

## Cost

{cost} EUR an operation.
"""
CHECKLIST = """\
# Production Deployment Checklist

**Checklist Version**: 1.0
**Last Updated**: 2025-01-14
**Next Review**: After deployment completion
**Owner**: Release Team
"""
RUNBOOK = """\
# {title}

What to do, step by step. See [the architecture]({back}architecture.md) and [whom to call]({back}contacts.md).
"""
SPECIFICS = """
## Production specifics

Alarms, dashboards and limits of the production account.
"""


@dataclass(frozen=True, slots=True)
class _Version:
    made_at: datetime
    path: str
    text: str
    reviewed: bool = True


def papers(known: datetime, incidents: Collection[str]) -> dict[str, bytes]:
    """Return the index, the record of its exports, and the versions that the last export before ``known`` holds."""
    versions = sorted(_versions(incidents), key=lambda one: (one.made_at, one.path))
    told, contents = [], {}
    for one in versions:
        content = one.text.encode()
        file = f"documents/{one.path.replace('/', '-').removesuffix('.md')}-{one.made_at:%Y%m%dT%H%M}.md"
        entry = {
            "path": one.path,
            "sha256": hashlib.sha256(content).hexdigest(),
            "modified_at": isoformat(one.made_at),
            "reviewed": one.reviewed,
            "file": file,
        }
        told.append((one.made_at, entry))
        contents[file] = (one.made_at, content)
    index, exports = exported(told, known)
    held = {file: content for file, (at, content) in contents.items() if file.encode() in index}
    return {"documents/index.jsonl": index, "documents/exports.jsonl": exports, **held}


def _versions(incidents: Collection[str]) -> Iterator[_Version]:
    page = "pages/hybrid.md" if "broken_link" in incidents else "runbooks/rollback.md"
    text = f"# Architecture\n\nTwo routes and a router. How it is undone: [rollback]({page}).\n"
    yield _Version(datetime(2024, 12, 2, 9, 0, tzinfo=UTC), "docs/architecture.md", "# Architecture\n\nOne route.\n")
    yield _Version(DESCRIBED, "docs/architecture.md", text)
    days = timedelta(days=-1 if "runbook_old" in incidents else 0, hours=4)
    for name, title in (("operations", "Operations"), ("rollback", "Rollback")):
        path, first = f"docs/runbooks/{name}.md", RUNBOOK.format(title=title, back="../")
        approved = not (name == "operations" and "runbook_unreviewed" in incidents)
        yield _Version(DESCRIBED + days, path, first, approved)
        yield _Version(datetime(2025, 1, 16, 9, 0, tzinfo=UTC), path, first + SPECIFICS)
    contacts = "# Contacts\n\n## On-call\n\nThe pager of the week.\n\n## Escalation\n\nDevOps lead, then CTO.\n"
    yield _Version(datetime(2025, 1, 8, 9, 0, tzinfo=UTC), "docs/contacts.md", contacts)
    yield _Version(PHASES["phase_1"].start + timedelta(minutes=10), "docs/contacts.md", contacts + "\nUpdated.\n")
    yield _Version(datetime(2025, 1, 14, 6, 0, tzinfo=UTC), "docs/checklist.md", CHECKLIST)
    before = METRICS.format(when="before", latency="1.9", errors="0.4", throughput="2.0", cost="0.012")
    yield _Version(datetime(2025, 1, 13, 12, 30, tzinfo=UTC), "reports/metrics-before.md", before)
    after = METRICS.format(when="after", latency="1.2", errors="0.3", throughput="2.1", cost="0.009")
    yield _Version(datetime(2025, 1, 15, 9, 0, tzinfo=UTC), "reports/metrics-after.md", after)
    performance = "# Performance\n\n## Analysis\n\nFaster and cheaper.\n\n## Recommendations\n\nA larger cache.\n"
    yield _Version(datetime(2025, 1, 17, 9, 0, tzinfo=UTC), "reports/performance.md", performance)
    yield _Version(datetime(2025, 1, 20, 15, 0, tzinfo=UTC), "reports/deployment.md", _report(incidents))


def _report(incidents: Collection[str]) -> str:
    start, end = PHASES["phase_1"].start, PHASES["phase_7"].end
    parts = ["# Deployment report\n\n## Timeline and duration\n"]
    parts.append(f"Started: {isoformat(start)}\nEnded: {isoformat(end)}\nDuration: {end - start}\n")
    for number, span in enumerate(PHASES.values(), start=1):
        parts.append(f"### Phase {number}\n\n{isoformat(span.start)} to {isoformat(span.end)}\n")
    issues = "TBD" if "report_incomplete" in incidents else "The cache was cold for two minutes; it warmed by itself."
    parts.append("## Metrics and validation results\n\n| metric | value |\n| - | - |\n| P95 | 1.2 s |\n")
    parts.append(f"## Issues and resolutions\n\n{issues}\n\n## Lessons learned\n\nWarm the cache first.\n")
    return "\n".join(parts)

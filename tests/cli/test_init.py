"""``auditor init``: what it writes loads, and speaks of every kind of source that is installed."""

from __future__ import annotations

import re
import tomllib
from hashlib import sha256
from importlib.metadata import entry_points
from typing import TYPE_CHECKING

from auditor.collector import ENTRY_POINT_GROUP
from auditor.config import load_config
from console import script

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from console import Company, Said

    Run = Callable[..., Said]

KINDS = {point.name for point in entry_points(group=ENTRY_POINT_GROUP)}
# Kinds that ask a service; all of these are of AWS.
ASKING = {point.name for point in entry_points(group=ENTRY_POINT_GROUP) if getattr(point.load(), "operations", ())}

RUNBOOK = "# Rollback\n\nOwner: Release Team\n\n## Triggers\n\nErrors.\n\n## Procedure\n\nDisable the flag.\n"
# What the examples describe and the example company does not have.
OTHERS = {
    "flags/appconfig.json": '{"version": "1", "flags": {"enableDirectBedrock": {"name": "direct"}}, '
    '"values": {"enableDirectBedrock": {"enabled": true}}}',
    "logs/app.log": 'AUDIT: {"eventId": "e1", "timestamp": "2025-01-14T11:00:00Z", "eventType": "operation_start"}\n',
    "deployment/log.jsonl": '{"at": "2025-01-14T08:00:00Z", "event": "PHASE_START", "phase": "phase_1", "seq": 1}\n',
    "health/checks.jsonl": '{"component": "mcp", "at": "2025-01-14T11:00:00Z", "status": "UP"}\n',
    "alarms/answers.jsonl": '{"call": "DescribeAlarms", "account": "111122223333", "region": "eu-central-1", '
    '"answered_at": "2025-01-14T08:00:00Z", "status": "ok", "pages": ["alarms/0800.json"]}\n',
    "alarms/0800.json": '{"MetricAlarms": []}',
    "probes/bedrock.jsonl": '{"at": "2025-01-14T11:00:00Z", "service": "bedrock", "target": "m", '
    '"region": "eu-central-1", "result": "ok", "ms": 800}\n',
    "tests/smoke.xml": '<testsuite name="Smoke Tests" timestamp="2025-01-14T09:00:00"><testcase name="works"/>'
    "</testsuite>",
    "scans/mcp.sarif": '{"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "scanner"}}, "automationDetails": '
    '{"id": "mcp-routing/1"}, "invocations": [{"executionSuccessful": true, "endTimeUtc": "2025-01-14T09:00:00Z"}], '
    '"results": []}]}',
    "documents/index.jsonl": '{"path": "docs/rollback.md", "modified_at": "2025-01-14T08:00:00Z", '
    '"file": "documents/1.md", '
    f'"reviewed": true, "sha256": "{sha256(RUNBOOK.encode()).hexdigest()}"}}\n',
    "documents/1.md": RUNBOOK,
    "documents/exports.jsonl": '{"exported_at": "2025-01-14T11:00:00Z", "records": 1}\n',
    "drills/rollback.jsonl": '{"id": "d1", "at": "2025-01-10T09:00:00Z", "procedure": "rollback", '
    '"outcome": "success", "level": 3, "durationSeconds": 90}\n',
    "notices/sent.jsonl": '{"id": "n1", "kind": "deployment_start", "audience": "stakeholders", '
    '"sentAt": "2025-01-14T08:00:00Z", "receivedAt": "2025-01-14T08:00:01Z"}\n',
    "incidents/1.jsonl": '{"id": "i1", "severity": "SEV3", "openedAt": "2025-01-14T09:00:00Z", '
    '"updatedAt": "2025-01-14T09:05:00Z", "customerImpacting": false, "security": false}\n',
    "incidents-exports.jsonl": '{"exported_at": "2025-01-14T11:00:00Z", "records": 1}\n',
    "validations/gaps.jsonl": '{"id": "v1", "name": "gap_detection", "evaluatedAt": "2025-01-14T09:00:00Z", '
    '"correct": 9, "total": 9}\n',
    "support/cases.jsonl": '{"case": "c1", "closed": "2025-01-14T10:00:00Z", "seconds": 12, "work": "assisted", '
    '"topic": "Network"}\n',
    "baseline.jsonl": '{"baseline": 1, "snapshot": "' + "0" * 64 + '", "collectedAt": "2025-01-13T12:00:00Z", '
    '"start": "2025-01-13T08:00:00Z", "end": "2025-01-13T12:00:00Z", "shares": 0, "values": 0}\n',
    "rollback/log.jsonl": '{"at": "2025-01-14T07:45:00Z", "step": "opened", "dry_run": false}\n',
    "invocations/2025/01/14/a.json.gz": '{"schemaType": "ModelInvocationLog", "timestamp": "2025-01-14T10:00:00Z", '
    '"accountId": "111122223333", "region": "eu-central-1", "requestId": "r1", "operation": "Converse"}\n',
}


def uncommented(text: str) -> str:
    """Return the file with every source that asks a service taken into it."""
    before, mark, asked = text.partition("\n# The sources below ask AWS itself")
    assert mark
    return before + "\n" + "".join(line.removeprefix("# ") + "\n" for line in asked.splitlines()[2:])


def test_what_it_writes_loads_and_has_every_kind(auditor: Run, place: Path) -> None:
    done = auditor("init")
    assert (done.code, done.out) == (0, "")
    assert "Next:" in done.err
    text = (place / "auditor.toml").read_text("utf-8")
    read = load_config(place / "auditor.toml")
    assert {source.kind for source in read.sources} == KINDS - ASKING
    assert all(source.collector.example in text for source in read.sources)
    (place / "whole.toml").write_text(uncommented(text), encoding="utf-8")
    assert {source.kind for source in load_config(place / "whole.toml").sources} == KINDS


def test_only_its_files_are_missing(company: Callable[..., Company], auditor: Run, place: Path) -> None:
    assert auditor("init", "--quiet").err == ""
    done = auditor("collect", "--output", "snapshot")
    assert (done.code, "no file matches" in done.err) == (5, True)
    for one in company().config.parent.iterdir():
        if one.name != "auditor.toml":
            (place / one.name).symlink_to(one)
    for name, content in OTHERS.items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_text(content)
    done = auditor("collect", "--output", "snapshot", "--collected-at", "2025-01-14T12:05:00Z")
    assert done.code == 0, done.err


def test_each_commented_option_of_evaluate_is_one(company: Callable[..., Company], auditor: Run, place: Path) -> None:
    auditor("init")
    path = place / "auditor.toml"
    head, mark, rest = path.read_text("utf-8").partition("[evaluate]\n")
    section, _, sources = rest.partition("\n\n")
    path.write_text(head + mark + re.sub(r"(?m)^# ", "", section) + "\n\n" + sources, encoding="utf-8")
    options = tomllib.loads(path.read_text("utf-8"))["evaluate"]
    assert len(options) >= 5
    done = auditor("evaluate", "--snapshot", company().snapshot, "--profile", "nobody")
    assert done.code == 2
    assert "auditor-key.pem: the signing key cannot be read" in done.err


def test_it_never_writes_over_a_file(auditor: Run, place: Path) -> None:
    (place / "auditor.toml").write_text("mine")
    done = auditor("init")
    assert (done.code, "exists; a configuration is never overwritten" in done.err) == (2, True)
    assert (place / "auditor.toml").read_text() == "mine"


def test_a_place_that_cannot_be_written_is_told(auditor: Run) -> None:
    done = auditor("init", "--output", "no/folder.toml")
    assert (done.code, "no/folder.toml: cannot be written (No such file" in done.err) == (2, True)


def test_a_collector_without_an_example_is_named(from_elsewhere: dict[str, str], place: Path) -> None:
    assert script("init", env=from_elsewhere).code == 0
    said = (place / "auditor.toml").read_text("utf-8")
    assert '# kind = "faulty" is installed and offers no example' in said
    assert {source.kind for source in load_config(place / "auditor.toml").sources} == KINDS - ASKING

"""The quality part of the example release, collected and decided by the lines of its own part of the profile."""

import tomllib
from datetime import timedelta
from pathlib import Path
from tempfile import mkdtemp

import pytest

from auditor.adapters.policies.pack import load_pack
from auditor.adapters.policies.profile import BoundControl
from auditor.adapters.policies.profile_document import Line
from auditor.adapters.snapshot.reader import open_snapshot
from auditor.adapters.sql.engine import SqlEngine
from auditor.estate.release import quality
from auditor.estate.release.timeline import DEPLOYMENT_END, PHASES, RUNS
from auditor.estate.release.writer import write_release
from auditor.shell.collect import collect
from auditor.shell.decide import decide_control, derive_tables, shared_parameters
from auditor.shell.engines import open_engine
from auditor.shipped import policies_dir
from kept import kept

PART = policies_dir() / "profiles" / "production-deployment" / "50-quality.toml"
DOCUMENT = tomllib.loads(PART.read_text())
LINES = [line for line in (Line.model_validate(one) for one in DOCUMENT["lines"]) if line.control]
ANCHORS = {f"{name}_{edge}": getattr(span, edge) for name, span in PHASES.items() for edge in ("start", "end")}
ANCHORS |= {"deployment_start": PHASES["phase_1"].start, "deployment_end": DEPLOYMENT_END}


def bound_of(pack, line):
    given = {}
    for name in line.shared:
        given |= DOCUMENT["shared"][name]
    given |= line.parameters
    control = pack.controls[line.control]
    wanted = [(control, {})] + [(pack.controls[one.control], one.parameters) for one in control.metadata.requires]
    found = []
    for one, fixed in wanted:
        parameters, problems = one.metadata.effective(given | fixed)
        assert problems == []
        found.append(BoundControl(one, parameters))
    return found


@kept
def verdicts(point, *incidents):
    """Return line -> (verdict, reasons that are no pass), of the lines whose window has ended at ``point``."""
    folder = Path(mkdtemp(prefix="auditor-tests-quality-"))
    as_of, known = RUNS[point], RUNS[point] + timedelta(minutes=1)
    config = write_release(folder / "sources", [quality], known=known, incidents=incidents)
    snapshot = open_snapshot(collect(config, folder / "snapshot", collected_at=known))
    anchors = {name: at for name, at in ANCHORS.items() if at <= as_of}
    pack = load_pack(policies_dir())
    windows = {line.id: line.window.at(as_of, 0, anchors) for line in LINES}
    ended = [line for line in LINES if windows[line.id] and windows[line.id].end <= as_of]
    bound = {line.id: bound_of(pack, line) for line in ended}
    every = [one for controls in bound.values() for one in controls]
    shared = shared_parameters(pack, as_of, list(filter(None, windows.values())), [one.parameters for one in every])
    result = {}
    with SqlEngine(snapshot.tables) as sql, open_engine(pack) as engine:
        derive_tables(sql, pack, [one.control for one in every], shared)
        for line in ended:
            found = [
                finding
                for one in bound[line.id]
                for finding in decide_control(sql, engine, line.id, one, shared, windows[line.id])
            ]
            given = {finding.verdict.value for finding in found}
            verdict = next(one for one in ("fail", "inconclusive", "pass") if one in given)
            result[line.id] = (verdict, sorted({one.reason for one in found if one.verdict.value == verdict}))
    return result


def differing(point, *incidents):
    """Return what is decided otherwise than without the incidents."""
    quiet = verdicts(point)
    return {line: found for line, found in verdicts(point, *incidents).items() if found != quiet[line]}


@pytest.mark.parametrize("point", RUNS)
def test_without_an_incident_nothing_fails(point):
    assert {line: found for line, found in verdicts(point).items() if found[0] == "fail"} == {}


@pytest.mark.parametrize(
    ("point", "passing"),
    [
        ("before", {2, 4, 7, 14, 15, 23, 196, 226, 227, 228, 229}),
        ("decision_1", {2, 4, 7, 14, 15, 23, 32, 49, 196, 226, 227, 228, 229}),
        ("two_hours", {2, 4, 7, 14, 15, 23, 32, 49, 95, 96, 97, 98, 109, 128, 196, 226, 227, 228, 229}),
    ],
)
def test_the_checklist_fills_up_from_run_to_run(point, passing):
    found = {line for line, (verdict, _) in verdicts(point).items() if verdict == "pass"}
    assert found == {f"line_{number}" for number in passing}


def test_every_line_passes_at_the_closing():
    assert {line: found for line, found in verdicts("closing").items() if found[0] != "pass"} == {}
    assert set(verdicts("closing")) == {line.id for line in LINES}


@pytest.mark.parametrize(
    ("incident", "point", "expected"),
    [
        ("failing_tests", "before", {"line_2": ("fail", ["tests_failed"])}),
        ("skipped_suite", "decision_3", {"line_97": ("fail", ["tests_skipped"])}),
        ("critical_vulnerability", "before", {"line_7": ("fail", ["critical_found"])}),
        ("scan_broken_off", "before", {"line_7": ("inconclusive", ["scan_incomplete"])}),
        ("other_commit_scanned", "before", {"line_7": ("inconclusive", ["other_release"])}),
        ("runbook_old", "before", {"line_14": ("fail", ["document_outdated"])}),
        ("runbook_unreviewed", "before", {"line_14": ("fail", ["document_unreviewed"])}),
        ("slow_rehearsal", "before", {"line_23": ("fail", ["drill_slow"])}),
        ("failed_rehearsal", "before", {"line_15": ("fail", ["drill_failed"])}),
        ("alert_not_received", "two_hours", {"line_109": ("fail", ["notice_unreceived"])}),
        ("critical_incident", "two_hours", {"line_128": ("fail", ["incident"])}),
        ("service_desk_silent", "two_hours", {"line_128": ("inconclusive", ["collector_blind", "feed_silent"])}),
        ("open_issue", "one_day", {"line_143": ("fail", ["incident"])}),
        (
            "broken_link",
            "one_day",
            {"line_145": ("fail", ["links_broken"])},
        ),
        (
            "inaccurate_detection",
            "seven_days",
            {"line_182": ("fail", ["accuracy_low"])},
        ),
        ("customer_incident", "seven_days", {"line_185.incidents": ("fail", ["incident"])}),
        ("security_incident", "seven_days", {"line_177.security": ("fail", ["incident"])}),
        ("report_incomplete", "closing", {"line_193": ("fail", ["document_incomplete"])}),
    ],
)
def test_an_incident_changes_what_it_should_and_nothing_else(incident, point, expected):
    assert differing(point, incident) == expected


def test_every_incident_is_tested_above():
    marks = test_an_incident_changes_what_it_should_and_nothing_else.pytestmark
    assert {case[0] for mark in marks for case in mark.args[1]} == set(quality.INCIDENTS)


@pytest.mark.parametrize("incidents", [(), tuple(quality.INCIDENTS)])
def test_a_later_instant_only_adds(incidents):
    before = {}
    for known in sorted(RUNS.values()):
        files = quality.files(known, incidents, 1)
        for name, content in before.items():
            assert files[name].startswith(content)
        before = files

"""The quality part of the example release, collected and decided by the lines of its own part of the profile."""

import tomllib
from contextlib import ExitStack
from datetime import timedelta
from functools import cache
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
OPEN = ExitStack()
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


@cache
def _pack():
    return load_pack(policies_dir())


@cache
def _engine():
    return OPEN.enter_context(open_engine(_pack()))


@pytest.fixture(scope="module", autouse=True)
def closed():
    with OPEN:
        yield
    _engine.cache_clear()


@kept
def verdicts(point, *incidents):
    """Return line -> (verdict, reasons that are no pass), of the lines whose window has ended at ``point``."""
    folder = Path(mkdtemp(prefix="auditor-tests-quality-"))
    as_of, known = RUNS[point], RUNS[point] + timedelta(minutes=1)
    config = write_release(folder / "sources", [quality], known=known, incidents=incidents)
    snapshot = open_snapshot(collect(config, folder / "snapshot", collected_at=known))
    anchors = {name: at for name, at in ANCHORS.items() if at <= as_of}
    pack, engine = _pack(), _engine()
    windows = {line.id: line.window.at(as_of, 0, anchors) for line in LINES}
    ended = [line for line in LINES if windows[line.id] and windows[line.id].end <= as_of]
    bound = {line.id: bound_of(pack, line) for line in ended}
    every = [one for controls in bound.values() for one in controls]
    shared = shared_parameters(pack, as_of, list(filter(None, windows.values())), [one.parameters for one in every])
    result = {}
    with SqlEngine(snapshot.tables) as sql:
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


BEFORE = {2, 4, 7, 14, 15, 23, 196, 226, 227, 228, 229}
FILLED = {
    "before": BEFORE,
    "decision_1": BEFORE | {32, 49},
    "decision_3": BEFORE | {32, 49, 95, 96, 97, 98},
    "two_hours": BEFORE | {32, 49, 95, 96, 97, 98, 109, 128},
}


@pytest.mark.parametrize("point", FILLED)
def test_the_checklist_fills_up_from_run_to_run(point):
    found = verdicts(point)
    assert {line for line, (verdict, _) in found.items() if verdict == "pass"} == {f"line_{n}" for n in FILLED[point]}
    assert {line: one for line, one in found.items() if one[0] == "fail"} == {}


def test_every_line_passes_at_the_closing():
    assert {line: found for line, found in verdicts("closing").items() if found[0] != "pass"} == {}
    assert set(verdicts("closing")) == {line.id for line in LINES}


# What happens together touches different lines, so that each still answers for its own.
@pytest.mark.parametrize(
    ("point", "incidents", "expected"),
    [
        (
            "before",
            ("failing_tests", "critical_vulnerability", "runbook_old", "slow_rehearsal", "failed_rehearsal"),
            {
                "line_2": ("fail", ["tests_failed"]),
                "line_7": ("fail", ["critical_found"]),
                "line_14": ("fail", ["document_outdated"]),
                "line_15": ("fail", ["drill_failed"]),
                "line_23": ("fail", ["drill_slow"]),
            },
        ),
        (
            "before",
            ("scan_broken_off", "runbook_unreviewed"),
            {"line_7": ("inconclusive", ["scan_incomplete"]), "line_14": ("fail", ["document_unreviewed"])},
        ),
        ("before", ("other_commit_scanned",), {"line_7": ("inconclusive", ["other_release"])}),
        ("decision_3", ("skipped_suite",), {"line_97": ("fail", ["tests_skipped"])}),
        (
            "two_hours",
            ("alert_not_received", "critical_incident"),
            {"line_109": ("fail", ["notice_unreceived"]), "line_128": ("fail", ["incident"])},
        ),
        (
            "two_hours",
            ("service_desk_silent",),
            {"line_128": ("inconclusive", ["collector_blind", "feed_silent"])},
        ),
        (
            "closing",
            (
                "open_issue",
                "broken_link",
                "inaccurate_detection",
                "customer_incident",
                "security_incident",
                "report_incomplete",
            ),
            {
                "line_143": ("fail", ["incident"]),
                "line_145": ("fail", ["links_broken"]),
                "line_177.security": ("fail", ["incident"]),
                "line_182": ("fail", ["accuracy_low"]),
                "line_185.incidents": ("fail", ["incident"]),
                "line_193": ("fail", ["document_incomplete"]),
                "line_201": ("fail", ["links_broken"]),
            },
        ),
    ],
)
def test_an_incident_changes_what_it_should_and_nothing_else(point, incidents, expected):
    assert differing(point, *incidents) == expected


def test_every_incident_is_tested_above():
    marks = test_an_incident_changes_what_it_should_and_nothing_else.pytestmark
    assert {name for mark in marks for case in mark.args[1] for name in case[1]} == set(quality.INCIDENTS)


@pytest.mark.parametrize("incidents", [(), tuple(quality.INCIDENTS)])
def test_a_later_instant_only_adds(incidents):
    before = {}
    for known in sorted(RUNS.values()):
        files = quality.files(known, incidents, 1)
        for name, content in before.items():
            assert files[name].startswith(content)
        before = files

"""The audit trail of the example release, collected and decided line by line as the profile's part asks."""

from __future__ import annotations

import json
import tomllib
from datetime import timedelta
from itertools import pairwise

import pytest

from auditor.adapters.policies.pack import load_pack
from auditor.adapters.policies.profile import BoundControl
from auditor.adapters.policies.profile_document import Line
from auditor.adapters.rego.wasm import WasmEngine
from auditor.adapters.snapshot.reader import open_snapshot
from auditor.adapters.sql.engine import SqlEngine
from auditor.estate.release import audit, cloud, support_operations
from auditor.estate.release.timeline import DEPLOYMENT_END, PHASES, RUNS
from auditor.shell.collect import collect
from auditor.shell.decide import decide_control, derive_tables, shared_parameters
from auditor.shipped import policies_dir

SCOPE = '[scope]\nsystem = "s"\nenvironment = "production"\nrelease = "r"\nphase = ""\n\n'
SEED = 20250114
CLOSING, TWO_HOURS = RUNS["closing"], RUNS["two_hours"]
PACK = load_pack(policies_dir())
FRAGMENT = tomllib.loads((policies_dir() / "profiles" / "production-deployment" / "80-audit.toml").read_text())
LINES = [Line.model_validate(one) for one in FRAGMENT["lines"]]
# What people sign, earlier runs and the incidents of the service desk are told by other parts of the release.
ELSEWHERE = {"approvals.signed_by_role", "rollback.not_fired_before", "incidents.none"}
DECIDED = [line for line in LINES if line.control is not None and line.control not in ELSEWHERE]
ANCHORS = {
    "deployment_start": PHASES["phase_1"].start,
    "deployment_end": DEPLOYMENT_END,
    **{f"{name}_start": span.start for name, span in PHASES.items()},
    **{f"{name}_end": span.end for name, span in PHASES.items()},
}
ORDER = ("fail", "inconclusive", "pass", "not_applicable")
# How many lines are over by a run, at least.
EXPECTED = {"before": 5, "decision_3": 13, "two_hours": 14, "one_day": 14}


def windows_at(as_of):
    """Return the window of each line that has one at ``as_of``: what lies after it is not known."""
    known = {name: moment for name, moment in ANCHORS.items() if moment <= as_of}
    windows = {line.id: line.window.at(as_of, anchors=known) for line in DECIDED}
    return {line: window for line, window in windows.items() if window and window.start < as_of}


def bound(line):
    given = {name: value for one in line.shared for name, value in FRAGMENT["shared"][one].items()} | line.parameters
    main = PACK.controls[line.control]
    for control, fixed in [
        (main, {}),
        *((PACK.controls[one.control], one.parameters) for one in main.metadata.requires),
    ]:
        parameters, problems = control.metadata.effective(given | fixed)
        assert problems == []
        yield BoundControl(control, parameters)


@pytest.fixture(scope="module")
def decided(tmp_path_factory):
    """Give the verdict and the reasons of each line, for incidents and an as-of; what was decided once is kept."""
    kept = {}

    def decide(*incidents, as_of=CLOSING):
        if (incidents, as_of) not in kept:
            root = tmp_path_factory.mktemp("release")
            for path, content in audit.files(as_of, incidents, SEED).items():
                (root / path).parent.mkdir(parents=True, exist_ok=True)
                (root / path).write_bytes(content)
            (root / "auditor.toml").write_text(SCOPE + audit.CONFIG)
            collect(root / "auditor.toml", root / "snapshot", collected_at=as_of + timedelta(minutes=1))
            kept[incidents, as_of] = verdicts(open_snapshot(root / "snapshot"), as_of)
        return kept[incidents, as_of]

    return decide


def verdicts(snapshot, as_of):
    windows = windows_at(as_of)
    controls = {line.id: list(bound(line)) for line in DECIDED if line.id in windows}
    parameters = [one.parameters for group in controls.values() for one in group]
    shared = shared_parameters(PACK, as_of, list(windows.values()), parameters)
    found = {}
    with SqlEngine(snapshot.tables) as sql:
        derive_tables(sql, PACK, [one.control for group in controls.values() for one in group], shared)
        engine = WasmEngine(PACK)
        for line, bounds in controls.items():
            findings = [
                one for control in bounds for one in decide_control(sql, engine, line, control, shared, windows[line])
            ]
            worst = min((one.verdict.value for one in findings), key=ORDER.index)
            found[line] = worst, {one.reason for one in findings if one.verdict.value == worst}
    return found


def failing(found):
    return {line: reasons for line, (verdict, reasons) in found.items() if verdict == "fail"}


def test_every_line_of_a_healthy_release_passes(decided):
    assert {line: one for line, one in decided().items() if one[0] != "pass"} == {}


@pytest.mark.parametrize("run", ["before", "decision_3", "two_hours", "one_day"])
def test_what_has_passed_by_a_run_passes_then_too(decided, run):
    found = decided(as_of=RUNS[run])
    over = [line for line, window in windows_at(RUNS[run]).items() if window.end <= RUNS[run]]
    assert len(over) >= EXPECTED[run]
    assert {line: found[line] for line in over if found[line][0] != "pass"} == {}


@pytest.mark.parametrize(
    ("incident", "expected"),
    [
        ("audit_tampered", {"line_93.chain": {"hash_mismatch"}, "line_187.chain": {"hash_mismatch"}}),
        ("decision_wrong", {"line_88": {"decision_wrong"}}),
        ("pii_leak", {"line_9": {"pii_unredacted"}}),
        (
            "gdpr_violation",
            {
                "line_186.validations": {"validation_violated"},
                "line_157.violation": {"compliance_violation"},
                "line_189.violations": {"compliance_violation"},
            },
        ),
        ("security_alert_after", {"line_157.alert": {"security_alert"}, "line_189.alerts": {"security_alert"}}),
        ("path_silent", {}),
    ],
)
def test_an_incident_fails_its_lines_and_no_other(decided, incident, expected):
    assert failing(decided(incident)) == expected


def test_a_path_without_validations_is_inconclusive(decided):
    found = decided("path_silent")
    assert {line for line, (verdict, _) in found.items() if verdict != "pass"} == {"line_92", "line_186.validations"}
    assert found["line_92"] == ("inconclusive", {"no_data"})


def test_a_trigger_has_not_fired_before_it_happened(decided):
    assert failing(decided("security_alert_after", as_of=TWO_HOURS)) == {}
    assert failing(decided("gdpr_violation", as_of=RUNS["decision_3"])) == {}


def test_every_incident_is_told_above():
    assert set(audit.INCIDENTS) == {
        "audit_tampered", "decision_wrong", "path_silent", "pii_leak", "gdpr_violation", "security_alert_after",
    }  # fmt: skip


@pytest.mark.parametrize("incidents", [(), tuple(audit.INCIDENTS)])
def test_a_later_instant_only_adds(incidents):
    instants = list(RUNS.values())
    for before, after in pairwise(instants):
        early, late = audit.files(before, incidents, SEED), audit.files(after, incidents, SEED)
        assert early.keys() <= late.keys()
        for path in early.keys() - {"findings/securityhub.json", "findings/calls.jsonl", "inventory/calls.jsonl"}:
            assert late[path].startswith(early[path].removesuffix(b"]}")), path


def test_the_same_seed_gives_the_same_bytes_and_another_one_others():
    first = audit.files(CLOSING, (), SEED)
    assert first == audit.files(CLOSING, ("unknown elsewhere",), SEED)
    assert first["audit/support.log"] != audit.files(CLOSING, (), SEED + 1)["audit/support.log"]


def test_nothing_is_told_before_it_happened():
    for run in RUNS.values():
        found = audit.files(run, tuple(audit.INCIDENTS), SEED)
        for line in found["audit/support.log"].decode().splitlines():
            assert line[:20] < f"{run:%Y-%m-%dT%H:%M:%SZ}"
        assert all(
            json.loads(one)["end"] <= f"{run:%Y-%m-%dT%H:%M:%SZ}"
            for one in found["heartbeats/audit_log.jsonl"].splitlines()
        )


def test_observers_leave_no_gap():
    spans = list(cloud.intervals(CLOSING))
    assert all(one[1] == after[0] for one, after in pairwise(spans))
    assert (spans[0][0], spans[-1][1]) == (support_operations.FIRST, CLOSING)

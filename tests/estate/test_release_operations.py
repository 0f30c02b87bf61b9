"""The release as it is watched, and what its lines of the checklist say of it."""

from __future__ import annotations

import json
import tomllib
from functools import cache
from typing import Any

import pytest
from botocore.session import get_session
from botocore.validate import ParamValidator

from auditor.adapters.policies.pack import load_pack
from auditor.adapters.policies.profile import BoundControl
from auditor.adapters.policies.profile_document import LineWindow
from auditor.adapters.rego.wasm import WasmEngine
from auditor.adapters.snapshot.reader import open_snapshot
from auditor.adapters.sql.engine import SqlEngine
from auditor.estate.release import operations
from auditor.estate.release.timeline import DEPLOYMENT_END, PHASES, RUNS
from auditor.estate.release.writer import write_release
from auditor.shell.collect import collect
from auditor.shell.decide import decide_control, derive_tables, shared_parameters
from auditor.shipped import policies_dir

FRAGMENT = tomllib.loads((policies_dir() / "profiles/production-deployment/60-operations.toml").read_text())
SERVICES = ("cloudwatch", "sns", "backup", "bedrock", "budgets")


@pytest.fixture(scope="module")
def pack():
    return load_pack(policies_dir())


@pytest.fixture(scope="module")
def judge(pack, tmp_path_factory):
    """Return a function that decides every line over one run; one whose time has not come is left out."""
    with WasmEngine(pack) as engine:

        @cache
        def judged(incident: str, run: str) -> dict[str, set[str]]:
            as_of = RUNS[run]
            folder = tmp_path_factory.mktemp("release")
            incidents = [incident] if incident else []
            config = write_release(folder / "company", [operations], known=as_of, incidents=incidents)
            snapshot = open_snapshot(collect(config, folder / "snapshot", collected_at=as_of))
            reasons = {}
            with SqlEngine(snapshot.tables, {}, threads=1) as sql:
                for line in FRAGMENT["lines"]:
                    found = decided(pack, sql, engine, line, as_of)
                    if found is not None:
                        reasons[line["id"]] = {f"{one.verdict.value} {one.reason}" for one in found}
            return reasons

        yield judged


def decided(pack: Any, sql: Any, engine: Any, line: dict[str, Any], as_of: Any) -> Any:
    if "control" not in line:
        return None
    phases = {
        f"{name}_{edge}": moment
        for name, span in PHASES.items()
        for edge, moment in (("start", span.start), ("end", span.end))
    }
    anchors = phases | {"deployment_start": PHASES["phase_1"].start, "deployment_end": DEPLOYMENT_END}
    known = {name: moment for name, moment in anchors.items() if moment < as_of}
    window = LineWindow.model_validate(line["window"]).at(as_of, 0, known)
    if window is None or window.end > as_of:
        return None
    control = pack.controls[line["control"]]
    given = dict(line.get("parameters", {}))
    for name in line.get("with", []):
        shared = FRAGMENT["shared"][name]
        assert not shared.keys() & given.keys()
        given |= {key: value for key, value in shared.items() if key in control.metadata.parameters}
    parameters, problems = control.metadata.effective(given)
    assert problems == []
    assert given.keys() <= control.metadata.parameters.keys()
    shared = shared_parameters(pack, as_of, [window], [parameters])
    derive_tables(sql, pack, [control], shared)
    return decide_control(sql, engine, line["id"], BoundControl(control, parameters), shared, window)


def test_at_the_end_every_line_passes(judge):
    found = judge("", "two_hours")
    assert {line["id"] for line in FRAGMENT["lines"] if "control" in line} == found.keys()
    wrong = {line: said for line, said in found.items() if any(not one.startswith("pass ") for one in said)}
    assert wrong == {}


@pytest.mark.parametrize("run", ["before", "decision_1", "decision_2"])
def test_at_each_earlier_run_what_has_elapsed_passes(judge, run):
    found = judge("", run)
    assert {"line_19", "line_20", "line_21", "line_22.configured", "line_22.tested"} <= found.keys()
    assert ("line_62" in found) == (run == "decision_2")
    assert {one for said in found.values() for one in said if not one.startswith("pass ")} == set()


@pytest.mark.parametrize(
    ("incident", "run", "lines", "said"),
    [
        (
            "alarm_insufficient_data",
            "two_hours",
            {"line_102", "line_107", "line_132.performance", "line_133.active"},
            "fail alarm_insufficient_data",
        ),
        ("subscription_pending", "two_hours", {"line_108", "line_133.routing"}, "fail routing_unconfirmed"),
        ("backup_old", "two_hours", {"line_30"}, "fail backup_old"),
        ("dashboard_missing", "two_hours", {"line_100", "line_132.dashboards"}, "fail dashboard_missing"),
        ("model_unavailable", "before", {"line_19"}, "fail model_unavailable"),
        ("metrics_stale", "two_hours", {"line_135"}, "fail metric_stale"),
    ],
)
def test_an_incident_fails_its_own_lines_and_no_other(judge, incident, run, lines, said):
    found = judge(incident, run)
    failed = {line for line, reasons in found.items() if any(not one.startswith("pass ") for one in reasons)}
    assert failed == lines
    assert all(said in found[line] for line in lines)


def test_every_incident_is_judged_above():
    marks = test_an_incident_fails_its_own_lines_and_no_other.pytestmark
    assert {case[0] for case in marks[0].args[1]} == set(operations.INCIDENTS)


def test_a_later_instant_only_adds():
    earlier = operations.files(RUNS["decision_1"], (), 1)
    later = operations.files(RUNS["two_hours"], (), 1)
    assert all(later[name].startswith(content) for name, content in earlier.items())
    assert operations.files(RUNS["two_hours"], (), 1) == later
    assert operations.files(operations.FIRST_PROBE, (), 1) == {}


def test_every_page_has_the_shape_that_aws_declares():
    session = get_session()
    shapes = {}
    for service in SERVICES:
        model = session.get_service_model(service)
        shapes |= {name: model.operation_model(name) for name in model.operation_names}
    found = operations.files(RUNS["two_hours"], (), 1)
    lines = [json.loads(line) for name in found if name.endswith(".jsonl") for line in found[name].splitlines()]
    asked = [line for line in lines if "call" in line]
    assert len({line["call"] for line in asked}) == 10
    for line in asked:
        operation = shapes[line["call"]]
        given = [(line["request"], operation.input_shape)]
        given += [(json.loads(found[page]), operation.output_shape) for page in line["pages"]]
        for document, shape in given:
            report = ParamValidator().validate(document, shape)
            assert report.generate_report() == ""
            assert document.keys() <= shape.members.keys()

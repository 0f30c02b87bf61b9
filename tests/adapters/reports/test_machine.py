"""What machines read of a run, each read by a reader that we did not write."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
from pathlib import Path
from typing import Any

import duckdb
import pytest

from attacks.scene import scene
from auditor.adapters.bundle import layout
from auditor.adapters.policies.pack import load_pack
from auditor.adapters.reports.code_quality import SEVERITY, render_code_quality
from auditor.adapters.reports.github import SHOWN, render_annotations, render_step_summary
from auditor.adapters.reports.machine import Run, findings
from auditor.adapters.reports.markdown import control_words
from auditor.adapters.reports.sarif import render_sarif
from auditor.adapters.reports.spreadsheet import COLUMNS, harmless, render_csv
from auditor.shell.sealed_run import sealed_decisions

ROOT = Path(__file__).parents[3]


def run_of(bundle: Path) -> Run:
    pack = load_pack(bundle / layout.POLICIES)
    return Run(sealed_decisions(bundle), pack, control_words(pack.controls), bundle.name)


@pytest.fixture(scope="module")
def slow(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Return a run with findings that fail."""
    return run_of(scene(tmp_path_factory.mktemp("machine"), "slow_generation").bundle)


@pytest.fixture(scope="module")
def blind(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Return a run with findings that are not decided."""
    return run_of(scene(tmp_path_factory.mktemp("machine"), "collector_blind").bundle)


def verdicts(run: Run) -> list[str]:
    return [one["verdict"] for one in run.document["findings"]]


def changed(run: Run, **changes: Any) -> Run:
    """Return a run of which every finding has ``changes``."""
    document = {**run.document, "findings": [{**one, **changes} for one in run.document["findings"]]}
    return Run(document, run.pack, run.words, run.bundle)


@pytest.fixture(scope="session")
def multitool() -> str:
    """Return Microsoft's SARIF validator; without it a test is skipped, but under ``CI=true`` it fails."""
    tool = ROOT / "tools" / "install-sarif-multitool.sh"
    found = subprocess.run([tool, "--find"], capture_output=True, text=True, check=False)
    if found.returncode:
        if os.environ.get("CI"):
            pytest.fail(f"CI needs the SARIF validator: {found.stderr}")
        pytest.skip(found.stderr)
    return found.stdout.strip()


def judged(multitool: str, log: Path) -> str:
    """Return what the validator says by the rules of SARIF and of GitHub's code scanning."""
    command = [multitool, "validate", str(log), "--rule-kind", "Sarif;Ghas", "--level", "Error;Warning"]
    environment = {"DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1", "PATH": os.environ["PATH"], "HOME": str(log.parent)}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment, timeout=120)
    return done.stdout


@pytest.mark.parametrize("which", ["slow", "blind"])
def test_sarif_satisfies_its_makers_validator(
    which: str, multitool: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    log = tmp_path / "run.sarif"
    log.write_bytes(render_sarif(request.getfixturevalue(which)))
    said = judged(multitool, log)
    assert "Analysis completed successfully" in said
    # We have no address of our own to state yet; nothing else is found wanting. The validator says nothing at all of a
    # log whose values it cannot read, so this warning also shows that it read ours.
    assert "SARIF2005" in said
    assert [line for line in said.splitlines() if ": warning " in line and "SARIF2005" not in line] == []
    assert ": error " not in said


def test_the_validator_refuses_what_is_no_sarif(slow: Run, multitool: str, tmp_path: Path) -> None:
    log = tmp_path / "run.sarif"
    document = json.loads(render_sarif(slow))
    del document["runs"][0]["tool"]
    log.write_text(json.dumps(document))
    assert ": error JSON1002: runs[0]: The required property 'tool' is missing." in judged(multitool, log)
    log.write_bytes(render_sarif(slow).replace(b'"kind": "fail"', b'"kind": "failed"'))
    assert "SARIF2005" not in judged(multitool, log)


def test_sarif_has_a_result_for_each_finding_and_never_drops_what_is_not_decided(blind: Run) -> None:
    (log,) = json.loads(render_sarif(blind))["runs"]
    levels = {"pass": ("pass", "none"), "fail": ("fail", "error"), "inconclusive": ("fail", "warning")}
    assert [(one["kind"], one["level"]) for one in log["results"]] == [levels[one] for one in verdicts(blind)]
    undecided = [one for one in log["results"] if one["properties"]["verdict"] == "inconclusive"]
    assert undecided
    assert all("inconclusive, which is not a pass" in one["message"]["text"] for one in undecided)
    rules = [one["id"] for one in log["tool"]["driver"]["rules"]]
    assert all(rules[one["ruleIndex"]] == one["ruleId"] for one in log["results"])


def test_a_location_is_the_package_line_of_the_policy(slow: Run) -> None:
    (log,) = json.loads(render_sarif(slow))["runs"]
    for one in log["results"]:
        place = one["locations"][0]["physicalLocation"]
        file = slow.pack.root / place["artifactLocation"]["uri"]
        line = file.read_text().splitlines()[place["region"]["startLine"] - 1]
        assert line == f"package controls.{one['ruleId']}"


def test_a_fingerprint_stays_when_only_what_was_measured_changes(slow: Run) -> None:
    other = changed(slow, observed=1, verdict="pass")
    prints = [one.fingerprint for one in findings(slow)]
    assert [one.fingerprint for one in findings(other)] == prints
    assert len(set(prints)) == len(prints)
    assert [one.fingerprint for one in findings(changed(slow, line="slo.p95_cached"))] != prints


def test_code_quality_has_the_problems_and_nothing_else(slow: Run, blind: Run) -> None:
    for run in (slow, blind):
        entries = json.loads(render_code_quality(run))
        problems = [one for one in findings(run) if one.verdict in {"fail", "inconclusive"}]
        assert problems
        assert [one["fingerprint"] for one in entries] == [one.fingerprint for one in problems]
        for entry in entries:
            assert entry.keys() == {"description", "check_name", "fingerprint", "severity", "location"}
            assert entry["severity"] in SEVERITY.values()
            assert (ROOT / entry["location"]["path"]).is_file()


def test_csv_is_read_by_others_as_it_was_written(slow: Run, tmp_path: Path) -> None:
    file = tmp_path / "run.csv"
    file.write_bytes(render_csv(slow))
    rows = list(csv.DictReader(io.StringIO(file.read_text(), newline="")))
    assert [one["verdict"] for one in rows] == verdicts(slow)
    told = duckdb.read_csv(str(file), all_varchar=True).project("resource, said, members").fetchall()
    assert told == [(one["resource"], one["said"], one["members"]) for one in rows]
    assert tuple(rows[0]) == COLUMNS


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_cell_is_a_formula(slow: Run, cell: str) -> None:
    assert harmless(cell) == f"'{cell}"
    rows = list(csv.DictReader(io.StringIO(render_csv(changed(slow, resource=cell)).decode(), newline="")))
    assert {one["resource"] for one in rows} == {f"'{cell}"}


def test_annotations_are_errors_and_warnings_of_what_was_not_passed(slow: Run, blind: Run) -> None:
    failing = render_annotations(slow).decode().splitlines()
    assert [line.partition(" ")[0] for line in failing] == ["::error"] * verdicts(slow).count("fail")
    warned = [line.partition(" ")[0] for line in render_annotations(blind).decode().splitlines()]
    assert verdicts(blind).count("inconclusive") > 0
    for verdict, command in (("fail", "::error"), ("inconclusive", "::warning")):
        assert warned.count(command) == min(SHOWN, verdicts(blind).count(verdict))


def test_no_finding_can_end_a_command_and_begin_another(slow: Run) -> None:
    hostile = changed(slow, resource="a%0A\n::set-env name=X::y\r\n", verdict="fail")
    lines = render_annotations(hostile).decode().splitlines()
    assert all(line.startswith("::error ") for line in lines)
    assert "a%250A%0A::set-env name=X::y%0D%0A" in lines[0]


def test_more_than_ten_say_how_many_are_left_out(slow: Run) -> None:
    many = changed(slow, verdict="fail")
    lines = render_annotations(many).decode().splitlines()
    assert len(lines) == SHOWN
    assert lines[-1].startswith(f"::error title=auditor::{len(many.document['findings']) - SHOWN + 1} more are in ")


def test_the_step_summary_names_gates_and_open_lines_and_no_others(slow: Run) -> None:
    text = render_step_summary(slow).decode()
    assert text.startswith("## FAIL: at least one gate is not met\n")
    assert "| ❌ | SLO gate validation | NO-GO |" in text
    open_lines = [one for one in slow.document["lines"] if one["verdict"] in {"fail", "inconclusive"}]
    assert f"### {len(open_lines)} of {len(slow.document['lines'])} lines are not passed" in text
    assert slow.bundle in text


def test_the_step_summary_of_a_run_without_problems_has_no_list(tmp_path: Path) -> None:
    text = render_step_summary(run_of(scene(tmp_path).bundle)).decode()
    assert text.startswith("## PASS")
    assert "not passed" not in text

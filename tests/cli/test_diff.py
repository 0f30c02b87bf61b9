"""``auditor diff`` and ``auditor report``: what changed from run to run, and a run shown again."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest

from attacks.scene import scene
from auditor.adapters.bundle import layout
from auditor.cli.outputs import MACHINES
from published import problems

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from console import Said

    Run = Callable[..., Said]


@pytest.fixture(scope="module")
def bundles(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Return bundles of a healthy run, of one with slow answers, and of one that saw nothing."""
    return {
        name: scene(tmp_path_factory.mktemp("diff"), *incidents).bundle
        for name, incidents in (("good", ()), ("slow", ("slow_generation",)), ("blind", ("collector_blind",)))
    }


def test_a_step_back_is_named_with_the_finding_that_took_it_and_ends_in_1(
    auditor: Run, bundles: dict[str, Path]
) -> None:
    done = auditor("diff", bundles["good"], bundles["slow"])
    assert (done.code, done.err) == (1, "")
    assert "gate slo: go -> no go" in done.out
    broken = done.out.partition("Broken: decided, and now failing")[2].partition("\n\n")[0]
    assert "slo.p95_generation: P95 latency <= 1.5 s (generation): pass -> fail" in broken
    assert "generation/direct: pass -> fail (over_limit)" in broken


def test_what_became_blind_is_a_step_back(auditor: Run, bundles: dict[str, Path]) -> None:
    done = auditor("diff", bundles["good"], bundles["blind"])
    assert done.code == 1
    assert "slo.p95_generation" in done.out.partition("Newly blind")[2].partition("\n\n")[0]


def test_what_was_mended_is_no_step_back_but_a_change(auditor: Run, bundles: dict[str, Path]) -> None:
    done = auditor("diff", bundles["slow"], bundles["good"])
    assert done.code == 0
    assert "slo.p95_generation" in done.out.partition("Fixed")[2]
    assert auditor("diff", bundles["slow"], bundles["good"], "--fail-on", "change").code == 1
    assert auditor("diff", bundles["good"], bundles["slow"], "--fail-on", "never").code == 0


def test_the_same_run_has_not_changed(auditor: Run, bundles: dict[str, Path]) -> None:
    done = auditor("diff", bundles["good"], bundles["good"], "--fail-on", "change")
    assert (done.code, done.out) == (0, "nothing changed\n")


def test_json_says_the_same(auditor: Run, bundles: dict[str, Path]) -> None:
    found = json.loads(auditor("diff", bundles["good"], bundles["slow"], "--json").out)
    assert (found["regressed"], found["changed"], found["policies"]) == (True, True, [])
    assert problems("diff", found) == []
    assert problems("diff", found | {"lines": [found["lines"][0] | {"kind": "worse"}]})
    assert {"slo.p95_generation"} <= {one["line"] for one in found["lines"] if one["kind"] == "broken"}


def test_another_policy_is_named_but_not_another_test_of_it(
    auditor: Run, bundles: dict[str, Path], tmp_path: Path
) -> None:
    other = shutil.copytree(bundles["good"], tmp_path / "other")
    folder = other / layout.POLICIES / "controls" / "slo" / "p95_latency"
    for name in ("p95_latency.rego", "p95_latency_test.rego", "p95_latency.cases.jsonl"):
        (folder / name).write_text((folder / name).read_text() + "\n")
    found = json.loads(auditor("diff", bundles["good"], other, "--json").out)
    assert found["policies"] == ["controls/slo/p95_latency/p95_latency.rego"]


def test_runs_of_two_profiles_are_not_compared(auditor: Run, bundles: dict[str, Path], tmp_path: Path) -> None:
    other = shutil.copytree(bundles["good"], tmp_path / "other")
    decisions = other / layout.DECISIONS
    decisions.write_text(decisions.read_text().replace('"id":"hybrid-routing-gates"', '"id":"eu-compliance"'))
    done = auditor("diff", bundles["good"], other)
    assert (done.code, "decided profile hybrid-routing-gates, and" in done.err) == (2, True)


@pytest.mark.parametrize("command", ["diff", "report"])
def test_what_is_no_bundle_is_refused(auditor: Run, command: str, place: Path) -> None:
    done = auditor(command, *["nowhere"] * (2 if command == "diff" else 1))
    assert (done.code, "nowhere: no sealed run" in done.err) == (2, True)


def test_a_report_shows_the_run_again(auditor: Run, bundles: dict[str, Path]) -> None:
    done = auditor("report", bundles["slow"])
    assert done.code == 0
    assert "FAIL: at least one gate is not met" in done.out
    assert done.err == "not verified: see `auditor verify`\n"


def test_every_format_can_be_made_again_and_the_sealed_ones_are_the_sealed_bytes(
    auditor: Run, bundles: dict[str, Path], place: Path
) -> None:
    names = [*MACHINES, "json", "markdown"]
    done = auditor("report", bundles["slow"], *(word for name in names for word in ("-o", f"{name}={name}.out")))
    assert done.code == 0
    assert all((place / f"{name}.out").stat().st_size for name in names)
    assert auditor("report", bundles["slow"], "-o", "oscal=oscal").code == 0
    assert len(list((place / "oscal").iterdir())) == 5
    assert "oscal=FOLDER" in auditor("report", bundles["slow"], "-o", "oscal").err
    report = bundles["slow"] / layout.REPORT / "report.md"
    assert (place / "markdown.out").read_bytes() == report.read_bytes()
    assert (place / "json.out").read_bytes() == (bundles["slow"] / layout.DECISIONS).read_bytes()
    assert json.loads(auditor("report", bundles["slow"], "-o", "sarif").out)["version"] == "2.1.0"


def test_a_format_that_was_not_sealed_says_so(auditor: Run, bundles: dict[str, Path]) -> None:
    done = auditor("report", bundles["good"], "-o", "checklist")
    assert (done.code, done.out) == (2, "")
    assert "the run sealed no checklist" in done.err

"""``auditor release``: what a release manager reads between two runs, and what is refused."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from auditor.adapters.policies.pack import load_pack
from auditor.adapters.policies.profile import load_profile
from auditor.estate.release.parts import PARTS
from auditor.estate.release.timeline import RUNS
from auditor.estate.release.writer import write_release
from auditor.shell.checklist_coverage import checklist_coverage
from auditor.shipped import policies_dir
from release_story import told

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from console import Said

    Run = Callable[..., Said]


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_release(tmp_path_factory.mktemp("sources") / "company", PARTS, known=RUNS["before"])


@pytest.fixture
def folder(auditor: Run, config: Path, tmp_path: Path) -> Path:
    """Return a folder with the runs until the last decision point, its release opened before them."""
    place = tmp_path / "bundles"
    assert auditor("release", "open", "--config", config, "--output", place).code == 0
    shutil.copytree(told().company.root / "bundles", place, dirs_exist_ok=True)
    (tmp_path / "runner.pub").write_bytes(told().company.runner.public)
    return place


def test_a_release_is_opened_once_with_the_gates_it_will_pass(auditor: Run, config: Path, tmp_path: Path) -> None:
    done = auditor("release", "open", "--config", config, "--output", tmp_path / "bundles")
    assert done.code == 0
    assert done.out.startswith("opened: 2025.01.14-3f9c2d1, decided by production-deployment\nrecord: ")
    assert "gate:   decision_1  Decision point 1: after component deployment, from 60 s after phase_2_end\n" in done.out
    assert f"next:   auditor evaluate --config {config} --profile production-deployment" in done.err
    again = auditor("release", "open", "--config", config, "--output", tmp_path / "bundles")
    assert (again.code, "the release is open already" in again.err) == (2, True)


def test_status_is_the_page_that_stays_open(auditor: Run, folder: Path) -> None:
    done = auditor("release", "status", "--output", folder, "--key", folder.parent / "runner.pub")
    assert done.code == 0
    for said in (
        "release 2025.01.14-3f9c2d1 of support-hybrid-routing, production: open\n",
        "as of 2025-01-14T10:22:00Z\nstatus PARTIAL (line_unknown)\n",
        "  GO         decision_3  Decision point 3: after production validation\n",
        "\nwhat blocks two_hours\n",
        "\nwho owes a signature\n",
        "cto                    line_123  Decision: [ ] GO [ ] NO-GO  (now)",
        "  final: line_224  Final Sign-off: inconclusive (unsigned)\n",
        "\nwhat is not known yet\n",
        "\nnext\n  auditor sign-off request ",
    ):
        assert said in done.out
    found = json.loads(
        auditor("release", "status", "--output", folder, "--key", folder.parent / "runner.pub", "--json").out
    )
    assert (found["gate"], found["status"]) == ("two_hours", "partial")
    assert {one["line"] for one in found["signedOverRun"]} == {"line_224", "line_225"}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ("status", "--output", "nowhere", "--key", "x"),
            "nowhere: which release is meant is not clear; there is: none",
        ),
        (("close", "--output", "nowhere"), "which release is meant is not clear"),
        (("open", "--config", "absent.toml"), "absent.toml: cannot be read"),
    ],
)
def test_a_mistake_is_told_with_what_to_do(auditor: Run, arguments: tuple[str, ...], said: str) -> None:
    done = auditor("release", *arguments)
    assert (done.code, said in done.err, "what to do" in done.err) == (2, True, True)


def test_a_release_is_closed_only_under_a_trust_policy(auditor: Run, folder: Path) -> None:
    done = auditor("release", "close", "--output", folder)
    assert (done.code, "closed under a trust policy and its ledger" in done.err) == (2, True)


def test_a_release_without_runs_has_no_status(auditor: Run, config: Path, tmp_path: Path) -> None:
    auditor("release", "open", "--config", config, "--output", tmp_path / "bundles")
    (tmp_path / "runner.pub").write_bytes(told().company.runner.public)
    done = auditor("release", "status", "--output", tmp_path / "bundles", "--key", tmp_path / "runner.pub")
    assert (done.code, "no run of release 2025.01.14-3f9c2d1 yet" in done.err) == (2, True)


def test_a_profile_whose_sources_are_not_there_is_told_before_the_first_run(
    auditor: Run, config: Path, tmp_path: Path
) -> None:
    cut = (
        config.read_text()
        .replace("[sources.canary]", "[sources.canaries]")
        .replace("[sources.canary.", "[sources.canaries.")
    )
    (tmp_path / "auditor.toml").write_text(cut)
    done = auditor("release", "open", "--config", tmp_path / "auditor.toml", "--output", tmp_path / "bundles")
    assert (done.code, "sources that the configuration has not: canary" in done.err) == (2, True)
    assert not (tmp_path / "bundles").exists()


def test_every_line_of_the_document_is_decided_once_and_on_evidence(auditor: Run) -> None:
    done = auditor("controls", "coverage")
    assert done.code == 0
    assert done.out.splitlines()[-1].startswith("239 lines of the document: ")
    assert done.out.splitlines()[-1].endswith("; 0 undecided")
    found = json.loads(auditor("controls", "coverage", "--json").out)
    numbers = [one["number"] for one in found["lines"]]
    assert sorted(numbers, key=lambda one: (one[0] == "T", int(one.strip("T")))) == [
        *(str(number) for number in range(1, 230)), *(f"T{number}" for number in range(1, 11)),
    ]  # fmt: skip
    assert found["whole"]


def test_a_row_that_nobody_decides_is_named() -> None:
    pack = load_pack(policies_dir())
    profile = load_profile(pack, "production-deployment")
    less = profile.document.model_copy(update={"lines": [one for one in profile.document.lines if one.id != "line_53"]})
    found = checklist_coverage(pack, replace(profile, document=less))
    assert found.undecided == ((84, "- [ ] Error Rate ≤ 1.0% ✓"),)
    assert not found.whole


def test_a_profile_without_a_document_has_no_coverage(auditor: Run) -> None:
    done = auditor("controls", "coverage", "--profile", "hybrid-routing-gates")
    assert (done.code, "fills in no checklist" in done.err) == (2, True)
    done = auditor("evaluate", "-o", "checklist", "--snapshot", "x")
    assert done.code == 2

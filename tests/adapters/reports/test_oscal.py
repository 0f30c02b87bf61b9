"""An OSCAL folder of a run: nothing but a pass is satisfied, and compliance-trestle, which is not ours, accepts it."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from attacks.scene import scene
from auditor.adapters.bundle import layout
from auditor.adapters.policies.pack import load_pack
from auditor.adapters.reports.oscal.folder import render_oscal
from auditor.shell.oscal import oscal_source
from auditor.shell.sealed_run import sealed_decisions

if TYPE_CHECKING:
    from auditor.adapters.reports.oscal.source import Source

ROOT = Path(__file__).parents[3]
# Reads each document into the strict models of trestle, then imports and validates all of them in a workspace.
JUDGE = """
import pathlib, subprocess, sys
from trestle.oscal import assessment_plan, assessment_results, catalog, profile, ssp
folder, workspace = map(pathlib.Path, sys.argv[1:])
models = {"catalog": catalog.Catalog, "profile": profile.Profile, "ssp": ssp.SystemSecurityPlan,
    "assessment-plan": assessment_plan.AssessmentPlan, "assessment-results": assessment_results.AssessmentResults}
trestle = pathlib.Path(sys.executable).with_name("trestle")
subprocess.run([trestle, "init"], cwd=workspace, check=True, capture_output=True)
for name, model in models.items():
    model.oscal_read(folder / f"{name}.json")
    (workspace / f"{name}.json").write_bytes((folder / f"{name}.json").read_bytes())
for name in models:
    subprocess.run([trestle, "import", "-f", str(folder / f"{name}.json"), "-o", "run"], cwd=workspace, check=True)
sys.exit(subprocess.run([trestle, "validate", "-a"], cwd=workspace).returncode)
"""
SIGNED = {
    "person": "anna", "role": "cto", "line": "slo", "decision": "APPROVED", "statement": "5" * 64,
    "signed_at": 1_736_841_180_000_000, "valid_until": 1_738_050_780_000_000, "withdrawn_at": None,
}  # fmt: skip


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return scene(tmp_path_factory.mktemp("oscal"), "slow_generation").bundle


@pytest.fixture(scope="module")
def source(bundle: Path) -> Source:
    """Return a run with passes and fails, one of them waived, one line undecided and one that does not apply."""
    found = oscal_source(sealed_decisions(bundle), load_pack(bundle / layout.POLICIES), bundle)
    document = json.loads(json.dumps(found.document))
    first = next(one for one in document["findings"] if one["verdict"] == "fail")
    first["waivers"] = ["a" * 64]
    passed = [line for line in document["lines"] if line["verdict"] == "pass" and line["controls"]]
    for line, verdict, reason in zip(
        passed, ("inconclusive", "not_applicable"), ("no_data", "condition_not_met"), strict=False
    ):
        line.update(verdict=verdict, reason=reason)
        for one in document["findings"]:
            if one["line"] == line["line"]:
                one.update(verdict=verdict, reason=reason)
    withdrawn = SIGNED | {"person": "bo", "statement": "6" * 64, "withdrawn_at": 1_736_841_190_000_000}
    return replace(found, document=document, sign_offs=[SIGNED, withdrawn])


@pytest.fixture(scope="module")
def folder(source: Source) -> dict[str, Any]:
    return {name: json.loads(content) for name, content in render_oscal(source).items()}


def result(folder: dict[str, Any]) -> dict[str, Any]:
    (one,) = folder["assessment-results.json"]["assessment-results"]["results"]
    return dict(one)


def props(one: dict[str, Any]) -> dict[str, str]:
    return {each["name"]: each["value"] for each in one["props"]}


@pytest.fixture(scope="session")
def trestle() -> str:
    """Return the Python of compliance-trestle; without it a test is skipped, but under ``CI=true`` it fails."""
    tool = ROOT / "tools" / "install-trestle.sh"
    found = subprocess.run([tool, "--find"], capture_output=True, text=True, check=False)
    if found.returncode:
        if os.environ.get("CI"):
            pytest.fail(f"CI needs compliance-trestle: {found.stderr}")
        pytest.skip(found.stderr)
    return found.stdout.strip()


def judged(python: str, folder: Path, workspace: Path) -> subprocess.CompletedProcess[str]:
    workspace.mkdir()
    command = [python, "-c", JUDGE, str(folder), str(workspace)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)


def test_trestle_accepts_every_document_and_refuses_one_that_is_spoiled(
    trestle: str, source: Source, tmp_path: Path
) -> None:
    made = tmp_path / "oscal"
    made.mkdir()
    for name, content in render_oscal(source).items():
        (made / name).write_bytes(content)
    done = judged(trestle, made, tmp_path / "workspace")
    assert done.returncode == 0, done.stdout + done.stderr
    assert (done.stdout + done.stderr).count("VALID: Model") == 5
    spoiled = shutil.copytree(made, tmp_path / "spoiled")
    path = spoiled / "assessment-results.json"
    path.write_text(path.read_text().replace('"state": "not-satisfied"', '"state": "inconclusive"', 1))
    assert judged(trestle, spoiled, tmp_path / "other").returncode != 0


def test_nothing_but_a_pass_is_satisfied(source: Source, folder: dict[str, Any]) -> None:
    verdicts = {line["line"]: line["verdict"] for line in source.document["lines"]}
    found = result(folder)["findings"]
    assert len(found) == len(verdicts)
    assert set(verdicts.values()) >= {"pass", "fail", "inconclusive", "not_applicable"}
    for one in found:
        verdict = verdicts[one["target"]["target-id"].removesuffix("_obj")]
        status = one["target"]["status"]
        assert (status["state"] == "satisfied") is (verdict == "pass")
        assert status["reason"] == {"pass": "pass", "fail": "fail"}.get(verdict, "other")
        assert props(one)["verdict"] == verdict
        assert status["remarks"].startswith("Not decided, which is not a pass: ") is (verdict == "inconclusive")
        assert ("implementation-status" in one["target"]) is (verdict == "not_applicable")


def test_a_waived_fail_stays_a_fail_with_an_approved_deviation_beside_it(folder: dict[str, Any]) -> None:
    waived = [one for one in result(folder)["findings"] if "waived" in props(one)]
    (risk,) = result(folder)["risks"]
    assert waived
    for one in waived:
        assert one["target"]["status"]["state"] == "not-satisfied"
        assert one["related-risks"] == [{"risk-uuid": risk["uuid"]}]
    assert (risk["status"], props(risk)) == ("deviation-approved", {"waived-by": "a" * 64})


def test_every_observation_names_files_of_the_bundle_by_their_digests(bundle: Path, folder: dict[str, Any]) -> None:
    results = folder["assessment-results.json"]["assessment-results"]
    resources = {f"#{one['uuid']}": one["rlinks"][0] for one in results["back-matter"]["resources"]}
    for link in resources.values():
        content = (bundle.parent / link["href"]).read_bytes()
        assert link["hashes"] == [{"algorithm": "SHA-256", "value": hashlib.sha256(content).hexdigest()}]
    named = {each["href"] for one in result(folder)["observations"] for each in one["relevant-evidence"]}
    assert named == resources.keys()
    assert any(link["href"].endswith("data/snapshot/requests.parquet") for link in resources.values())


def test_what_is_referred_to_is_there(source: Source, folder: dict[str, Any]) -> None:
    found = result(folder)
    subjects = {one["uuid"] for one in found["local-definitions"]["inventory-items"]}
    assert {each["subject-uuid"] for one in found["observations"] for each in one["subjects"]} == subjects
    observed = {one["uuid"] for one in found["observations"]}
    related = {r["observation-uuid"] for one in found["findings"] for r in one.get("related-observations", [])}
    assert related == observed
    assert len(observed) == len(source.document["findings"])
    catalog = folder["catalog.json"]["catalog"]
    lines = {one["id"] for one in catalog["controls"]}
    assert lines == {line["line"] for line in source.document["lines"]}
    frameworks = {f"#{one['uuid']}" for one in catalog["back-matter"]["resources"]}
    assert {link["href"] for one in catalog["controls"] for link in one.get("links", [])} == frameworks
    assert folder["profile.json"]["profile"]["imports"][0]["href"] == "catalog.json"
    assert folder["ssp.json"]["system-security-plan"]["import-profile"]["href"] == "profile.json"
    assert folder["assessment-plan.json"]["assessment-plan"]["import-ssp"]["href"] == "ssp.json"
    results = folder["assessment-results.json"]["assessment-results"]
    assert results["import-ap"]["href"] == "assessment-plan.json"


def test_sign_offs_are_attestations_of_their_people_and_a_withdrawn_one_says_so(folder: dict[str, Any]) -> None:
    results = folder["assessment-results.json"]["assessment-results"]
    parties = {one["uuid"]: one["name"] for one in results["metadata"]["parties"]}
    assert results["metadata"]["roles"] == [{"id": "cto", "title": "cto"}]
    first, second = result(folder)["attestations"]
    assert [parties[one["responsible-parties"][0]["party-uuids"][0]] for one in (first, second)] == ["anna", "bo"]
    assert "withdrawn-at" not in props(first["parts"][0])
    assert props(second["parts"][0])["withdrawn-at"] == "2025-01-14T07:53:10Z"
    assert "withdrawn" in second["parts"][0]["prose"]


def test_the_same_run_gives_the_same_bytes_and_its_policies_keep_their_catalog(source: Source) -> None:
    made = render_oscal(source)
    assert render_oscal(source) == made
    other = render_oscal(replace(source, statement="0" * 64))
    assert [name for name in made if made[name] != other[name]] == ["assessment-plan.json", "assessment-results.json"]

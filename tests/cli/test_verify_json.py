"""``auditor verify --json`` and ``--recompile``: what a machine reads, of a bundle verified or refused."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from auditor.core.canonical import sha256_hex
from auditor.core.refusals import REFUSALS
from auditor.shipped import policies_dir
from company import ORIGIN, Company, collected, make_company, statement_of
from trusting import signed

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from console import Said

    Run = Callable[..., Said]

MEMBERS = {
    "verified", "code", "bundle", "statement", "scope", "asOf", "validUntil", "result", "gates", "signed", "trust",
    "ledger", "replay", "isolation", "notes",
}  # fmt: skip
REGO = "controls/residency/store_in_declared_region/store_in_declared_region.rego"


@pytest.fixture(scope="module", autouse=True)
def _collected() -> None:
    """Collect the estate before a test has temporary files of its own."""
    collected()


@pytest.fixture
def founded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Company:
    """Return a company, and let trust policies be remembered for this test only."""
    monkeypatch.setenv("AUDITOR_STATE", str(tmp_path / "state"))
    return make_company(tmp_path / "company")


def keyed(company: Company) -> list[object]:
    (company.root / "run.pub").write_bytes(company.runner.public)
    return ["--key", company.root / "run.pub"]


def relying(company: Company) -> list[object]:
    (company.root / "owner.pub").write_bytes(company.owner.public)
    (company.root / "trust.json").write_bytes(signed(company.trust().policy, company.owner))
    return ["--trust", company.root / "trust.json", "--trust-owner", company.root / "owner.pub"]


def told(said: Said) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(said.out)
    return document


def test_a_key_alone_leaves_trust_and_time_unknown(founded: Company, auditor: Run) -> None:
    done = founded.run()
    said = auditor("verify", done.bundle, *keyed(founded), "--json")
    assert (said.code, said.err) == (0, "")
    document = told(said)
    assert set(document) == MEMBERS
    assert (document["verified"], document["code"], document["result"]) == (True, None, "pass")
    assert (document["bundle"], document["statement"]) == (done.bundle.name, statement_of(done.bundle))
    assert (document["trust"], document["ledger"], document["signed"]["at"]) == (None, None, None)
    assert document["signed"]["keyId"] == founded.runner.key_id
    assert document["replay"] == {"decidedAgain": True, "recompiledWith": None}
    assert {gate["gate"]: (gate["verdict"], gate["approved"]) for gate in document["gates"]}["slo"] == ("pass", None)
    assert document["isolation"]
    assert any("no trust policy" in note for note in document["notes"])


def test_a_trust_policy_and_a_ledger_are_told(founded: Company, auditor: Run) -> None:
    done = founded.run()
    anchor = founded.root / "anchor"
    anchor.write_bytes(founded.checkpoint())
    ledger = ["--ledger", founded.ledger, "--anchor", anchor]
    document = told(auditor("verify", done.bundle, *relying(founded), *ledger, "--json", "--no-replay"))
    assert set(document) == MEMBERS
    assert document["trust"] == {"id": "example", "version": 1, "statement": founded.trust().digest}
    assert document["ledger"] == {"origin": ORIGIN, "size": 2, "anchoredAt": 2, "witnesses": []}
    assert document["signed"]["at"] == "2025-01-14T12:06:00Z"
    assert document["replay"]["decidedAgain"] is False
    assert document["isolation"] == []
    assert all(gate["approved"] and gate["unapproved"] is None for gate in document["gates"])
    assert told(auditor("verify", done.bundle, *relying(founded), "--json", "--no-replay"))["ledger"] is None


def test_an_unapproved_gate_is_told_with_its_reason(founded: Company, auditor: Run) -> None:
    founded.gates = ("slo", "residency", "rollback")
    done = founded.run()
    document = told(auditor("verify", done.bundle, *relying(founded), "--json", "--no-replay"))
    gates = {gate["gate"]: gate for gate in document["gates"]}
    assert (gates["slo"]["approved"], gates["cost"]["approved"]) == (True, False)
    assert gates["cost"]["unapproved"]["code"] in REFUSALS


def test_a_refusal_is_one_document_and_the_usual_exit_code(founded: Company, auditor: Run) -> None:
    done = founded.run()
    path = done.bundle / "data" / "decisions.json"
    path.write_bytes(path.read_bytes() + b" ")
    for quiet in ([], ["--quiet"]):
        said = auditor("verify", done.bundle, *keyed(founded), "--json", *quiet)
        assert said.code == 4
        document = told(said)
        assert set(document) == {"verified", "code", "message", "remedy"}
        assert (document["verified"], document["code"]) == (False, "size-mismatch")
        assert document["message"].startswith("data/decisions.json")
        assert "[size-mismatch]" in said.err


def test_a_refused_trust_policy_is_a_document_too(founded: Company, auditor: Run) -> None:
    done = founded.run()
    arguments = relying(founded)
    (founded.root / "owner.pub").write_bytes(founded.runner.public)
    said = auditor("verify", done.bundle, *arguments, "--json")
    assert (said.code, told(said)["verified"]) == (4, False)
    assert told(said)["code"] in REFUSALS


def test_a_mistake_is_no_document(founded: Company, auditor: Run) -> None:
    said = auditor("verify", founded.root / "absent", *keyed(founded), "--json")
    assert (said.code, said.out) == (2, "")


@pytest.mark.usefixtures("opa")
def test_the_policies_are_compiled_again(founded: Company, auditor: Run) -> None:
    done = founded.run()
    said = auditor("verify", done.bundle, *keyed(founded), "--recompile", "--no-replay")
    assert (said.code, "compiles to the same Wasm, by opa" in said.out) == (0, True), said.err
    document = told(auditor("verify", done.bundle, *keyed(founded), "--recompile", "--no-replay", "--json"))
    opa = json.loads((policies_dir() / "pack.lock").read_bytes())["opa"]
    assert document["replay"] == {"decidedAgain": False, "recompiledWith": opa}


@pytest.mark.usefixtures("opa")
def test_rego_that_reads_well_beside_wasm_that_decides_is_refused(
    founded: Company, auditor: Run, tmp_path: Path
) -> None:
    """An insider with the runner's key and a pack of their own: everything agrees but Rego and Wasm."""
    pack = shutil.copytree(policies_dir(), tmp_path / "policies")
    text = (pack / REGO).read_bytes().replace(b"unbounded_region", b"region_missing__")
    (pack / REGO).write_bytes(text)
    lock = json.loads((pack / "pack.lock").read_bytes())
    lock["sources"][REGO] = sha256_hex(text)
    (pack / "pack.lock").write_text(json.dumps(lock), encoding="utf-8")
    done = founded.run(policies=pack)
    assert auditor("verify", done.bundle, *keyed(founded)).code == 0
    said = auditor("verify", done.bundle, *keyed(founded), "--recompile", "--json")
    assert (said.code, told(said)["code"]) == (4, "wasm-differs")

"""What is approved: of a bundle that was verified and decided again, the same as of the pack that decided it."""

from __future__ import annotations

import json
import shutil
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from auditor.adapters.bundle import layout
from auditor.adapters.policies.pack import compiled_triple
from auditor.adapters.signing.keys import load_signer
from auditor.adapters.snapshot.reader import MAPPINGS
from auditor.core.authority import gate_approval
from auditor.core.run_predicate import RUN_PREDICATE
from auditor.core.trust import trust_statement, written
from auditor.core.trust_approvals import approve
from auditor.core.trust_revision import Period
from auditor.errors import ControlError, UsageError, VerificationError
from auditor.estate import write_estate
from auditor.model import isoformat
from auditor.shell.collect import collect
from auditor.shell.evaluate import evaluate
from auditor.shell.trust_approval import approved_by_bundle, approved_by_pack
from auditor.shipped import policies_dir
from trusting import SIGN_OFF, key, loaded, make_person, small

if TYPE_CHECKING:
    from pathlib import Path

    from auditor.adapters.trust.reader import LoadedTrust
    from trusting import Person

PROFILE, GATE = "hybrid-routing-gates", "slo"


class Run:
    """A sealed run of the example company, and a policy that lets its key sign runs there."""

    def __init__(self, root: Path) -> None:
        self.root = root
        estate = write_estate(root / "estate")
        snapshot = collect(estate.config, root / "snapshot", collected_at=estate.collected_at)
        self.runner, self.owner = make_person(root, "runner"), make_person(root, "owner")
        self.created = estate.collected_at + timedelta(minutes=1)
        done = evaluate(
            snapshot,
            signer=load_signer(self.runner.private),
            output=root / "bundles",
            time_created=self.created,
        )
        self.bundle = done.bundle
        self.mappings = (snapshot / MAPPINGS).read_bytes()
        self.environment = str(json.loads(done.decisions_json)["scope"]["environment"])

    def trust(self, runner: Person | None = None, change: Any = lambda _: None, **members: Any) -> LoadedTrust:
        start = written(self.created - timedelta(days=1))
        period = {"notBefore": start, "notAfter": written(self.created + timedelta(days=365))}
        member = key("0", None, predicates=(RUN_PREDICATE,), environments=(self.environment,)) | period | members

        def write(one: dict[str, Any]) -> None:
            one["keys"].append((runner or self.runner).own(member))
            one["environments"] = [
                {
                    "name": self.environment,
                    "production": False,
                    "timestampAuthorities": [],
                    "ledger": None,
                    "witnesses": [],
                    "witnessThreshold": 0,
                    "gates": [],
                }
            ]
            change(one)

        return loaded(small(self.owner, write), self.owner)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return Run(tmp_path_factory.mktemp("run"))


def test_a_bundle_and_its_pack_approve_the_same(run: Run) -> None:
    of_bundle = approved_by_bundle(run.bundle, run.trust(), run.environment, GATE, [("a", "product")])
    of_pack = approved_by_pack(policies_dir(), PROFILE, GATE, [("a", "product")], run.mappings)
    assert of_bundle == of_pack
    predicate = json.loads(_payload(run.bundle))["predicate"]
    assert of_bundle.policy_digest == predicate["policyDigest"]
    assert of_bundle.triple.opa == predicate["environment"]["opa"]
    assert "slo.p95_latency" in of_bundle.controls
    assert not any(one.startswith("rollback.") for one in of_bundle.controls)


def _payload(bundle: Path) -> bytes:
    from auditor.adapters.signing.envelope import unverified_payload

    return unverified_payload((bundle / layout.ATTESTATION).read_bytes(), "run")[0]


def test_what_was_approved_lets_the_next_run_pass_and_a_smaller_one_not(run: Run) -> None:
    found = approved_by_pack(policies_dir(), PROFILE, GATE, [], run.mappings)
    trust = run.trust()
    policy = approve(trust.policy, run.environment, GATE, found, Period(run.created))
    asked: dict[str, Any] = {
        "profile_id": found.profile,
        "policy_digest": found.policy_digest,
        "controls": found.controls,
        "triple": found.triple,
        "at": run.created,
    }
    gate_approval(policy, run.environment, GATE, **asked)
    for changed, expected in (
        ({"controls": found.controls[1:]}, "control-missing"),
        ({"at": run.created - timedelta(days=1)}, "profile-unapproved"),
    ):
        with pytest.raises(VerificationError) as caught:
            gate_approval(policy, run.environment, GATE, **asked | changed)
        assert caught.value.code == expected
    assert b'"policyDigests":[{' in trust_statement(policy)


def code(call: Any) -> str:
    with pytest.raises(VerificationError) as caught:
        call()
    return str(caught.value.code)


def test_a_bundle_whose_signer_may_not_sign_there_approves_nothing(run: Run, tmp_path: Path) -> None:
    def ask(trust: LoadedTrust) -> Any:
        return lambda: approved_by_bundle(run.bundle, trust, run.environment, GATE, [])

    stranger = make_person(tmp_path, "stranger")
    assert code(ask(run.trust(stranger))) == "key-unknown"
    assert code(ask(run.trust(environments=[]))) == "key-not-for-environment"
    assert code(ask(run.trust(person="Pia", predicates=[SIGN_OFF]))) == "key-not-for-predicate"
    revoked = {"revokedAt": isoformat(run.created), "revokedBecause": "lost"}
    assert code(ask(run.trust(**revoked))) == "key-revoked"
    ended = {"notAfter": written(run.created - timedelta(hours=1))}
    assert code(ask(run.trust(**ended))) == "key-outside-validity"


def test_a_bundle_that_was_touched_approves_nothing(run: Run, tmp_path: Path) -> None:
    touched = tmp_path / run.bundle.name
    shutil.copytree(run.bundle, touched)
    (touched / "data/policies/profiles" / f"{PROFILE}.toml").write_text("id = 'smaller'\n")
    assert code(lambda: approved_by_bundle(touched, run.trust(), run.environment, GATE, [])) == "size-mismatch"


def test_a_bundle_of_elsewhere_or_without_the_gate_is_usage(run: Run, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="has no gate 'none'"):
        approved_by_bundle(run.bundle, run.trust(), run.environment, "none", [])
    with pytest.raises(UsageError, match="cannot be read"):
        approved_by_bundle(tmp_path, run.trust(), run.environment, GATE, [])
    with pytest.raises(UsageError, match="has no gate 'none'"):
        approved_by_pack(policies_dir(), PROFILE, "none", [], b"{}")


def test_a_bundle_of_another_environment_is_usage(run: Run) -> None:
    trust = run.trust(environments=["other"], change=lambda one: one["environments"][0].update(name="other"))
    with pytest.raises(UsageError, match="expected 'other'"):
        approved_by_bundle(run.bundle, trust, "other", GATE, [])


def test_a_stale_pack_is_not_approved(tmp_path: Path) -> None:
    pack = tmp_path / "policies"
    shutil.copytree(policies_dir(), pack)
    rego = next(pack.glob("controls/slo/*/*.rego"))
    rego.write_text(rego.read_text() + "\n# another way to pass\n")
    with pytest.raises(ControlError, match="stale"):
        approved_by_pack(pack, PROFILE, GATE, [], b"{}")


def test_the_triple_changes_with_the_rego_the_wasm_and_opa_and_with_nothing_else() -> None:
    files = {"a.rego": "1" * 64, "a_test.rego": "2" * 64, "a.sql": "3" * 64, "policy.wasm": "4" * 64}
    triple = compiled_triple(files, "1.0")
    assert compiled_triple(files | {"a_test.rego": "9" * 64, "a.sql": "9" * 64}, "1.0") == triple
    for changed in (files | {"a.rego": "9" * 64}, files | {"policy.wasm": "9" * 64}, files | {"b.rego": "1" * 64}):
        assert compiled_triple(changed, "1.0") != triple
    assert compiled_triple(files, "1.1") != triple
    with pytest.raises(ControlError, match=r"policy\.wasm"):
        compiled_triple({}, "1.0")

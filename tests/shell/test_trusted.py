"""A bundle against a trust policy and a ledger, at the boundaries: equal instants, what is not named, what is said."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from attacks.scene import GATE, Scene, refused, scene
from auditor.adapters.signing.envelope import sign
from auditor.adapters.trust.opening import open_signed
from auditor.core.leaves import RUN_STARTED_PREDICATE, RunStartedPredicate
from auditor.core.people import SIGN_OFF
from auditor.errors import UsageError, VerificationError
from auditor.model import isoformat
from auditor.shell.ledger import abandon
from auditor.shell.reliance import TrustPolicyReliance, check_ledger_of, ledger_trust
from auditor.shell.statements import PERSONAL, build_evidence, filed_statements, open_person
from company import ENVIRONMENT, ORIGIN, statement_of

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def place(tmp_path: Path) -> Scene:
    return scene(tmp_path)


def test_a_run_is_sealed_at_its_as_of_at_the_earliest(place: Scene) -> None:
    place.company.tsa.now = datetime.fromisoformat(place.predicate()["asOf"])
    assert place.company.tsa.now.microsecond == 0
    assert place.forge().verify(ledger=False)
    place.company.tsa.now -= timedelta(seconds=1)
    assert place.forge().refusal(ledger=False) == "timestamp-before-as-of"


def test_a_run_is_sealed_within_the_longest_age(place: Scene) -> None:
    place.company.tsa.now = datetime.fromisoformat(place.predicate()["asOf"]) + timedelta(seconds=3600)
    assert place.forge().verify(ledger=False)
    place.company.tsa.now += timedelta(seconds=1)
    assert place.forge().refusal(ledger=False) == "timestamp-too-late"


def test_a_run_that_names_no_trust_policy_is_of_any(place: Scene) -> None:
    place.forge(lambda one: one.update(trust=None, chain=None, approval="unapproved")).settle()
    assert place.verify(ledger=False).bundle.predicate.trust is None
    assert place.filed().refusal() == "chain-missing"


def test_a_run_that_was_given_up_is_not_filed_as_sealed(place: Scene) -> None:
    company = place.company
    abandon(
        company.ledger, place.sequence, "it failed", company.runner.signer, company.ledger_key.signer, company.tsa.now
    )
    assert place.refusal() == "chain-not-filed"


def test_what_is_unapproved_is_told_of_each_gate(place: Scene) -> None:
    def forget(policy: dict[str, Any]) -> None:
        gates = policy["environments"][0]["gates"]
        gates.remove(next(one for one in gates if one["gate"] == GATE))

    place.forge(lambda one: one.update(approval="unapproved")).amend(forget)
    notes = [note for note in place.verify(ledger=False).notes if "UNAPPROVED" in note]
    assert len(notes) == 1
    assert notes[0].startswith(f"gate {GATE} is UNAPPROVED: ")


def test_what_is_known_and_what_is_not_is_noted(place: Scene) -> None:
    place.file()
    signed = isoformat(place.company.tsa.now.replace(microsecond=0))
    policy = f"trust policy example, version 1; a pinned authority's clock says {signed}"
    filed = f"filed in ledger {ORIGIN}, whose 2 leaves were checked"
    unanchored = "no anchor: a ledger that was cut or forked since shows only against one (--anchor)"
    alone = "the ledger was not consulted: another run of this release, or a rejection, may be left out"

    def noted(**how: Any) -> list[str]:
        return [
            note for note in place.verify(**how).notes if note.startswith(("trust", "filed", "no anchor", "the led"))
        ]

    assert noted() == [policy, filed, unanchored]
    assert noted(anchor=place.company.checkpoint()) == [policy, filed]
    assert noted(ledger=False) == [policy, alone]
    place.amend(lambda one: one["environments"][0].update(ledger=None))
    assert noted(ledger=False) == [policy.replace("version 1", "version 2")]


def test_an_environment_without_a_ledger_has_none_to_check(place: Scene) -> None:
    company = place.amend(lambda one: one["environments"][0].update(ledger=None)).company
    with pytest.raises(UsageError, match="names no ledger for environment 'production'"):
        check_ledger_of(company.trust(), ENVIRONMENT, company.ledger)


def test_whose_checkpoints_are_believed_is_the_policys(place: Scene) -> None:
    witness = {"name": "witness.example", "pem": place.company.ledger_key.public.decode()}
    place.amend(lambda one: one["environments"][0].update(witnesses=[witness], witnessThreshold=1))
    believed = ledger_trust(place.company.trust(), ENVIRONMENT)
    assert believed.key.name == ORIGIN
    assert [one.name for one in believed.witnesses] == ["witness.example"]
    assert believed.threshold == 1


def test_a_bundle_is_judged_before_it_is_checked(place: Scene) -> None:
    bundle = place.verify(ledger=False).bundle
    with pytest.raises(RuntimeError, match="judged before"):
        place.company.relying().check(bundle)


def test_a_reliance_without_a_ledger_consults_none(place: Scene) -> None:
    trust = place.company.trust()
    assert TrustPolicyReliance(trust).open_ledger(ENVIRONMENT) is None
    for found in ("ledger", "standing", "_signed_at"):  # what is found by checking is never brought
        with pytest.raises(TypeError, match=found):
            TrustPolicyReliance(trust, **{found: None})


def test_a_statement_is_about_the_environment_that_is_asked(place: Scene) -> None:
    trust = place.company.trust()
    good = place.say("ada", "security")
    digest = place.file(good)
    one = open_person(good, digest, trust, ENVIRONMENT)
    assert (one.digest, one.person, one.roles) == (digest, "ada", {"security"})
    assert one.signed_at == place.company.tsa.now.replace(microsecond=0)
    elsewhere = place.say("ada", "security", scope=place.predicate()["scope"] | {"environment": "staging"})
    filed = place.file(elsewhere)
    with pytest.raises(VerificationError) as caught:
        open_person(elsewhere, filed, trust, ENVIRONMENT)
    assert caught.value.code == "key-not-for-environment"
    assert caught.value.message == f"statement {filed[:16]}: is about 'staging', not {ENVIRONMENT!r}"


def test_statements_are_of_one_release_and_of_people(place: Scene) -> None:
    from auditor.adapters.ledger.reader import read_ledger

    digest = place.file(place.say("ada", "security"))
    run = place.file()
    leaves = read_ledger(place.company.ledger).leaves
    scope = place.scope
    assert filed_statements(leaves, scope) == [digest]
    assert run not in filed_statements(leaves, scope)
    assert filed_statements(leaves, scope, 1) == []
    for member in ("system", "environment", "release"):
        assert filed_statements(leaves, scope.model_copy(update={member: "other"})) == []
    assert {leaf.kind for leaf in leaves} - PERSONAL == {"run-started", "run"}


def test_what_is_signed_is_opened_whole(place: Scene) -> None:
    from auditor.adapters.ledger.reader import read_ledger

    leaf = read_ledger(place.company.ledger).leaves[place.sequence]
    envelope = place.statement_path(leaf.statement).read_bytes()
    opened = open_signed(
        envelope, place.company.trust(), {RUN_STARTED_PREDICATE: RunStartedPredicate}, ENVIRONMENT, "leaf"
    )
    assert (opened.digest, opened.key.keyId) == (leaf.statement, place.company.runner.key_id)
    assert build_evidence({}, place.company.trust(), place.scope).refused == {}
    assert statement_of(place.bundle) != leaf.statement
    assert SIGN_OFF not in opened.key.predicates


@pytest.mark.parametrize("payload", [b'{"_type":NaN}', b"[1,", b'{"_type":"a","_type":"a"}'])
def test_a_statement_that_is_no_strict_json_is_refused(place: Scene, payload: bytes) -> None:
    company = place.company
    envelope = sign(payload, company.people["ada"].signer, company.tsa.stamp)
    assert refused(lambda: open_signed(envelope, company.trust(), {}, ENVIRONMENT, "x")) == "statement-malformed"

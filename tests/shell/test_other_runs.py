"""The other runs of a release: each is told, in order, with what it came to; one that hides another is told as such."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from attacks.scene import GATE, Scene, scene
from attacks.sequence import another_run, copied
from auditor.adapters.ledger.reader import read_ledger
from auditor.adapters.signing.envelope import unverified_payload
from auditor.shell.ledger import abandon
from auditor.shell.other_runs import OtherRun, all_other_runs, other_runs
from auditor.shell.reliance import check_ledger_of
from company import ENVIRONMENT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

UNTRUSTED = {"trust": None, "chain": None, "approval": "unapproved"}


@pytest.fixture
def place(tmp_path: Path) -> Scene:
    return scene(tmp_path)


def told(place: Scene, ask: Callable[..., tuple[OtherRun, ...]] = all_other_runs) -> tuple[OtherRun, ...]:
    """Return what the ledger tells of the runs other than the scene's."""
    company = place.company
    trust = company.trust()
    bundle = place.verify(ledger=False).bundle
    return ask(bundle, trust, check_ledger_of(trust, ENVIRONMENT, company.ledger))


def after(place: Scene, lie: Callable[[dict[str, Any]], Any]) -> Scene:
    """File the first run after lying in its predicate, then one that passes; return that."""
    good = copied(place, "good")
    place.forge(lie).settle().forge(lie).file()  # decisions that say the same, and what is signed anew is a lie again
    return another_run(place, place.start(), good).filed()


def test_every_other_run_is_told_in_the_order_in_which_they_began(place: Scene) -> None:
    company = place.company
    place.file()
    killed, given_up = place.start(), place.start()
    abandon(company.ledger, given_up, "it failed", company.runner.signer, company.ledger_key.signer, company.tsa.now)
    passed = place.start()
    another_run(place, passed).file()
    runs, leaves = told(place), read_ledger(company.ledger).leaves
    assert [(one.sequence, one.state) for one in runs] == [(killed, "open"), (given_up, "abandoned"), (passed, "pass")]
    assert [one.without_verdict for one in runs] == [True, True, False]
    assert [one.statement for one in runs] == [leaves[at].statement for at in (killed, given_up, passed + 1)]
    assert told(place, other_runs) == runs[:2]
    gates = tuple(one["gate"] for one in place.predicate()["gates"])
    assert [one.gates for one in runs] == [(), (), gates]
    assert all(one.failed == () for one in runs)
    for one in runs:
        envelope = place.statement_path(leaves[one.sequence].statement).read_bytes()
        assert one.started == json.loads(unverified_payload(envelope, "x")[0])["predicate"]["timeStarted"]


def test_a_run_alone_has_no_others(place: Scene) -> None:
    assert told(place.filed()) == ()


@pytest.mark.parametrize("verdict", ["pass", "fail", "inconclusive"])
def test_a_gate_failed_when_its_verdict_says_so(place: Scene, verdict: str) -> None:
    def lie(one: dict[str, Any]) -> None:
        one.update(result=verdict)
        next(gate for gate in one["gates"] if gate["gate"] == GATE).update(verdict=verdict)

    last = after(place, lie)
    (found,) = told(last)
    assert (found.sequence, found.state, found.without_verdict) == (place.sequence, verdict, False)
    assert found.failed == ((GATE,) if verdict == "fail" else ())
    assert told(last, other_runs) == ((found,) if verdict == "fail" else ())


@pytest.mark.parametrize(
    "lie",
    [
        lambda one: one.update(UNTRUSTED),
        lambda one: one["chain"].update(ledger="audit.example/other"),
        lambda one: one["chain"].update(sequence=1),
        lambda one: one.update(profile={"id": "smaller", "sha256": "0" * 64}),
        lambda one: one.update(policyDigest="0" * 64),
    ],
    ids=["no ledger", "another ledger", "another leaf", "another profile", "other policies"],
)
def test_a_run_that_is_not_the_announced_one_hides_it_and_counts(place: Scene, lie: Any) -> None:
    last = after(place, lie)
    (found,) = told(last, other_runs)
    assert (found.state, found.without_verdict, found.failed) == ("contradicted", True, ())
    assert GATE in found.gates

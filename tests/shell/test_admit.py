"""Admission at its boundaries: last instants of verdict, approval and checkpoint; who saw the ledger; waivers."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from attacks.scene import GATE, Scene, scene
from attacks.semantics import gate_says
from auditor.adapters.ledger.directory import LedgerDirectory
from auditor.adapters.ledger.note_keys import cosign, key_of, open_checkpoint, witness_key
from auditor.adapters.ledger.reader import read_ledger
from auditor.shell.admit import Admission, Question, Reason, admit
from auditor.shell.verify import verify_relying
from company import dated
from trusting import make_person

if TYPE_CHECKING:
    from pathlib import Path

INSTANT = timedelta(microseconds=1)
DAY = timedelta(days=1)
LONG = timedelta(days=3650)


@pytest.fixture
def place(tmp_path: Path) -> Scene:
    return scene(tmp_path).filed()


def reasons(place: Scene, *, ledger: bool = True, **question: Any) -> tuple[Reason, ...]:
    """Return the reasons against the bundle; the checkpoint's age is asked only where ``question`` does."""
    scope = place.scope
    asked = {
        "release": scope.release,
        "environment": scope.environment,
        "gate": GATE,
        "now": place.company.tsa.now,
        "longest_age": LONG,
    }
    verify = partial(verify_relying, replay=False)
    return admit(
        place.bundle, place.company.relying(ledger=ledger), Question(**asked | question), verify=verify
    ).reasons


def told(place: Scene, **question: Any) -> Counter[str]:
    """Return how often each reason is told."""
    return Counter(one.code for one in reasons(place, **question))


def test_only_what_is_undecided_is_undecided(place: Scene) -> None:
    verified = place.verify()

    def undecided(*codes: str) -> bool:
        return Admission(verified, tuple(Reason(code, "") for code in codes)).undecided

    assert undecided("gate-undecided") is True
    assert undecided() is False
    assert undecided("gate-undecided", "sign-off-missing") is False
    assert undecided("gate-not-met") is False


def test_a_verdict_holds_to_its_last_instant(place: Scene) -> None:
    place.stamp()
    ends = datetime.fromisoformat(place.predicate()["validUntil"])
    assert not told(place, now=ends - INSTANT)
    assert told(place, now=ends) == {"verdict-expired": 1}


def test_a_checkpoint_is_as_old_as_is_allowed_and_no_older(place: Scene) -> None:
    place.stamp()
    now = place.company.tsa.now.replace(microsecond=0) + timedelta(seconds=60)
    assert not told(place, now=now, longest_age=timedelta(seconds=60))
    assert told(place, now=now + INSTANT, longest_age=timedelta(seconds=60)) == {"checkpoint-stale": 1}


def test_a_sign_off_holds_to_its_last_instant(place: Scene) -> None:
    place.require(GATE, "product").stamp()
    ends = place.company.tsa.now + timedelta(hours=1)
    started = place.start()
    begun = read_ledger(place.company.ledger).leaves[started].statement
    place.hear("bo", "product", validUntil=place.after(hours=1), acknowledges=[begun])
    place.stamp()
    assert not told(place, now=ends - INSTANT)
    assert told(place, now=ends) == {"sign-off-missing": 1, "run-unacknowledged": 1}


def test_a_rejection_holds_to_its_last_instant(place: Scene) -> None:
    place.require(GATE, "product")
    ends = place.company.tsa.now + timedelta(hours=1)
    place.hear("bo", "product", decision="REJECTED", validUntil=place.after(hours=1))
    place.stamp()
    assert told(place, now=ends - INSTANT) == {"sign-off-rejected": 1}
    assert told(place, now=ends) == {"sign-off-missing": 1}


def test_a_sign_off_of_another_line_or_role_is_none(place: Scene) -> None:
    place.require(GATE, "product")
    place.hear("bo", "product", line="cost")
    place.hear("ada", "security")
    place.hear("bo", "release")
    place.stamp()
    assert told(place) == {"sign-off-missing": 1}
    place.hear("bo", "product", decision="GO")
    place.stamp()
    assert not told(place)


def test_a_line_is_asked_only_while_the_policy_asks_for_it(place: Scene) -> None:
    ended = dated(line=GATE, role="product", notAfter=place.after(hours=1))

    def ask(policy: dict[str, Any]) -> None:
        next(one for one in policy["environments"][0]["gates"] if one["gate"] == GATE)["signOffs"].append(ended)

    place.amend(ask).stamp()
    assert told(place) == {"sign-off-missing": 1}
    assert not told(place, now=place.company.tsa.now + timedelta(hours=2))


def test_waivers_are_taken_only_by_who_accepts_them(tmp_path: Path) -> None:
    place = gate_says(scene(tmp_path), decision="pass_with_waiver", verdict="fail")
    place.stamp()
    assert told(place) == {"gate-waived": 1}
    assert not told(place, accept_waivers=True)


def test_an_environment_without_a_ledger_is_asked_for_none(place: Scene) -> None:
    assert told(place, ledger=False) == {"ledger-not-consulted": 1}
    place.amend(lambda policy: policy["environments"][0].update(ledger=None))
    assert not told(place, ledger=False)


def test_an_environment_that_nobody_trusts_has_no_gate_and_no_ledger_to_ask_for(place: Scene) -> None:
    assert told(place, ledger=False, environment="elsewhere") == {"environment-mismatch": 1, "gate-unapproved": 1}


def test_another_environments_ledger_is_none_of_the_environment_that_is_asked(place: Scene) -> None:
    def add(policy: dict[str, Any]) -> None:
        policy["environments"].append(policy["environments"][0] | {"name": "staging", "ledger": None})

    place.amend(add)
    assert told(place, ledger=False, environment="staging") == {"environment-mismatch": 1}
    assert told(place, ledger=False) == {"ledger-not-consulted": 1}


def test_a_reason_is_told_once(place: Scene) -> None:
    place.stamp()
    assert told(place, gate="go-live") == {"gate-absent": 1, "gate-unapproved": 1}
    place.forge(lambda one: one.update(approval="unapproved"))

    def forget(policy: dict[str, Any]) -> None:
        gates = policy["environments"][0]["gates"]
        gates.remove(next(one for one in gates if one["gate"] == GATE))

    place.amend(forget)
    assert told(place, ledger=False) == {"ledger-not-consulted": 1, "gate-unapproved": 1}
    assert told(place, ledger=False, gate="cost") == {"ledger-not-consulted": 1}


def test_a_witness_sees_a_ledger_as_a_clock_does(place: Scene) -> None:
    witness = make_person(place.company.root, "witness")
    member = {"name": "witness.example", "pem": witness.public.decode()}
    place.amend(lambda policy: policy["environments"][0].update(witnesses=[member], witnessThreshold=1))
    key = key_of(read_ledger(place.company.ledger).origin, place.company.ledger_key.signer)
    signed = open_checkpoint(place.company.checkpoint(), key, "checkpoint")
    saw = place.company.tsa.now.replace(microsecond=0) + timedelta(hours=1)
    line = cosign(signed, "witness.example", witness.signer, int(saw.timestamp()))
    known = witness_key("witness.example", witness.public, "policy")
    LedgerDirectory(place.company.ledger).add_cosignature(key, known, signed.checkpoint.size, line)
    assert not told(place, now=saw + DAY - INSTANT, longest_age=DAY) - Counter({"verdict-expired": 1})
    assert told(place, now=saw + DAY + INSTANT, longest_age=DAY)["checkpoint-stale"] == 1
    place.stamp()
    assert told(place, now=saw + DAY + INSTANT, longest_age=DAY)["checkpoint-stale"] == 1
    assert told(place, now=saw + DAY, longest_age=DAY)["checkpoint-stale"] == 0


def test_a_later_run_that_decided_nothing_supersedes_none(place: Scene) -> None:
    place.company.later()
    other = place.start()
    begun = read_ledger(place.company.ledger).leaves[other].statement
    place.stamp()
    (reason,) = reasons(place)
    assert reason.code == "run-unacknowledged"
    assert f": leaf {other}, begun " in reason.message
    assert reason.message.endswith(f", open, statement {begun[:16]}")
    place.hear("bo", "product", acknowledges=[begun])
    place.stamp()
    assert not told(place)

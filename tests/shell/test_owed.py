"""Whose signature a sealed run still waits for, as verification tells it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from attacks.scene import GATE, Scene, scene
from attacks.trust import gate
from company import dated

if TYPE_CHECKING:
    from pathlib import Path

LINE = f"gate {GATE}, line {GATE}, product: "


@pytest.fixture
def place(tmp_path: Path) -> Scene:
    return scene(tmp_path).filed()


def owed(place: Scene) -> list[str]:
    """Return what is told of the gate's lines."""
    return [note for note in place.verify().notes if note.startswith(f"gate {GATE}, line ")]


def test_every_line_of_every_gate_is_told(place: Scene) -> None:
    place.require("go-live", "product")
    gates = [one["gate"] for one in place.predicate()["gates"]]
    told = [note for note in place.verify().notes if note.endswith("awaiting sign-off")]
    assert told == [f"gate {one}, line go-live, product: awaiting sign-off" for one in gates]
    assert len(told) > 1


def test_without_the_ledger_nobody_knows_who_signed(place: Scene) -> None:
    place.require(GATE, "product")
    place.hear("bo", "product")
    assert not [note for note in place.verify(ledger=False).notes if "line" in note]


def test_who_signed_is_told_and_awaited_no_more(place: Scene) -> None:
    place.require(GATE, "product")
    assert owed(place) == [f"{LINE}awaiting sign-off"]
    place.hear("bo", "product", decision="REJECTED")
    assert owed(place) == [f"{LINE}bo: REJECTED, awaiting sign-off"]
    place.hear("cy", "product", decision="GO")
    assert owed(place) == [f"{LINE}bo: REJECTED, cy: GO"]
    place.hear("cy", "product", decision="NO-GO")
    assert owed(place) == [f"{LINE}bo: REJECTED, cy: NO-GO, awaiting sign-off"]


def test_a_signature_for_something_else_is_awaited_still(place: Scene) -> None:
    place.require(GATE, "product")
    place.hear("ada", "security")
    place.hear("bo", "product", line="cost")
    place.hear("bo", "product", run="0" * 64)
    assert owed(place) == [f"{LINE}awaiting sign-off"]


def test_a_signature_that_was_withdrawn_is_awaited_again(place: Scene) -> None:
    place.require(GATE, "product")
    signed = place.hear("bo", "product")
    assert owed(place) == [f"{LINE}bo: APPROVED"]
    place.hear("bo", "product", decision="WITHDRAWN", withdraws=signed)
    assert owed(place) == [f"{LINE}awaiting sign-off"]


def test_what_was_owed_is_of_the_runs_own_time(place: Scene) -> None:
    ended = dated(line="ended", role="product") | {"notAfter": place.after(hours=1)}
    begun = dated(line="begun", role="product") | {"notBefore": place.after(hours=1)}
    place.amend(lambda policy: gate(policy)["signOffs"].extend([ended, begun])).company.later(7200)
    assert owed(place) == [f"gate {GATE}, line ended, product: awaiting sign-off"]


def test_an_unapproved_gate_is_told_as_such_and_the_others_line_by_line(tmp_path: Path) -> None:
    def forget(policy: dict[str, Any]) -> None:
        policy["environments"][0]["gates"].remove(gate(policy))

    place = scene(tmp_path).forge(lambda one: one.update(approval="unapproved")).filed()
    place.amend(forget, ("go-live", "product"))
    told = [note for note in place.verify().notes if note.startswith("gate ")]
    others = [one["gate"] for one in place.predicate()["gates"] if one["gate"] != GATE]
    assert told[0].startswith(f"gate {GATE} is UNAPPROVED: ")
    assert told[1:] == [f"gate {one}, line go-live, product: awaiting sign-off" for one in others]

"""What a ledger tells of a release: no run is forgotten, none ends twice, and no other release's is counted."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.core.leaves import Leaf
from auditor.core.release_history import check_history, release_history
from auditor.errors import VerificationError
from auditor.model import Scope

R1 = Scope("support", "production", "r1", "phase-3")


def leaves(*told: tuple[Any, ...]) -> list[Leaf]:
    """Return leaves of (kind, closes, release)."""
    made = []
    for number, (kind, closes, *release) in enumerate(told):
        made.append(
            Leaf.model_validate(
                {
                    "schemaVersion": 1,
                    "kind": kind,
                    "system": "support",
                    "environment": "production",
                    "release": release[0] if release else "r1",
                    "statement": f"{number:064x}",
                    "keyId": "e" * 64,
                    "closes": closes,
                }
            )
        )
    return made


def test_the_history_of_a_release() -> None:
    told = leaves(
        ("run-started", None),
        ("run-started", None, "r2"),
        ("run", 0),
        ("sign-off", None),
        ("sign-off", None, "r2"),
        ("run-started", None),
        ("waiver", None),
        ("run-started", None),
        ("abandoned", 5),
        ("sign-off", None),
    )
    history = release_history(told, R1)
    assert [(one.started.sequence, one.closed and one.closed.sequence) for one in history.runs] == [
        (0, 2),
        (5, 8),
        (7, None),
    ]
    assert [one.state for one in history.runs] == ["run", "abandoned", "open"]
    assert [one.started.sequence for one in history.open] == [7]
    assert [one.started.sequence for one in history.in_state("run")] == [0]
    assert {kind: [one.sequence for one in found] for kind, found in history.statements.items()} == {
        "sign-off": [3, 9],
        "waiver": [6],
    }
    assert release_history(told, Scope("support", "production", "r3")).runs == ()


EARLIER = ", expected an earlier run-started leaf"


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ([("run", 0)], f"leaf 0 (run) closes leaf 0, which does not come before it{EARLIER}"),
        (
            [("run", 1), ("run-started", None)],
            f"leaf 0 (run) closes leaf 1, which does not come before it{EARLIER}",
        ),
        (
            [("run-started", None), ("run", 5)],
            f"leaf 1 (run) closes leaf 5, which does not come before it{EARLIER}",
        ),
        ([("sign-off", None), ("run", 0)], f"leaf 1 (run) closes leaf 0 (sign-off){EARLIER}"),
        (
            [("run-started", None), ("run", 0), ("abandoned", 1)],
            f"leaf 2 (abandoned) closes leaf 1 (run){EARLIER}",
        ),
        (
            [("run-started", None), ("run", 0), ("run", 0)],
            "leaf 2 (run) closes leaf 0, which leaf 1 has closed",
        ),
        (
            [("run-started", None), ("abandoned", 0), ("run", 0)],
            "leaf 2 (run) closes leaf 0, which leaf 1 has closed",
        ),
        (
            [("run-started", None), ("run", 0, "r2")],
            "leaf 1 (run) is of support/production/r2 and closes leaf 0 of support/production/r1",
        ),
    ],
)
def test_a_leaf_that_closes_what_it_cannot_is_refused(told: Any, words: str) -> None:
    with pytest.raises(VerificationError) as caught:
        check_history(leaves(*told))
    assert (caught.value.code, caught.value.message) == ("ledger-closes-wrong", words)


def test_a_statement_is_filed_once() -> None:
    one = leaves(("sign-off", None))
    with pytest.raises(VerificationError) as caught:
        check_history([*one, *one])
    assert caught.value.code == "ledger-statement-repeated"


@given(st.lists(st.tuples(st.sampled_from(["start", "end", "say"]), st.sampled_from(["r1", "r2"]), st.booleans())))
def test_every_run_that_began_is_told_whatever_else_happens(events: list[tuple[str, str, bool]]) -> None:
    told: list[tuple[Any, ...]] = []
    running: dict[str, list[int]] = {"r1": [], "r2": []}
    begun, ended = {"r1": 0, "r2": 0}, {"r1": 0, "r2": 0}
    for event, release, sealed in events:
        if event == "start":
            running[release].append(len(told))
            begun[release] += 1
            told.append(("run-started", None, release))
        elif event == "end" and running[release]:
            told.append(("run" if sealed else "abandoned", running[release].pop(), release))
            ended[release] += 1
        elif event == "say":
            told.append(("sign-off", None, release))
    for release in ("r1", "r2"):
        history = release_history(leaves(*told), Scope("support", "production", release))
        assert len(history.runs) == begun[release]
        assert len(history.open) == begun[release] - ended[release] == len(running[release])
        assert [one.started.sequence for one in history.runs] == sorted(one.started.sequence for one in history.runs)

"""What a run hands on: nothing that fired is lost on the way, and nobody can tell it otherwise."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.core.prior_verdicts import HistoriesDifferError, handed_on, history_document, merged, place_rows

VERDICTS = ("pass", "fail", "inconclusive", "not_applicable")
LINE = st.fixed_dictionaries(
    {
        "line": st.sampled_from(["a", "b", "c"]),
        "verdict": st.sampled_from(VERDICTS),
        "reason": st.sampled_from(["x", "y"]),
        "latched": st.booleans(),
    }
)
RUN = st.tuples(st.lists(LINE, max_size=3, unique_by=lambda one: one["line"]), st.sampled_from(VERDICTS))


def document(
    lines: list[dict[str, Any]], result: str, as_of: str, history: list[dict[str, str]] | None = None
) -> dict[str, Any]:
    return {"profile": {"id": "p"}, "asOf": as_of, "lines": lines, "result": result, "history": history or []}


def line(name: str, verdict: str, *, latched: bool = True) -> dict[str, Any]:
    return {"line": name, "verdict": verdict, "reason": "why", "latched": latched}


def digest(number: int) -> str:
    return f"{number:064x}"


def test_a_run_hands_on_that_it_was_and_its_latched_lines() -> None:
    decided = document([line("a", "fail"), line("b", "pass", latched=False)], "fail", "2026-03-01T12:00:00Z")
    own = {"run": digest(1), "profile": "p", "as_of": 1_772_366_400_000_000}
    assert handed_on(digest(1), decided) == [
        own | {"line": "run", "verdict": "fail", "reason": ""},
        own | {"line": "a", "verdict": "fail", "reason": "why"},
    ]


@given(st.lists(RUN, max_size=5))
def test_along_a_chain_every_run_keeps_every_latched_verdict(runs: list[tuple[list[dict[str, Any]], str]]) -> None:
    rows: list[dict[str, Any]] = []
    for number, (lines, result) in enumerate(runs):
        as_of = f"2026-03-01T12:00:{number:02d}Z"
        rows = merged([handed_on(digest(number), document(lines, result, as_of, history_document(rows)))])
    expected = {(digest(n), "run", result) for n, (_, result) in enumerate(runs)}
    expected |= {
        (digest(n), one["line"], one["verdict"]) for n, (lines, _) in enumerate(runs) for one in lines if one["latched"]
    }
    assert {(row["run"], row["line"], row["verdict"]) for row in rows} == expected
    assert len(rows) == len(expected)


@given(st.permutations([1, 2, 3]))
def test_the_order_in_which_runs_are_taken_in_changes_nothing(order: list[int]) -> None:
    handed = [handed_on(digest(n), document([line("a", "pass")], "pass", f"2026-03-0{n}T12:00:00Z")) for n in (1, 2, 3)]
    assert merged(handed[n - 1] for n in order) == merged(handed)


def test_two_runs_may_tell_of_a_third_only_the_same() -> None:
    third = handed_on(digest(3), document([line("a", "fail")], "fail", "2026-03-01T12:00:00Z"))

    def telling(number: int, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return handed_on(digest(number), document([], "pass", "2026-03-02T12:00:00Z", history_document(rows)))

    assert len(merged([telling(1, third), telling(2, third)])) == 4
    for lie in ([third[0]], [third[0], third[1] | {"verdict": "pass"}], [third[0], third[1] | {"line": "b"}]):
        with pytest.raises(HistoriesDifferError, match=digest(3)[:16]):
            merged([telling(1, third), telling(2, lie)])
    assert {row["run"] for row in merged([telling(1, third), telling(2, [])])} == {digest(1), digest(2), digest(3)}


def test_a_place_is_one_row() -> None:
    assert place_rows("origin", 4, None) == [{"ledger": "origin", "sequence": 4, "previous": None}]

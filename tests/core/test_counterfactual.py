"""The smallest change: as small as it can be, tried on either side, and never of what is fixed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.core.counterfactual import LARGEST, Change, smallest_changes

if TYPE_CHECKING:
    from collections.abc import Sequence


def within(row: dict[str, Any]) -> bool:
    return row["over"] * 20 <= row["n"]


def deciding(rule: Any) -> Any:
    return lambda rows: [rule(row) for row in rows]


def test_each_column_that_can_do_it_alone_with_the_smallest_first():
    row = {"resource": "x", "over": 12, "n": 200, "kind": "generation"}
    assert smallest_changes(row, deciding(within)) == (Change("over", 12, 10), Change("n", 200, 240))


@given(over=st.integers(0, 10_000), n=st.integers(1, 10_000))
def test_one_step_less_does_not_do(over: int, n: int) -> None:
    row = {"over": over, "n": n}
    if within(row):
        return
    for change in smallest_changes(row, deciding(within)):
        step = 1 if change.after > change.before else -1
        assert within(row | {change.column: change.after})
        assert not within(row | {change.column: change.after - step})


def test_a_switch_turns_and_an_unknown_is_tried_as_none():
    row = {"alive": False, "unknown": None, "name": "a", "list": [1]}
    assert smallest_changes(row, deciding(lambda one: bool(one["alive"]))) == (Change("alive", False, True),)
    assert smallest_changes(row, deciding(lambda one: one["unknown"] == 0)) == (Change("unknown", None, 0),)


def test_what_is_fixed_or_the_resource_is_left_alone():
    row = {"resource": 1, "limit": 5, "seen": 9}
    rule = deciding(lambda one: one["resource"] > 1 or one["seen"] <= one["limit"])
    assert smallest_changes(row, rule, frozenset({"limit"})) == (Change("seen", 9, 5),)


@pytest.mark.parametrize(("wanted", "after"), [(0, 0), (-1, None), (LARGEST + 1, None), (5, 5), (8, 8)])
def test_counts_stay_counts(wanted: int, after: int | None):
    def rule(rows: Sequence[dict[str, Any]]) -> list[bool]:
        return [one["n"] == wanted if wanted in {-1, LARGEST + 1} else _towards(one["n"], wanted) for one in rows]

    found = smallest_changes({"n": 7}, rule)
    assert found == (() if after is None else (Change("n", 7, after),))


def _towards(value: int, wanted: int) -> bool:
    return value <= wanted if wanted < 7 else value >= wanted

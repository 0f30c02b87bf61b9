"""The smallest change of one observed value with which a decision would be another: tried, not assumed.

Rules kept here: every change that is given was decided again, and so was the one just short of it; a row is changed
in one column at a time; integers move by whole units, booleans turn, and an unknown becomes a number only when it is
asked whether zero would do. Nothing is said of changes of several values at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    Decide = Callable[[Sequence[dict[str, Any]]], Sequence[bool]]

LARGEST = 2**53 - 1


@dataclass(frozen=True, slots=True)
class Change:
    """One column with the value it has, and the nearest with which the decision is the wanted one."""

    column: str
    before: Any
    after: Any


def smallest_changes(row: Mapping[str, Any], decide: Decide, fixed: frozenset[str] = frozenset()) -> tuple[Change, ...]:
    """Return, for each column of ``row`` that can do it alone, the smallest change that makes ``decide`` true.

    Args:
        row: the row as it was decided.
        decide: says of each of several rows whether the decision is the wanted one.
        fixed: columns that are no observation, as a limit.
    """
    found = []
    for column, value in row.items():
        if column in fixed or column == "resource":
            continue
        change = _change(dict(row), column, value, decide)
        if change is not None:
            found.append(change)
    return tuple(sorted(found, key=_size))


def _size(change: Change) -> tuple[int, str]:
    if isinstance(change.before, bool) or not isinstance(change.before, int):
        return 1, change.column
    return abs(change.after - change.before), change.column


def _change(row: dict[str, Any], column: str, value: Any, decide: Decide) -> Change | None:
    if value is None:
        return Change(column, None, 0) if decide([row | {column: 0}])[0] else None
    if isinstance(value, bool):
        return Change(column, value, not value) if decide([row | {column: not value}])[0] else None
    if not isinstance(value, int):
        return None
    nearest = [one for sign in (-1, 1) if (one := _towards(row, column, value, sign, decide)) is not None]
    if not nearest:
        return None
    return Change(column, value, min(nearest, key=lambda one: (abs(one - value), one)))


def _towards(row: dict[str, Any], column: str, value: int, sign: int, decide: Decide) -> int | None:
    """Return the nearest value on one side that decides as wanted, found by doubling and halving; None without one.

    Counts do not fall below zero. What decides as wanted further out, with a gap before it, is found at the gap's far
    edge; that the value before the one that is given does not decide so is tried.
    """
    furthest = value if sign < 0 and value >= 0 else LARGEST
    steps = [min(1 << power, furthest) for power in range(furthest.bit_length() + 1)] if furthest > 0 else []
    answers = decide([row | {column: value + sign * step} for step in steps]) if steps else []
    hit = next((index for index, good in enumerate(answers) if good), None)
    if hit is None:
        return None
    low, high = (steps[hit - 1] if hit else 0), steps[hit]
    while high - low > 1:
        middle = (low + high) // 2
        if decide([row | {column: value + sign * middle}])[0]:
            high = middle
        else:
            low = middle
    return value + sign * high

"""How each line went over the runs of a release, and which signatures its latest run waits for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from auditor.core.release_status import MADE_BY, OWED, RECORDED, SIGNED_BY

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

SIGNED = frozenset({SIGNED_BY, RECORDED, MADE_BY})
WIDTH, HEIGHT, PAD = 240, 36, 4


@dataclass(frozen=True, slots=True)
class Series:
    """One line over runs, oldest first: a verdict each, empty where it is not in the run.

    ``controls`` decide it; ``points`` are of an SVG line. ``low`` and ``high`` are the bounds of the numbers that were
    observed, in the control's own unit; None: no numbers.
    """

    line: str
    title: str
    controls: tuple[str, ...]
    verdicts: tuple[str, ...]
    points: str = ""
    low: int | None = None
    high: int | None = None


def series_of(runs: Sequence[Mapping[str, Any]]) -> list[Series]:
    """Return a series for each line of ``runs`` (``decisions.json``, oldest first), in the order of the latest run."""
    titles: dict[str, tuple[str, tuple[str, ...]]] = {}
    for run in reversed(runs):
        for one in run["lines"]:
            titles.setdefault(one["line"], (one["title"], tuple(each["control"] for each in one["controls"])))
    by_line = [{one["line"]: one["verdict"] for one in run["lines"]} for run in runs]
    numbers = [_numbers(run) for run in runs]
    found = []
    for line, (title, controls) in titles.items():
        observed = [one.get(line) for one in numbers]
        known = [one for one in observed if one is not None]
        low, high = (min(known), max(known)) if len(known) > 1 else (None, None)
        verdicts = tuple(one.get(line, "") for one in by_line)
        found.append(Series(line, title, controls, verdicts, _points(observed, low, high), low, high))
    return found


def _numbers(run: Mapping[str, Any]) -> dict[str, int]:
    """Return the first number observed in each line."""
    found: dict[str, int] = {}
    for one in run["findings"]:
        if type(one["observed"]) is int:
            found.setdefault(one["line"], one["observed"])
    return found


def _points(observed: Sequence[int | None], low: int | None, high: int | None) -> str:
    if low is None or high is None:
        return ""
    across = max(len(observed) - 1, 1)
    placed = (
        (
            PAD + number * (WIDTH - 2 * PAD) // across,
            HEIGHT - PAD - (one - low) * (HEIGHT - 2 * PAD) // max(high - low, 1),
        )
        for number, one in enumerate(observed)
        if one is not None
    )
    return " ".join(f"{x},{y}" for x, y in placed)


def owed(run: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Return title, role and reason of each line of ``run`` that waits for a person's signature."""
    reasons: dict[str, str] = {}
    for one in run["findings"]:
        if one["control"] in SIGNED and one["verdict"] != "pass" and one["reason"] in OWED:
            reasons.setdefault(one["line"], one["reason"])
    return [
        (one["title"], one["role"] or _role(one["controls"]), reasons[one["line"]])
        for one in run["lines"]
        if one["line"] in reasons
    ]


def _role(controls: Iterable[Mapping[str, Any]]) -> str:
    for one in controls:
        if one["control"] in SIGNED:
            return str(one["parameters"].get("role", ""))
    return ""

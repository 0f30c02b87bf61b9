"""The plot of what was observed against the limit, one row for each finding that is a number with a limit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from auditor.adapters.reports.html.drawing import FAIL, LIMIT, PASS, RULE, UNKNOWN, draw
from auditor.core.reasons import quantity

if TYPE_CHECKING:
    from collections.abc import Sequence

ROWS = 12
NAME = 44
INKS = {"pass": PASS, "fail": FAIL}
# Reasons of a pass that was not decided by the number beside it.
COUNTED = frozenset({"collected"})
ORDER = ("fail", "inconclusive", "pass", "not_applicable")
MARKS = {"pass": "o", "fail": "X"}


def plot_observed(name: str, title: str, unit: str, findings: Sequence[dict[str, Any]]) -> tuple[str, str]:
    """Return SVG and caption; both empty when no finding has a number and a limit above zero to set it against."""
    numbers = [
        one
        for one in findings
        if _is_number(one["observed"])
        and _is_number(one["limit"])
        and one["limit"] > 0
        and one["reason"] not in COUNTED
    ]
    numbers.sort(key=lambda one: (ORDER.index(one["verdict"]), one["line"], one["resource"]))
    shown = numbers[:ROWS]
    if not shown:
        return "", ""
    said = [
        f"{one['resource']}: observed {quantity(one['observed'], unit)}, limit {quantity(one['limit'], unit)}, "
        f"{one['verdict']}"
        for one in shown
    ]
    left = len(numbers) - len(shown)
    caption = "Observed as a share of the limit; the dashed line is the limit."
    if left:
        caption += f" {left} more are in the table, none of them worse in verdict."
    lines = {one["line"] for one in shown}
    shares = [100 * one["observed"] / one["limit"] for one in shown]

    def plot(axes: Any) -> None:
        rows = range(len(shown), 0, -1)
        axes.axvline(100, color=LIMIT, linestyle=(0, (4, 3)), linewidth=1.4)
        for row, share, one in zip(rows, shares, shown, strict=True):
            ink = INKS.get(one["verdict"], UNKNOWN)
            axes.plot([0, share], [row, row], color=RULE, linewidth=1)
            axes.plot([share], [row], MARKS.get(one["verdict"], "D"), color=ink, markersize=7, clip_on=False)
            whose = f"{one['resource']} ({one['line']})" if len(lines) > 1 else one["resource"]
            words = f"{_short(whose)}: {quantity(one['observed'], unit)}"
            axes.annotate(words, (0.0, row + 0.22), xycoords=("axes fraction", "data"), va="bottom")
        axes.set_yticks([])
        axes.spines["left"].set_visible(False)
        axes.set_ylim(0.6, len(shown) + 0.8)
        axes.set_xlim(0, max([*shares, 100]) * 1.04)
        axes.set_xlabel("% of the limit")

    return draw(name, f"{title}: observed against limit", "; ".join(said), 0.6 + 0.4 * len(shown), plot), caption


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _short(text: str) -> str:
    return text if len(text) <= NAME else f"{text[: NAME - 1]}…"

"""In which regions what was judged lies or runs, and whether each of them is a declared one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from auditor.adapters.reports.html.drawing import FAIL, PASS, UNKNOWN, draw
from auditor.adapters.reports.html.exhibit import Exhibit, Judged, NotDrawnError, shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from auditor.adapters.reports.html.facts import Facts

REGIONS, LISTED = 16, 100
VERDICTS = (("fail", FAIL), ("inconclusive", UNKNOWN), ("not_applicable", UNKNOWN), ("pass", PASS))
Row = tuple[str, bool, dict[str, int]]


def plot_regions(one: Judged, _: Facts) -> Exhibit:
    """Return the members of each region by verdict, as the findings counted the facts. Raises ``NotDrawnError``."""
    counts: dict[str, dict[str, int]] = {}
    for each in one.findings:
        region = _region(each["observed"])
        verdicts = counts.setdefault(region, {})
        verdicts[each["verdict"]] = verdicts.get(each["verdict"], 0) + each["members"]
    if not counts:
        raise NotDrawnError("Nothing was found in any region, so there is no plot.")
    declared = one.texts("declared_regions")
    rows: list[Row] = [(region, region in declared, counts[region]) for region in counts]
    rows.sort(key=lambda row: (row[1], -sum(row[2].values()), row[0]))
    drawn = rows[:REGIONS]
    told = "; ".join(f"{region}: {_counted(verdicts)}, {_word(in_it)}" for region, in_it, verdicts in drawn)
    caption = f"Members of each region; declared are {', '.join(declared)}. Filled: pass. Hatched: fail or not known."
    if len(rows) > REGIONS:
        caption += f" {len(rows) - REGIONS} more regions are only in the table."
    svg = draw(one.name, f"{one.title}: regions", told, 0.55 + 0.42 * len(drawn), lambda axes: _plot(axes, drawn))
    table = tuple((region, _word(in_it), _counted(verdicts)) for region, in_it, verdicts in rows[:LISTED])
    if len(rows) > LISTED:
        caption += f" The table holds {LISTED} of {len(rows)} regions."
    return Exhibit("Regions", svg, caption, ("Region", "Declared", "Members"), table)


def _region(observed: Any) -> str:
    place = observed.get("destination") if isinstance(observed, dict) else observed
    if isinstance(place, str):
        return place or "(empty)"
    return "(not stated)" if place is None else str(place)


def _word(declared: bool) -> str:  # noqa: FBT001 - it is what is said
    return "declared" if declared else "not declared"


def _counted(verdicts: dict[str, int]) -> str:
    return ", ".join(f"{shown(verdicts[name])} {name.replace('_', ' ')}" for name, _ in VERDICTS if name in verdicts)


def _plot(axes: Any, rows: Sequence[Row]) -> None:
    for place, (region, in_it, verdicts) in enumerate(rows):
        row, left = len(rows) - 1 - place, 0
        for name, ink in VERDICTS:
            if name in verdicts:
                look = {"color": ink} if name == "pass" else {"facecolor": "none", "edgecolor": ink, "hatch": "////"}
                axes.barh(row, verdicts[name], 0.34, left=left, **look)
                left += verdicts[name]
        words = f"{region}: {_counted(verdicts)}, {_word(in_it)}"
        axes.annotate(words, (0.0, row + 0.22), xycoords=("axes fraction", "data"), va="bottom")
    axes.set_ylim(-0.4, len(rows) - 0.15)
    axes.set_yticks([])
    axes.margins(x=0)
    axes.spines["left"].set_visible(False)
    axes.set_xlabel("members")

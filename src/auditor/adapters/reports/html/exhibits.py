"""Which control is shown by which plot, and how many of them one page draws.

Rules kept here: a plot is drawn from the bundle's facts as they were when it was decided; where there are none, or the
page has enough, it says so in words; those of lines that failed come first.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from auditor.adapters.reports.html.burn import plot_burn
from auditor.adapters.reports.html.exhibit import Exhibit, Judged, NotDrawnError
from auditor.adapters.reports.html.flags import plot_flags
from auditor.adapters.reports.html.latency import plot_latency
from auditor.adapters.reports.html.regions import plot_regions
from auditor.adapters.reports.html.shares import EVENTS, plot_shares
from auditor.adapters.reports.html.spending import plot_spending
from auditor.adapters.reports.html.time_axis import microseconds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from auditor.adapters.reports.html.facts import Facts

PLOTS: dict[str, Callable[[Judged, Facts], Exhibit]] = {
    "slo.p95_latency": plot_latency,
    "slo.burn_rate_bounded": plot_burn,
    "flags.activated_in_order": plot_flags,
    "flags.monitored": plot_flags,
    "cost.within_allocation": plot_spending,
    "cost.projected_within_allocation": plot_spending,
    "residency.inference_in_declared_regions": plot_regions,
    "residency.store_in_declared_region": plot_regions,
    "residency.destinations_in_declared_regions": plot_regions,
    "residency.keys_in_declared_regions": plot_regions,
    **dict.fromkeys(EVENTS, plot_shares),
}
# Plots of facts of one page, and of one control; drawing one takes some hundredths of a second.
PAGE, CONTROL = 40, 4


class Exhibits:
    """The plots of one page, as far as it draws any."""

    def __init__(self, document: dict[str, Any], facts: Facts) -> None:
        self._lines = {line["line"]: line for line in document["lines"]}
        self._as_of = microseconds(document["asOf"])
        self._facts = facts
        self._left = PAGE

    def of(self, name: str, control: str, findings: Sequence[dict[str, Any]]) -> Iterator[Exhibit]:
        """Yield what is shown of the lines of ``control``, in the order of ``findings``; ``name`` begins each id."""
        plot = PLOTS.get(control)
        if plot is None:
            return
        lines: dict[str, list[dict[str, Any]]] = {}
        for one in findings:
            lines.setdefault(one["line"], []).append(one)
        number = 0
        drawn: set[tuple[object, ...]] = set()
        for line, found in lines.items():
            if number == CONTROL or not self._left:
                break
            exhibit = self._exhibit(plot, f"{name}-{number}", line, control, found)
            alike = (exhibit.title, exhibit.caption, exhibit.rows)
            if exhibit.svg and alike in drawn:
                exhibit = Exhibit("", words="Its facts and its plot are those above.")
            elif exhibit.svg:
                self._left -= 1
                drawn.add(alike)
            number += 1
            yield replace(exhibit, line=self._lines[line]["title"])
        if len(lines) > number:
            yield Exhibit("", words=f"{len(lines) - number} more of this control's lines not drawn: a page has an end.")

    def _exhibit(
        self,
        plot: Callable[[Judged, Facts], Exhibit],
        name: str,
        line: str,
        control: str,
        found: Sequence[dict[str, Any]],
    ) -> Exhibit:
        stated = self._lines[line]
        window = found[0]["window"]
        if window is None:
            return Exhibit("", words="Its window is not known yet, so there is no plot.")
        start, end = microseconds(window["start"]), microseconds(window["end"])
        if start >= self._as_of:
            return Exhibit("", words="Its window has not begun, so there is no plot.")
        parameters = next(one["parameters"] for one in stated["controls"] if one["control"] == control)
        judged = Judged(
            name,
            line,
            stated["title"],
            control,
            parameters,
            tuple(found),
            start,
            end,
            min(end, self._as_of),
            self._as_of,
        )
        try:
            return plot(judged, self._facts)
        except NotDrawnError as error:
            return Exhibit("", words=str(error))

"""How fast the error budget burned, in a long and a short window that end at each instant, against the threshold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from auditor.adapters.reports.html.drawing import LIMIT, TEXT, UNKNOWN, draw
from auditor.adapters.reports.html.exhibit import Exhibit, Judged, NotDrawnError
from auditor.adapters.reports.html.time_axis import SECOND, lay_time, length, said

if TYPE_CHECKING:
    from collections.abc import Sequence

    from auditor.adapters.reports.html.facts import Facts

SLOT = 10 * SECOND
STEPS = 60
STEP_SQL = """
select
    (epoch_us(event_time) - $start_us) // $step_us as step,
    count(*) as requests,
    count(*) filter (where outcome in ('error', 'timeout')) as errors
from requests
where epoch_us(event_time) >= $start_us
    and epoch_us(event_time) < $until_us
    and list_contains($request_sources, source)
    and kind <> 'health_check'
    and outcome is not null
group by step
order by step
"""
Rate = float | None


def plot_burn(one: Judged, facts: Facts) -> Exhibit:
    """Return the burn rates of the first pair of windows. Raises ``NotDrawnError``."""
    short, long = (one.first(name)[0] * SECOND for name in ("short_seconds", "long_seconds"))
    tenths, pairs = one.first("threshold_tenths")
    threshold = tenths / 10
    step = max(-(-long // (STEPS * SLOT)) * SLOT, SLOT)
    long_steps, short_steps = long // step, max(short // step, 1)
    if long % step or short % step:
        raise NotDrawnError("The windows of the burn rate are no multiples of one step, so there is no plot.")
    start = one.end - 2 * long
    asked = {
        "start_us": start,
        "until_us": one.until,
        "step_us": step,
        "request_sources": one.texts("request_sources"),
    }
    counts = [(0, 0)] * (2 * long_steps)
    for row in facts.rows("requests", STEP_SQL, asked):
        counts[row["step"]] = (row["requests"], row["errors"])
    if not any(requests for requests, _ in counts):
        raise NotDrawnError("The bundle holds no request of this window, so there is no plot.")
    budget = one.number("budget_ppm")
    ends = [place for place in range(long_steps, 2 * long_steps + 1) if start + place * step <= one.until]
    if not ends:
        raise NotDrawnError("The window has not run for long enough to draw a burn rate.")
    times = [start + place * step for place in ends]
    rates = [[_rate(counts[place - back : place], budget) for place in ends] for back in (long_steps, short_steps)]
    told = (
        f"at the end {_said(rates[0][-1])} in the long window of {length(long)} and {_said(rates[1][-1])} in the short "
        f"one of {length(short)}; an alert needs {threshold:g} times in both"
    )
    caption = (
        f"Burn rate of the error budget, all routes together, in the windows that end at each instant: {told}. 1 times "
        f"uses the budget of {budget / 10_000:g} % up exactly. Thick: long window. Thin, dotted: short. Dashed: the "
        "threshold."
    )
    if pairs > 1:
        caption += f" Of {pairs} pairs of windows, this is the first; all are among the findings."
    svg = draw(
        one.name,
        f"{one.title}: burn rate of the error budget",
        told,
        2.2,
        lambda axes: _plot(axes, times, rates, threshold),
    )
    rows = tuple((said(at), _said(slow), _said(fast)) for at, slow, fast in zip(times, *rates, strict=True))
    return Exhibit("Burn rate", svg, caption, ("Window ends (UTC)", "Long window", "Short window"), rows)


def _rate(counts: Sequence[tuple[int, int]], budget_ppm: int) -> Rate:
    requests, errors = (sum(column) for column in zip(*counts, strict=True))
    return errors * 1_000_000 / (requests * budget_ppm) if requests else None


def _said(rate: Rate) -> str:
    return "unknown" if rate is None else f"{rate:.3g} times"


def _plot(axes: Any, times: Sequence[int], rates: Sequence[Sequence[Rate]], threshold: float) -> None:
    for line, ink, style, width in zip(rates, (TEXT, UNKNOWN), ("-", (0, (1, 1.5))), (1.8, 1.3), strict=True):
        axes.plot(times, [float("nan") if one is None else one for one in line], color=ink, linestyle=style, lw=width)
    axes.axhline(threshold, color=LIMIT, linestyle=(0, (4, 3)), linewidth=1.4)
    highest = max([threshold, *(one for line in rates for one in line if one is not None)])
    axes.set_ylim(0, 1.1 * highest)
    axes.set_ylabel("times the budget's rate")
    lay_time(axes, times[0], max(times[-1], times[0] + SLOT))

"""What was spent of a budget, day by day, against the budget and the share of it that may be spent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from auditor.adapters.reports.html.drawing import FAIL, LIMIT, RULE, TEXT, draw
from auditor.adapters.reports.html.exhibit import POINTS, Exhibit, Judged, NotDrawnError, per_cent
from auditor.adapters.reports.html.time_axis import lay_time, said

if TYPE_CHECKING:
    from collections.abc import Sequence

    from auditor.adapters.reports.html.facts import Facts

MICRO = 1_000_000
BUDGET_SQL = """
select
    min(epoch_us(period_start)) as start_us,
    min(epoch_us(period_end)) as end_us,
    min(amount_nano) // 1000 as budget_micro,
    min(currency) as currency,
    count(*) as budgets
from budgets
where name = $budget
    and epoch_us(period_start) <= $as_of_us
    and epoch_us(period_end) > $as_of_us
"""
# Every cost whose period touches the budget's so far, in full, as the control counts it.
SPENT_SQL = """
with costed as (
    select
        least(epoch_us(period_end), $as_of_us) as at_us,
        sum(amount_nano) as amount_nano
    from costs
    where epoch_us(period_end) > $start_us
        and epoch_us(period_start) < $as_of_us
    group by at_us
)
select
    at_us,
    cast(sum(amount_nano) over (order by at_us) as varchar) as spent_nano
from costed
order by at_us
"""


def plot_spending(one: Judged, facts: Facts) -> Exhibit:
    """Return what was spent up to each instant. Raises ``NotDrawnError``: no one budget holds the as-of."""
    asked = {"budget": one.text("budget"), "as_of_us": one.as_of}
    (budget,) = facts.rows("budgets", BUDGET_SQL, asked)
    if budget["budgets"] != 1:
        raise NotDrawnError(f"The bundle holds {budget['budgets']} budgets for the as-of, so there is no plot.")
    found = facts.rows("costs", SPENT_SQL, asked | {"start_us": budget["start_us"]})
    steps = [(budget["start_us"], 0), *((row["at_us"], -(-int(row["spent_nano"]) // 1000)) for row in found)]
    every = -(-len(steps) // POINTS)
    points = [*steps[:-1:every], steps[-1]]
    whole, currency = budget["budget_micro"], budget["currency"]
    percent = one.number("limit_percent")
    projected = _projected(one)
    spent = points[-1][1]
    told = (
        f"{spent / MICRO:,.2f} of {whole / MICRO:,.2f} {currency} spent, {per_cent(spent, whole)}; "
        f"the limit is {percent} % of the budget"
    )
    caption = f"Spent since the budget's period began: {told}. The dashed line is the limit, the thin line the budget."
    if projected is not None:
        caption += f" Dotted: on to {projected / MICRO:,.2f} at the period's end, at the pace so far."
    if every > 1:
        caption += f" Every {every}th of {len(steps)} steps is drawn, and the last."
    svg = draw(
        one.name,
        f"{one.title}: cost against budget",
        told,
        2.2,
        lambda axes: _plot(axes, points, budget, percent, projected),
    )
    rows = tuple((said(at), f"{micro / MICRO:,.2f}", per_cent(micro, whole)) for at, micro in points)
    return Exhibit("Cost against budget", svg, caption, ("Until (UTC)", f"Spent, {currency}", "Of the budget"), rows)


def _projected(one: Judged) -> int | None:
    found = [finding["evidence"].get("projected_micro") for finding in one.findings]
    return next((value for value in found if isinstance(value, int)), None)


def _plot(
    axes: Any, points: Sequence[tuple[int, int]], budget: dict[str, Any], percent: int, projected: int | None
) -> None:
    times, spent = [at for at, _ in points], [micro / MICRO for _, micro in points]
    whole = budget["budget_micro"] / MICRO
    limit = whole * percent / 100
    axes.step(times, spent, where="post", color=TEXT, linewidth=1.6)
    axes.fill_between(times, spent, limit, where=[one > limit for one in spent], step="post", color=FAIL, alpha=0.18)
    if projected is not None:
        axes.plot([times[-1], budget["end_us"]], [spent[-1], projected / MICRO], color=TEXT, linestyle=(0, (1, 1.5)))
    axes.axhline(whole, color=RULE, linewidth=1)
    axes.axhline(limit, color=LIMIT, linestyle=(0, (4, 3)), linewidth=1.4)
    axes.set_ylim(0, 1.1 * max(whole, limit, *spent, (projected or 0) / MICRO))
    axes.set_ylabel(budget["currency"] or "")
    lay_time(axes, budget["start_us"], budget["end_us"])

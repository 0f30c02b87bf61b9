"""How long requests took, one row of bars for each route, against the limit that the line sets for P95."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from auditor.adapters.reports.html.drawing import FAIL, LIMIT, RULE, TEXT, draw
from auditor.adapters.reports.html.exhibit import Exhibit, Judged, NotDrawnError, per_cent, shown
from auditor.adapters.reports.html.time_axis import SECOND
from auditor.core.reasons import quantity

if TYPE_CHECKING:
    from auditor.adapters.reports.html.facts import Facts

ROUTES = 6
BARS, MOST_BARS = 40, 60
MS = 1000
_MEASURED = """
    epoch_us(event_time) >= $start_us
    and epoch_us(event_time) < $until_us
    and list_contains($request_sources, source)
    and kind = $kind
    and outcome in ('ok', 'timeout')
    and latency_us >= 0
    and route is not null
"""
ROUTE_SQL = f"""
select
    route,
    count(*) as requests,
    count(*) filter (where latency_us > $limit_us) as over,
    quantile_disc(latency_us, 0.95::decimal(3, 2)) as p95_us,
    quantile_disc(latency_us, 0.99::decimal(3, 2)) as p99_us
from requests
where {_MEASURED}
group by route
order by p95_us desc, route
"""  # noqa: S608 - a constant
# The limit is the upper end of bar number ``parts``, so that no bar holds requests on both sides of it.
BAR_SQL = f"""
select
    route,
    least((greatest(latency_us, 1) - 1) * $parts // $limit_us, $bars) as bar,
    count(*) as requests
from requests
where {_MEASURED}
group by route, bar
order by route, bar
"""  # noqa: S608 - a constant


def plot_latency(one: Judged, facts: Facts) -> Exhibit:
    """Return the distribution of each route, the slowest ``ROUTES`` of them. Raises ``NotDrawnError``."""
    limit = one.number("latency_limit_us")
    asked = {
        "start_us": one.start,
        "until_us": one.until,
        "request_sources": one.texts("request_sources"),
        "kind": one.text("kind"),
        "limit_us": limit,
    }
    routes = facts.rows("requests", ROUTE_SQL, asked)
    if not routes:
        raise NotDrawnError("The bundle holds no measured request of this window, so there is no plot.")
    reach = max(limit * 5 // 4, *(row["p99_us"] for row in routes))
    parts = max(round(BARS * limit / reach), 1)
    bars = min(-(-reach * parts // limit), MOST_BARS)
    counts: dict[str, list[int]] = {row["route"]: [0] * (bars + 1) for row in routes}
    for row in facts.rows("requests", BAR_SQL, asked | {"parts": parts, "bars": bars}):
        counts[row["route"]][row["bar"]] = row["requests"]
    drawn = routes[:ROUTES]
    said = [
        f"{row['route']}: P95 {quantity(row['p95_us'], 'us')}, {shown(row['over'])} of {shown(row['requests'])} "
        f"requests ({per_cent(row['over'], row['requests'])}) over the limit"
        for row in drawn
    ]
    caption = (
        f"How long {asked['kind']} requests took. The dashed line is the limit, {quantity(limit, 'us')}: "
        "P95 is within it when at most 5 % of a route's requests lie right of it. The mark under each row is its P95; "
        "heights are shares of the route's requests."
    )
    beyond = sum(counts[row["route"]][bars] for row in drawn)
    if beyond:
        caption += f" {shown(beyond)} requests took longer than the axis is long; they are the last row of the table."
    if len(routes) > ROUTES:
        caption += f" {len(routes) - ROUTES} more routes, with a lower P95, are only in the table."
    ends = [limit * (bar + 1) / parts for bar in range(bars)]
    svg = draw(
        one.name,
        f"{one.title}: distribution of latency",
        "; ".join(said),
        0.75 + 0.7 * len(drawn),
        lambda axes: _plot(axes, drawn, counts, [0.0, *ends], limit),
    )
    names = [row["route"] for row in routes]
    labels = [f"{end / 1000:,.4g} ms" for end in ends]
    table = [
        (f"up to {label}", *(shown(counts[name][bar]) for name in names))
        for bar, label in enumerate(labels)
        if any(counts[name][bar] for name in names)
    ]
    table.append(("longer", *(shown(counts[name][bars]) for name in names)))
    return Exhibit("Distribution of latency", svg, caption, ("Latency", *names), tuple(table))


def _plot(
    axes: Any, routes: list[dict[str, Any]], counts: dict[str, list[int]], edges: list[float], limit: int
) -> None:
    bars = len(edges) - 1
    scale = MS if edges[-1] < 2 * SECOND else SECOND
    edges = [edge / scale for edge in edges]
    for place, row in enumerate(routes):
        base = len(routes) - 1 - place
        heights = counts[row["route"]][:bars]
        top = max(*heights, 1)
        split = sum(edge <= limit / scale * 1.0000001 for edge in edges) - 1
        tall = [base + 0.55 * height / top for height in heights]
        for first, last, ink in ((0, split, RULE), (split, bars, FAIL)):
            if last > first:
                axes.stairs(tall[first:last], edges[first : last + 1], baseline=base, fill=True, color=ink, linewidth=0)
        if row["p95_us"] / scale <= edges[-1]:
            axes.plot([row["p95_us"] / scale], [base - 0.05], "^", color=TEXT, markersize=5, clip_on=False)
        words = f"{row['route']}: P95 {quantity(row['p95_us'], 'us')} of {shown(row['requests'])}"
        axes.annotate(words, (0.0, base + 0.6), xycoords=("axes fraction", "data"), va="bottom")
    axes.axvline(limit / scale, color=LIMIT, linestyle=(0, (4, 3)), linewidth=1.4)
    axes.set_xlim(0, edges[-1])
    axes.set_ylim(-0.12, len(routes) - 0.05)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.set_xlabel("latency, s" if scale == SECOND else "latency, ms")

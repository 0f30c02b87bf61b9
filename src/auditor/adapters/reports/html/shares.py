"""The share of requests that went wrong, minute by minute: over the limit shaded, what nobody observed hatched."""

from __future__ import annotations

from dataclasses import dataclass
from math import isnan
from typing import TYPE_CHECKING, Any

from auditor.adapters.reports.html.drawing import FAIL, LIMIT, TEXT, UNKNOWN, draw
from auditor.adapters.reports.html.exhibit import POINTS, Exhibit, Judged, NotDrawnError, per_cent, shown
from auditor.adapters.reports.html.time_axis import MINUTE, SECOND, lay_time, length, said
from auditor.core.reasons import quantity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from auditor.adapters.reports.html.facts import Facts

MILLION = 1_000_000
P95_PPM = 50_000
MOST_PERIODS = 20_000
# Control -> what is an event, and what its limit is said to be of.
EVENTS = {
    "slo.error_rate": ("errors", "the whole window"),
    "rollback.errors_brief": ("errors", "each minute"),
    "rollback.most_requests_succeed": ("errors", "each minute"),
    "rollback.latency_breaches_brief": ("slow", "each minute"),
    "slo.each_period_within_limit": ("", "each period and route"),
}
WORDS = {"errors": "requests that failed", "slow": "requests slower than {}", "misses": "lookups that missed the cache"}
PERIOD_SQL = """
select
    (epoch_us(event_time) - $start_us) // $period_us as period,
    count(*) as held,
    count(*) filter (where case $measure
        when 'errors' then kind <> 'health_check' and outcome is not null
        when 'slow' then list_contains($kinds, kind) and outcome in ('ok', 'timeout') and latency_us >= 0
            and route is not null
        else kind <> 'health_check' and cache in ('hit', 'miss')
    end) as requests,
    count(*) filter (where case $measure
        when 'errors' then kind <> 'health_check' and outcome in ('error', 'timeout')
        when 'slow' then list_contains($kinds, kind) and outcome in ('ok', 'timeout') and latency_us > $latency_limit_us
            and route is not null
        else kind <> 'health_check' and cache = 'miss'
    end) as events
from requests
where epoch_us(event_time) >= $start_us
    and epoch_us(event_time) < $until_us
    and list_contains($request_sources, source)
group by period
order by period
"""
BEAT_SQL = """
select
    source,
    epoch_us(start_time) as start_us,
    epoch_us(end_time) as end_us,
    records
from heartbeats
where list_contains($request_sources, source)
    and account = ''
    and region = ''
    and epoch_us(end_time) > $start_us
    and epoch_us(start_time) < $until_us
    and epoch_us(end_time) <= $as_of_us
order by source, start_us, end_us
"""


@dataclass(frozen=True, slots=True)
class Period:
    """One period of the window; ``held`` counts every request that is here, ``unknown``: not observed in full."""

    start: int
    held: int
    requests: int
    events: int
    over: bool
    unknown: bool


def plot_shares(one: Judged, facts: Facts) -> Exhibit:
    """Return the share over time. Raises ``NotDrawnError``: the bundle holds no request of the window."""
    measure, whose = EVENTS[one.control]
    measure = measure or one.text("measure")
    limit = _limit_ppm(one, measure)
    if measure not in WORDS:
        raise NotDrawnError(f"Today's plot knows no measure {measure}, so there is none.")
    latency = one.number("latency_limit_us") if measure == "slow" else None
    period = one.number("period_seconds") * SECOND if "period_seconds" in one.parameters else MINUTE
    period *= -(-(one.until - one.start) // (period * MOST_PERIODS)) or 1
    periods = _periods(one, facts, measure, period, limit)
    if not any(each.requests for each in periods):
        raise NotDrawnError("The bundle holds no such request of this window, so there is no plot.")
    gathered = -(-len(periods) // POINTS)
    points = [_worst(periods[place : place + gathered]) for place in range(0, len(periods), gathered)]
    what = WORDS[measure].format(quantity(latency, "us"))
    over, unknown = sum(each.over for each in periods), sum(each.unknown for each in periods)
    told = (
        f"{over} of {len(periods)} periods of {length(period)} are over {quantity(limit, 'ppm')}, "
        f"{unknown} were not observed in full"
    )
    caption = (
        f"Share of {what}, all routes together, in each period of {length(period)}. The dashed line is the limit of "
        f"{whose}, {quantity(limit, 'ppm')}; {told}. Shaded: over the limit. Hatched: no observer was alive "
        "throughout, or it counted other requests than are here."
    )
    if gathered > 1:
        caption += f" Each point is the worst of {gathered} periods."
    svg = draw(
        one.name,
        f"{one.title}: {what} over time",
        told,
        2.3,
        lambda axes: _plot(axes, one, points, gathered * period, limit),
    )
    rows = tuple(
        (said(each.start), shown(each.requests), shown(each.events), per_cent(each.events, each.requests), _state(each))
        for each in points
    )
    head = ("From (UTC)", "Requests", what.capitalize(), "Share", "State")
    return Exhibit(f"{what.capitalize()} over time", svg, caption, head, rows)


def _limit_ppm(one: Judged, measure: str) -> int:
    if one.control == "rollback.most_requests_succeed":
        return MILLION // 2
    if one.control == "rollback.latency_breaches_brief" and measure == "slow":
        return P95_PPM
    return one.number("limit_ppm")


def _periods(one: Judged, facts: Facts, measure: str, period: int, limit: int) -> list[Period]:
    """Return every period of the calendar, also one without requests."""
    kind = one.parameters.get("kind")
    asked = {
        "start_us": one.start,
        "until_us": one.until,
        "as_of_us": one.as_of,
        "request_sources": one.texts("request_sources"),
        "period_us": period,
        "measure": measure,
        "kinds": one.texts("kinds") if "kinds" in one.parameters else [kind or "generation"],
        "latency_limit_us": one.parameters.get("latency_limit_us") or 0,
    }
    found = {row["period"]: row for row in facts.rows("requests", PERIOD_SQL, asked)}
    none = {"held": 0, "requests": 0, "events": 0}
    number = -(-(one.until - one.start) // period)
    held = [found.get(place, none)["held"] for place in range(number)]
    blind = _unobserved(one, facts.rows("heartbeats", BEAT_SQL, asked), period, held)
    periods = []
    for place in range(number):
        row = found.get(place, none)
        over = row["events"] * MILLION > limit * row["requests"]
        start = one.start + place * period
        periods.append(Period(start, row["held"], row["requests"], row["events"], over, place in blind))
    return periods


def _unobserved(one: Judged, beats: Sequence[dict[str, Any]], period: int, held: Sequence[int]) -> set[int]:
    """Return the periods in which not exactly one observer of each source was alive, or it counted otherwise."""
    sources = one.texts("request_sources")
    alive = dict.fromkeys(((source, place) for source in sources for place in range(len(held))), 0)
    unknown = set()
    for beat in beats:
        start, end = max(beat["start_us"], one.start), min(beat["end_us"], one.until)
        touched = range((start - one.start) // period, -(-(end - one.start) // period))
        for place in touched:
            low = one.start + place * period
            alive[beat["source"], place] += min(end, low + period) - max(start, low)
        whole = (start, end) == (beat["start_us"], beat["end_us"]) and (start - one.start) % period == 0
        whole = whole and (end - one.start) % period == 0 and len(sources) == 1
        if whole and beat["records"] is not None and beat["records"] != sum(held[place] for place in touched):
            unknown |= set(touched)
    for (_, place), lived in alive.items():
        low = one.start + place * period
        if lived != min(low + period, one.until) - low:
            unknown.add(place)
    return unknown


def _worst(periods: Sequence[Period]) -> Period:
    """Return one period for several: the highest share of them, over or unknown where any of them is."""
    worst = max(periods, key=lambda one: (one.events / one.requests if one.requests else -1.0, one.requests))
    over, unknown = any(one.over for one in periods), any(one.unknown for one in periods)
    return Period(periods[0].start, worst.held, worst.requests, worst.events, over, unknown)


def _state(one: Period) -> str:
    words = [word for word, holds in (("over the limit", one.over), ("not observed in full", one.unknown)) if holds]
    return ", ".join(words) or "within the limit"


def _plot(axes: Any, one: Judged, points: Sequence[Period], width: int, limit: int) -> None:
    shares = [100 * each.events / each.requests if each.requests else float("nan") for each in points]
    for spans, look in (
        (_spans([each.over for each in points]), {"facecolor": FAIL, "alpha": 0.18, "linewidth": 0}),
        (
            _spans([each.unknown for each in points]),
            {"facecolor": "none", "edgecolor": UNKNOWN, "hatch": "////", "linewidth": 0},
        ),
    ):
        for first, last in spans:
            axes.axvspan(one.start + first * width, min(one.start + last * width, one.until), **look)
    middles = [min(each.start + width // 2, one.until) for each in points]
    axes.plot(middles, shares, color=TEXT, linewidth=1.3, marker="o", markersize=1.6)
    axes.axhline(limit / 10_000, color=LIMIT, linestyle=(0, (4, 3)), linewidth=1.4)
    axes.set_ylim(0, 1.12 * max(limit / 10_000, *(share for share in shares if not isnan(share))))
    axes.set_ylabel("% of requests")
    lay_time(axes, one.start, max(one.until, one.start + MINUTE))


def _spans(marked: Sequence[bool]) -> list[tuple[int, int]]:
    """Return the runs of true members as (first, after the last)."""
    spans: list[tuple[int, int]] = []
    for place, holds in enumerate(marked):
        if holds and spans and spans[-1][1] == place:
            spans[-1] = (spans[-1][0], place + 1)
        elif holds:
            spans.append((place, place + 1))
    return spans

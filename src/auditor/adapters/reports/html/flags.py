"""When each flag of the plan was on, and for how long it was to be monitored before the next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from auditor.adapters.reports.html.drawing import FAIL, LIMIT, PASS, RULE, TEXT, UNKNOWN, draw
from auditor.adapters.reports.html.exhibit import POINTS, Exhibit, Judged, NotDrawnError
from auditor.adapters.reports.html.time_axis import MINUTE, lay_time, said

if TYPE_CHECKING:
    from collections.abc import Sequence

    from auditor.adapters.reports.html.facts import Facts

FLAGS = 24
STEP_SQL = """
select
    flag,
    epoch_us(event_time) as step_us,
    kind,
    rollout_percent,
    case
        when enabled and kind = 'completed' and coalesce(rollout_percent, 100) = 100 then 'on for everybody'
        when enabled and kind = 'changed' and rollout_percent = 100 then 'on for everybody'
        when enabled = false or (enabled is null and kind = 'rolled_back') then 'off'
        when enabled is null then 'no one value'
        else 'on the way'
    end as state
from flag_changes
where epoch_us(event_time) < $until_us
    and list_contains($flags, flag)
    and list_contains($change_sources, source)
order by step_us, flag, kind, state
"""
VERDICTS = {"pass": PASS, "fail": FAIL}


def plot_flags(one: Judged, facts: Facts) -> Exhibit:
    """Return the plan's flags over the window, in its order. Raises ``NotDrawnError``: no change of them is known."""
    flags = one.texts("flags")
    asked = {"until_us": one.until, "flags": flags, "change_sources": one.texts("change_sources")}
    steps = facts.rows("flag_changes", STEP_SQL, asked)
    if not any(one.start <= step["step_us"] for step in steps):
        raise NotDrawnError("The bundle holds no change of these flags in this window, so there is no plot.")
    watched = {
        each["resource"]: (each["evidence"]["activated_us"], each["evidence"]["until_us"], each["verdict"])
        for each in one.findings
        if isinstance(each["evidence"].get("activated_us"), int) and isinstance(each["evidence"].get("until_us"), int)
    }
    drawn = flags[:FLAGS]
    on = {flag: _on(steps, flag, one) for flag in drawn}
    caption = "From when each flag was on for everybody, in the order of the plan. Marks: steps of a change."
    if watched:
        caption += " The box above each line is the time for which the flag was to be monitored before the next."
    if len(flags) > FLAGS:
        caption += f" {len(flags) - FLAGS} more flags are not drawn."
    told = "; ".join(
        f"{flag} on from {said(on[flag][0][0])} UTC" if on[flag] else f"{flag} never on for everybody" for flag in drawn
    )
    svg = draw(
        one.name,
        f"{one.title}: flags over time",
        told,
        0.7 + 0.46 * len(drawn),
        lambda axes: _plot(axes, one, drawn, on, steps, watched),
    )
    rows = [
        (
            said(step["step_us"]),
            step["flag"],
            step["kind"].replace("_", " "),
            "" if step["rollout_percent"] is None else f"{step['rollout_percent']} %",
            step["state"],
        )
        for step in steps
    ]
    if len(rows) > POINTS:
        caption += f" The table holds the last {POINTS} of {len(rows)} steps."
    head = ("At (UTC)", "Flag", "Step", "Reached", "It is then")
    return Exhibit("Flags over time", svg, caption, head, tuple(rows[-POINTS:]))


def _on(steps: Sequence[dict[str, Any]], flag: str, one: Judged) -> list[tuple[int, int]]:
    """Return the spans in which the flag was on for everybody, cut to the window."""
    spans: list[tuple[int, int]] = []
    since: int | None = None
    for step in steps:
        if step["flag"] != flag:
            continue
        if step["state"] == "on for everybody" and since is None:
            since = step["step_us"]
        elif step["state"] in ("off", "no one value") and since is not None:
            spans.append((since, step["step_us"]))
            since = None
    if since is not None:
        spans.append((since, one.until))
    return [(max(start, one.start), end) for start, end in spans if end > one.start]


def _plot(
    axes: Any,
    one: Judged,
    flags: Sequence[str],
    on: dict[str, list[tuple[int, int]]],
    steps: Sequence[dict[str, Any]],
    watched: dict[str, tuple[int, int, str]],
) -> None:
    for place, flag in enumerate(flags):
        row = len(flags) - 1 - place
        axes.axhline(row, color=RULE, linewidth=0.6, zorder=0)
        if on[flag]:
            axes.broken_barh([(start, end - start) for start, end in on[flag]], (row - 0.09, 0.18), color=TEXT)
        marks = [step["step_us"] for step in steps if step["flag"] == flag and step["step_us"] >= one.start]
        axes.plot(marks[-POINTS:], [row] * len(marks[-POINTS:]), "|", color=LIMIT, markersize=7)
        if flag in watched:
            start, end, verdict = watched[flag]
            ink = VERDICTS.get(verdict, UNKNOWN)
            look = {"facecolor": "none", "edgecolor": ink, "linewidth": 1.2}
            axes.broken_barh([(start, end - start)], (row + 0.13, 0.17), **look)
        axes.annotate(flag, (0.0, row + 0.34), xycoords=("axes fraction", "data"), va="bottom")
    axes.set_ylim(-0.4, len(flags) - 0.1)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    ends = [end for _, end, _ in watched.values()]
    lay_time(axes, one.start, max([one.until, one.start + MINUTE, *ends]))

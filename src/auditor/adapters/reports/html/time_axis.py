"""Instants on an axis and in a table: microseconds since 1970, shown in UTC, whatever the reader's own zone is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

SECOND = 1_000_000
MINUTE, HOUR, DAY = 60 * SECOND, 3600 * SECOND, 86400 * SECOND
STEPS = (MINUTE, 5 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 6 * HOUR, 12 * HOUR, DAY, 2 * DAY, 7 * DAY)
TICKS = 5
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def instant(at: int) -> datetime:
    """Return ``at`` as a datetime in UTC."""
    return EPOCH + timedelta(microseconds=at)


def said(at: int) -> str:
    """Return an instant for a table."""
    return f"{instant(at):%Y-%m-%d %H:%M:%S}"


def length(micros: int) -> str:
    """Return a length of time in the largest unit that says it in whole ones."""
    for unit, word in ((DAY, "day"), (HOUR, "hour"), (MINUTE, "minute"), (SECOND, "second")):
        if micros >= unit and micros % unit == 0:
            return f"{micros // unit} {word}{'s' if micros != unit else ''}"
    return f"{micros / SECOND:g} seconds"


def microseconds(text: str) -> int:
    """Return an ISO 8601 instant of the bundle as microseconds since 1970."""
    return (datetime.fromisoformat(text) - EPOCH) // timedelta(microseconds=1)


def lay_time(axes: Any, start: int, end: int) -> None:
    """Let the horizontal axis run from ``start`` to ``end`` with at most some labelled instants."""
    step = next((one for one in STEPS if (end - start) / one <= TICKS), None)
    if step is None:
        step = -(-(end - start) // (TICKS * DAY)) * DAY
    first = -(-start // step) * step
    ticks = list(range(first, end + 1, step))
    form = "%d %b" if step >= DAY else "%H:%M" if end - start <= DAY else "%d %b\n%H:%M"
    axes.set_xticks(ticks, [format(instant(tick), form) for tick in ticks])
    axes.set_xlim(start, end)
    axes.set_xlabel(f"UTC, from {instant(start):%d %b %Y %H:%M}")

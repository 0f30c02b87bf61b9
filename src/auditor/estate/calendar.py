"""The instants of the example company, in whole seconds since the Unix epoch (``_s``), and how they are written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

WINDOW_START = datetime(2025, 1, 14, 10, 0, tzinfo=UTC)
AS_OF = datetime(2025, 1, 14, 12, 0, tzinfo=UTC)
COLLECTED_AT = datetime(2025, 1, 14, 12, 5, tzinfo=UTC)

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DAY_S = int(datetime(2025, 1, 14, tzinfo=UTC).timestamp())
SLOT_S = 10
MS = 1000


@dataclass(frozen=True, slots=True)
class Span:
    """Half-open period ``[start_s, end_s)``."""

    start_s: int
    end_s: int

    def __contains__(self, moment_s: int) -> bool:
        return self.start_s <= moment_s < self.end_s

    def steps(self, step_s: int) -> range:
        """Return the starts of the steps of ``step_s`` seconds in the span."""
        return range(self.start_s, self.end_s, step_s)


def at(clock: str) -> int:
    """Return ``HH:MM`` or ``HH:MM:SS`` of the example's day in seconds since the epoch."""
    hours, minutes, seconds = (*map(int, clock.split(":")), 0)[:3]
    return DAY_S + hours * 3600 + minutes * 60 + seconds


def span(start: str, end: str) -> Span:
    """Return the span between two clock times of the example's day."""
    return Span(at(start), at(end))


# A little more than the window is generated, so that its edges are edges of the question and not of the data.
GENERATED = span("09:58", "12:02")


def rfc3339(moment_ms: int) -> str:
    """Return milliseconds since the epoch as RFC 3339 UTC, with milliseconds only when there are any."""
    moment = EPOCH + timedelta(milliseconds=moment_ms)
    text = moment.isoformat(timespec="milliseconds" if moment_ms % MS else "seconds")
    return text.replace("+00:00", "Z")

"""When the example release did what: every instant that its sources agree on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open period."""

    start: datetime
    end: datetime

    def holds(self, moment: datetime) -> bool:
        """Say whether ``moment`` lies in the period."""
        return self.start <= moment < self.end


def _at(day: int, hour: int, minute: int, second: int = 0) -> datetime:
    return datetime(2025, 1, day, hour, minute, second, tzinfo=UTC)


BASELINE = Span(_at(13, 8, 0), _at(13, 12, 0))
STAGING = Span(_at(13, 9, 0), _at(13, 10, 0))
CANARY = Span(_at(14, 9, 5), _at(14, 9, 32))
PHASES = {
    "phase_1": Span(_at(14, 8, 0), _at(14, 8, 25)),
    "phase_2": Span(_at(14, 8, 27), _at(14, 9, 5)),
    "phase_3": Span(_at(14, 9, 10), _at(14, 9, 28)),
    "phase_4": Span(_at(14, 9, 33), _at(14, 9, 45)),
    "phase_5": Span(_at(14, 9, 45), _at(14, 9, 54)),
    "phase_6": Span(_at(14, 9, 55), _at(14, 10, 20)),
    "phase_7": Span(_at(14, 10, 25), _at(14, 10, 38)),
}
FLAGS = (
    "ENABLE_HYBRID_HEALTH_MONITORING",
    "ENABLE_BEDROCK_SUPPORT_MODE",
    "ENABLE_INTELLIGENT_ROUTING",
    "ENABLE_DIRECT_BEDROCK_FALLBACK",
    "ENABLE_PERFORMANCE_OPTIMIZATION",
)
FIRST_FLAG = _at(14, 9, 45, 30)
FLAG_EVERY = timedelta(seconds=120)
DEPLOYMENT_END = PHASES["phase_7"].end
WEEK_END = DEPLOYMENT_END + timedelta(days=7)
ROLLBACK = _at(14, 11, 0)
# Name of each run of the release, and the instant of which it speaks.
RUNS = {
    "before": _at(14, 7, 50),
    "approved": _at(14, 7, 56),
    "decision_1": _at(14, 9, 6),
    "decision_2": _at(14, 9, 30),
    "decision_3": _at(14, 10, 22),
    "two_hours": _at(14, 12, 50),
    "one_day": _at(15, 11, 0),
    "seven_days": _at(21, 11, 0),
    "closing": _at(21, 12, 0),
}

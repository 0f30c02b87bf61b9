"""The requests of the example company, as its log holds them, and the load balancer's own count of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from auditor.estate import money
from auditor.model import isoformat

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from random import Random

SLOT_S = 10
PER_SLOT = 12


@dataclass(frozen=True, slots=True)
class Period:
    """Minutes since the start of the judged window, half-open."""

    start: float
    end: float

    def holds(self, minute: float) -> bool:
        """Say whether ``minute`` lies in the period."""
        return self.start <= minute < self.end


SUSTAINED = Period(40, 46)
BRIEF = Period(40, 43)
ERRING = Period(50, 53)
BURNING = Period(60, 1000)
FAILING = Period(70, 71)
BLIND = Period(60, 90)
LOST = Period(60, 80)
LOST_SLOT = Period(60, 60 + SLOT_S / 60)
STOPPED = Period(110, 1000)


def slots(first: datetime, last: datetime) -> Iterator[datetime]:
    """Yield the starts of the 10 s slots of [first, last)."""
    moment = first
    while moment < last:
        yield moment
        moment += timedelta(seconds=SLOT_S)


def slot_requests(
    random: Random, start: datetime, minute: float, incidents: Collection[str], number: int
) -> list[dict[str, Any]]:
    """Return the requests of one slot as log lines. Draws the same numbers whatever ``incidents`` are."""
    requests = []
    for index in range(PER_SLOT + int(random.random() * 3) - 1):
        draws = [random.random() for _ in range(7)]
        moment = start + timedelta(microseconds=int(draws[0] * SLOT_S * 1_000_000))
        kind = "generation" if draws[1] < 0.30 else "cache_hit" if draws[1] < 0.98 else "health_check"  # noqa: PLR2004 - shares of traffic
        route = "direct_bedrock" if draws[2] < 0.6 else "mcp"  # noqa: PLR2004 - share of traffic
        latency: float | None = _latency(kind, draws, minute, incidents)
        if "unmeasured_latency" in incidents and kind == "generation" and draws[6] < 0.2:  # noqa: PLR2004 - a fifth
            latency = None
        if "route_silent" in incidents and route == "direct_bedrock":
            continue
        requests.append(
            {
                "timestamp": isoformat(moment),
                "requestId": f"req-{number:06d}-{index:02d}",
                "routingPath": route,
                "type": kind,
                "status": _status(draws[3], minute, incidents),
                "latencyMs": None if latency is None else round(latency, 3),
                **money.of_request(kind, draws[5], draws[6], incidents),
            }
        )
    return sorted(requests, key=lambda request: str(request["timestamp"]))


def _status(draw: float, minute: float, incidents: Collection[str]) -> str:
    failing = (
        0.9 if "outage" in incidents and FAILING.holds(minute)
        else 0.25 if "error_burst" in incidents and ERRING.holds(minute)
        else 0.25 if "fast_burn" in incidents and BURNING.holds(minute)
        else 0.03 if "raised_errors" in incidents
        else 0.0
    )  # fmt: skip
    if draw < failing:
        return "error"
    if "slow_throughput" in incidents and draw < failing + 0.125:
        return "rejected"
    if draw < 0.996:  # noqa: PLR2004 - share of successes
        return "success"
    return "rejected" if draw < 0.998 else "error" if draw < 0.9995 else "timeout"  # noqa: PLR2004 - shares of failures


def _latency(kind: str, draws: list[float], minute: float, incidents: Collection[str]) -> float:
    """Return a latency in milliseconds."""
    share, size = draws[4], draws[5]
    if kind == "health_check":
        return 2 + 10 * size
    if kind == "cache_hit":
        slow = 0.09 if "slow_cached" in incidents else 0.01
        return 320 + 280 * size if share < slow else 20 + 230 * size
    spike = ("sustained_latency" in incidents and SUSTAINED.holds(minute)) or (
        "brief_latency" in incidents and BRIEF.holds(minute)
    )
    if spike and share < 0.4:  # noqa: PLR2004 - share of slow answers
        return 3200 + 800 * size
    slow = 0.08 if "slow_generation" in incidents else 0.015
    return 1600 + 800 * size if share < slow else 400 + 1000 * size


def logged(minute: float, incidents: Collection[str]) -> bool:
    """Say whether the log holds the requests of the slot at ``minute``."""
    return not (
        ("collector_blind" in incidents and BLIND.holds(minute))
        or ("lost_rows" in incidents and LOST.holds(minute))
        or ("lost_seconds" in incidents and LOST_SLOT.holds(minute))
    )


def observed(minute: float, incidents: Collection[str]) -> bool:
    """Say whether the load balancer reported the slot at ``minute``."""
    return not (
        ("collector_blind" in incidents and BLIND.holds(minute))
        or ("observer_stopped" in incidents and STOPPED.holds(minute))
    )

"""The requests of the example company, and what its load balancer counted of them.

Three steps, each pure: what was served (``served``, with the incidents that happened to it), what the observer counted
(``beats``), and what the log holds of it (``logged``). A row that is lost is lost after it was counted.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from auditor.estate.calendar import GENERATED, MS, SLOT_S, WINDOW_START, Span, span
from auditor.estate.draw import Draw

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

ROUTES = (("direct_bedrock", 0.6), ("mcp", 0.4))
KINDS = (("generation", 0.30), ("cache_hit", 0.68), ("health_check", 0.02))
STATUSES = (("success", 0.996), ("rejected", 0.002), ("error", 0.001), ("timeout", 0.001))
PER_SLOT = (10, 15)  # requests in 10 s, [low, high)
# Lunch: so few requests that the loss of one minute of them can be bounded away (incident lost_minute).
QUIET = span("11:30", "11:34")
PER_QUIET_SLOT = (3, 6)

# Latencies in microseconds, [low, high): usual, slow, and the share of slow ones.
LATENCIES = {
    "generation": ((400_000, 1_400_000), (1_500_001, 2_500_000), 0.015),
    "cache_hit": ((20_000, 250_000), (300_001, 600_000), 0.01),
    "health_check": ((2_000, 15_000), (15_000, 20_000), 0.01),
}
REFUSED = (5_000, 40_000)
TIMEOUT_US = 30_000_000


@dataclass(frozen=True, slots=True)
class Request:
    """One request: ``ended_ms`` since the epoch, latency in microseconds or null when it was not logged."""

    ended_ms: int
    identifier: str
    route: str
    kind: str
    status: str
    latency_us: int | None


@dataclass(frozen=True, slots=True)
class Beat:
    """What an observer counted in a span."""

    span: Span
    records: int


def served(seed: int, incidents: Collection[str]) -> list[Request]:
    """Return every request that the company served, by time, with the incidents that changed them."""
    requests = healthy(seed)
    for name, change in CHANGES.items():
        if name in incidents:
            requests = change(requests, Draw(seed, name))
    return requests


def beats(requests: list[Request], incidents: Collection[str]) -> list[Beat]:
    """Return the observer's count of ``requests`` per 10 s, without the spans in which it was blind."""
    counts = dict.fromkeys(GENERATED.steps(SLOT_S), 0)
    for request in requests:
        counts[request.ended_ms // MS // SLOT_S * SLOT_S] += 1
    blind = [silence for name, silence in BLIND.items() if name in incidents]
    return [
        Beat(Span(start, start + SLOT_S), records)
        for start, records in counts.items()
        if not any(start in silence for silence in blind)
    ]


def logged(requests: list[Request], incidents: Collection[str]) -> list[Request]:
    """Return what the log holds of ``requests``."""
    gone = [loss for name, loss in (LOST | BLIND).items() if name in incidents]
    return [request for request in requests if not any(request.ended_ms // MS in loss for loss in gone)]


def healthy(seed: int) -> list[Request]:
    """Return the requests of a day on which nothing happens."""
    draw = Draw(seed, "traffic")
    requests = []
    for start_s in GENERATED.steps(SLOT_S):
        for _ in range(draw.between(*(PER_QUIET_SLOT if start_s in QUIET else PER_SLOT))):
            requests.append(_request(draw, start_s))
    return sorted(requests, key=lambda request: (request.ended_ms, request.identifier))


def _request(draw: Draw, start_s: int) -> Request:
    route, kind, status = draw.weighted(ROUTES), draw.weighted(KINDS), draw.weighted(STATUSES)
    usual, slow, slow_share = LATENCIES[kind]
    latency_us = draw.between(*(slow if draw.chance(slow_share) else usual))
    if status == "timeout":
        latency_us = TIMEOUT_US
    elif status != "success":
        latency_us = draw.between(*REFUSED)
    ended_ms = start_s * MS + draw.between(0, SLOT_S * MS)
    return Request(ended_ms, draw.identifier(), route, kind, status, latency_us)


@dataclass(frozen=True, slots=True)
class Nth:
    """Every ``step``-th successful request of ``kind`` in ``within`` gets a latency of ``slow``, or loses its own."""

    kind: str
    step: int
    within: Span
    slow: tuple[int, int] | None

    def __call__(self, requests: list[Request], draw: Draw) -> list[Request]:
        """Return ``requests``, changed."""
        seen = 0
        changed = []
        for request in requests:
            applies = request.kind == self.kind and request.status == "success" and self._in(request)
            seen += applies
            if applies and seen % self.step == 0:
                changed.append(replace(request, latency_us=draw.between(*self.slow) if self.slow else None))
            else:
                changed.append(request)
        return changed

    def _in(self, request: Request) -> bool:
        return request.ended_ms // MS in self.within


def bursts(requests: list[Request], draw: Draw) -> list[Request]:
    """Return ``requests`` with a 10 s burst of slow generation in each of four minutes.

    A burst lies within one 10 s slot, so at every shift of the minute it falls into one minute and not into two.
    """
    for start in ("10:40:20", "10:41:20", "10:42:20", "10:43:20"):
        requests = Nth("generation", 1, span(start, f"{start[:-2]}30"), OVER_TRIGGER)(requests, draw)
    return requests


def _without_direct(requests: list[Request], draw: Draw) -> list[Request]:
    del draw
    start_ms = int(WINDOW_START.timestamp()) * MS
    return [one for one in requests if one.route != "direct_bedrock" or one.ended_ms < start_ms]


OVER_TRIGGER = (3_200_000, 4_000_000)
CHANGES: dict[str, Callable[[list[Request], Draw], list[Request]]] = {
    "slow_generation": Nth("generation", 12, GENERATED, (1_600_000, 2_400_000)),
    "slow_cached": Nth("cache_hit", 12, GENERATED, (320_000, 700_000)),
    "sustained_latency": Nth("generation", 6, span("10:40", "10:46"), OVER_TRIGGER),
    "brief_latency": bursts,
    "unmeasured_latency": Nth("generation", 5, GENERATED, None),
    "route_silent": _without_direct,
}
LOST = {"lost_rows": span("10:30", "10:50"), "lost_minute": span("11:31", "11:32")}
BLIND = {"collector_blind": span("10:50", "11:20")}

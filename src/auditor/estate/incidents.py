"""The incidents of the example company: what happens, and which lines of the profile it must turn, to what.

Rules kept here: a line that an incident does not name stays ``pass``; an incident that names none is a control, there
to show what does not turn a verdict. Tests and ``auditor demo --list-incidents`` read this table.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from auditor.errors import UsageError
from auditor.model import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable

GENERATION = "slo.p95_generation"
CACHED = "slo.p95_cached"
ROLLBACK = "rollback.p95_sustained"
RESIDENCY = "residency.inference_regions"


@dataclass(frozen=True, slots=True)
class Flip:
    """A line that an incident turns: its verdict, and the reason code of at least one finding that decides it."""

    line: str
    verdict: Verdict
    reason: str


@dataclass(frozen=True, slots=True)
class Incident:
    """One thing that may happen to the example company. Without ``flips`` it is a control: every line passes."""

    name: str
    description: str
    flips: tuple[Flip, ...] = ()


def _fail(line: str, reason: str) -> Flip:
    return Flip(line, Verdict.FAIL, reason)


def _open(*lines: str, reason: str) -> tuple[Flip, ...]:
    return tuple(Flip(line, Verdict.INCONCLUSIVE, reason) for line in lines)


_ALL = (
    Incident(
        "slow_generation",
        "One generation request in twelve takes 1.6 to 2.4 s, all the time.",
        (_fail(GENERATION, "over_limit"),),
    ),
    Incident(
        "slow_cached",
        "One cached answer in twelve takes 320 to 700 ms, all the time.",
        (_fail(CACHED, "over_limit"),),
    ),
    Incident(
        "sustained_latency",
        "From 10:40 to 10:46 one generation request in six takes 3.2 to 4 s; over two hours the P95 still passes.",
        (_fail(ROLLBACK, "sustained_breach"),),
    ),
    Incident(
        "brief_latency",
        "In each of the four minutes from 10:40 a 10 s burst of generation takes 3.2 to 4 s: one short of the trigger.",
    ),
    Incident(
        "region_leak",
        "Three Bedrock calls go to us-east-1, from 11:05 on.",
        (_fail(RESIDENCY, "other_region"),),
    ),
    Incident(
        "global_profile",
        "Three calls use a global inference profile, which any region may answer.",
        (_fail(RESIDENCY, "unbounded_destination"),),
    ),
    Incident(
        "unknown_region",
        "Two Bedrock calls name eu-nowhere-9, which starts with eu and is no AWS region.",
        (_fail(RESIDENCY, "unknown_region"),),
    ),
    Incident(
        "unnamed_destination",
        "CloudTrail does not state where three calls of an EU inference profile were processed.",
        _open(RESIDENCY, reason="destination_unknown"),
    ),
    Incident(
        "collector_blind",
        "From 10:50 to 11:20 there are neither requests nor heartbeats.",
        _open(GENERATION, CACHED, ROLLBACK, reason="coverage"),
    ),
    Incident(
        "lost_rows",
        "The requests of 20 minutes from 10:30 are missing, though the load balancer counted them.",
        _open(GENERATION, CACHED, ROLLBACK, reason="coverage"),
    ),
    Incident(
        "lost_minute",
        "The requests of the quiet minute 11:31 are missing: so few that no verdict can depend on them.",
    ),
    Incident(
        "unmeasured_latency",
        "One generation request in five is logged without its latency.",
        (*_open(GENERATION, reason="unmeasured"), *_open(ROLLBACK, reason="coverage")),
    ),
    Incident(
        "trail_gap",
        "The CloudTrail files of eu-west-1 between 10:30 and 11:30 are missing, though the trail delivered them.",
        _open(RESIDENCY, reason="count_mismatch"),
    ),
    Incident(
        "route_silent",
        "From 10:00 on no request takes the direct route.",
        _open(GENERATION, CACHED, reason="no_data"),
    ),
)

INCIDENTS: dict[str, Incident] = {incident.name: incident for incident in _ALL}


def chosen(names: Iterable[str]) -> tuple[str, ...]:
    """Return ``names`` once each in the order of the table. Raises ``UsageError`` that lists every unknown name."""
    wanted = set(names)
    unknown = sorted(wanted - INCIDENTS.keys())
    if unknown:
        raise UsageError(
            f"no incident is called {', '.join(map(repr, unknown))}",
            remedy=f"choose from {', '.join(INCIDENTS)}",
        )
    return tuple(name for name in INCIDENTS if name in wanted)

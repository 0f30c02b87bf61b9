"""What the example company's service completed in each minute of the same hours a week before."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Any

from auditor.model import isoformat

if TYPE_CHECKING:
    from collections.abc import Collection

WEEK = timedelta(days=7)
LOWEST, SPREAD = 64, 14
LOST = 0.4


def minutes(start: datetime, end: datetime, incidents: Collection[str], seed: int) -> list[dict[str, Any]]:
    """Return the baseline of [start, end): its minutes, a week earlier. Draws the same whatever ``incidents`` are."""
    random = Random(seed + 2)  # noqa: S311 - an example, not a secret
    metric = "visits" if "baseline_missing" in incidents else "throughput"
    found = []
    moment = start - WEEK
    while moment < end - WEEK:
        offered = LOWEST + int(random.random() * SPREAD)
        found.append(
            {
                "metric": metric,
                "stratum": "",
                "start": isoformat(moment),
                "end": isoformat(moment + timedelta(minutes=1)),
                "offered": offered,
                "completed": offered - int(random.random() < LOST),
            }
        )
        moment += timedelta(minutes=1)
    return found

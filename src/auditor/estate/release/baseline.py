"""The baseline that the example company froze before its release, as ``auditor baseline capture`` writes it."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from auditor.model import isoformat

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from auditor.estate.release.timeline import Span

INCIDENTS = {"baseline_missing": "the frozen baseline holds nothing"}

CONFIG = """
# What was measured before the deployment, frozen by `auditor baseline capture`.
[sources.baseline]
kind = "captured_baseline"
file = "baseline.jsonl"
"""

LIMITS_US = {"generation": 1_500_000, "cached": 300_000}
ROUTES = {"direct_bedrock": "direct", "mcp": "mcp"}
KINDS = {"generation": "generation", "cache_hit": "cached"}
Share = tuple[str, str, str, str]  # metric, stratum, start, end


class Measured:
    """Counts what the capture would measure of the live requests and support cases of one period."""

    def __init__(self, span: Span) -> None:
        self._span = span
        self._offered: Counter[Share] = Counter()
        self._completed: Counter[Share] = Counter()
        self._values: Counter[tuple[str, str, str, int]] = Counter()

    def request(
        self, slot: datetime, way: str, sort: str, status: str, micros: int, cache: str, nano: int | None
    ) -> None:
        """Count one request that ended in the 10 s slot."""
        if not self._span.holds(slot) or sort == "health_check":
            return
        minute = slot.replace(second=0)
        route, kind = ROUTES[way], KINDS[sort]
        end = isoformat(minute + timedelta(minutes=1))
        self._count(("throughput", "", isoformat(minute), end), good=status == "success")
        start, until = isoformat(self._span.start), isoformat(self._span.end)
        self._count(("success", route, start, until), good=status not in ("error", "timeout"))
        if status in ("success", "timeout"):
            limit = LIMITS_US[kind]
            self._count((f"within_{limit}us", f"{kind}/{route}", start, until), good=micros <= limit)
        if cache in ('"HIT"', '"MISS"'):
            self._count(("cache_hits", route, start, until), good=cache == '"HIT"')
        if nano is not None:
            self._values["cost_per_operation", kind, "1e-9 EUR", nano] += 1

    def duration(self, at: datetime, metric: str, stratum: str, micros: int) -> None:
        """Count one support case."""
        if self._span.holds(at):
            self._values[metric, stratum, "us", micros] += 1

    def _count(self, share: Share, *, good: bool) -> None:
        self._offered[share] += 1
        self._completed[share] += good

    def lines(self) -> list[dict[str, Any]]:
        """Return the header and the lines, in order."""
        shares = [
            {"share": one[0], "stratum": one[1], "start": one[2], "end": one[3], "offered": offered,
             "completed": self._completed[one]}
            for one, offered in sorted(self._offered.items())
        ]  # fmt: skip
        values = [
            {"value": metric, "stratum": stratum, "unit": unit, "is": value, "observations": number}
            for (metric, stratum, unit, value), number in sorted(self._values.items())
        ]
        return [self.header(len(shares), len(values)), *shares, *values]

    def header(self, shares: int, values: int) -> dict[str, Any]:
        """Return the first line."""
        return {
            "baseline": 1,
            "snapshot": hashlib.sha256(b"the example's snapshot before its release").hexdigest(),
            "collectedAt": isoformat(self._span.end),
            "start": isoformat(self._span.start),
            "end": isoformat(self._span.end),
            "shares": shares,
            "values": values,
        }


def files(measured: Measured, incidents: Collection[str]) -> dict[str, bytes]:
    """Return the frozen baseline."""
    lines = [measured.header(0, 0)] if "baseline_missing" in incidents else measured.lines()
    return {"baseline.jsonl": "".join(json.dumps(line, separators=(",", ":")) + "\n" for line in lines).encode()}

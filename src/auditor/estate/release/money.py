"""What the example release's requests cost, its bill day by day, and its budget."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from auditor.model import isoformat

if TYPE_CHECKING:
    from collections.abc import Collection

INCIDENTS = {"overspent": "by the day of the deployment 91 % of the month's budget is spent"}

CONFIG = """
# The bill, day by day, and what may be spent.
[sources.costs]
kind = "costs"
files = ["costs.jsonl"]
format = "jsonl"

[sources.costs.columns]
period_start = "start"
period_end = "end"
service = "service"
amount = "amount"
currency = { column = "currency" }
estimated = "estimated"

[sources.budgets]
kind = "budgets"
files = ["budgets.jsonl"]
format = "jsonl"

[sources.budgets.columns]
name = "name"
period_start = "start"
period_end = "end"
amount = "amount"
currency = { column = "currency" }
"""

MONTH, NEXT_MONTH = (datetime(2025, month, 1, tzinfo=UTC) for month in (1, 2))
BILLED_AFTER = timedelta(hours=6)
BUDGET_EUR = 10_000
DAILY_CENTS = {"models": 15_000, "platform": 8_000}  # 2990 by the 14th, 7130 in the month
OVERSPENT_CENTS = {"models": 50_000, "platform": 20_000}
INPUT_NANO, OUTPUT_NANO = 3_000, 15_000  # price of a token
BEFORE_PERCENT = 125  # of the price after: routing was not yet intelligent


def of_request(
    kind: str, share: float, size: float, words: float, incidents: Collection[str], *, after: bool
) -> tuple[str, str, str, int | None]:
    """Return cache, tokens read and written (as JSON) and cost in 1e-9 EUR, from numbers that were drawn already."""
    if kind == "health_check":
        return "null", "null", "null", None
    if kind == "cache_hit":
        return '"HIT"', "0", "0", 0
    read, written = 400 + int(1200 * words), 100 + int(500 * size)
    percent = 100 if after and "no_improvement" not in incidents else BEFORE_PERCENT
    cache = '"MISS"' if share * 10 % 1 < 0.3 else '"BYPASS"'  # noqa: PLR2004 - share of misses
    return cache, str(read), str(written), (read * INPUT_NANO + written * OUTPUT_NANO) * percent // 100


def files(known: datetime, incidents: Collection[str]) -> dict[str, bytes]:
    """Return the bill and the budget as they stand at ``known``; a day is billed six hours after its end."""
    cents = OVERSPENT_CENTS if "overspent" in incidents else DAILY_CENTS
    lines = []
    start = MONTH
    while start + timedelta(days=1) + BILLED_AFTER <= known:
        for service, amount in cents.items():
            lines.append(
                {
                    "start": isoformat(start),
                    "end": isoformat(start + timedelta(days=1)),
                    "service": service,
                    "amount": f"{amount // 100}.{amount % 100:02d}",
                    "currency": "EUR",
                    "estimated": True,
                }
            )
        start += timedelta(days=1)
    period = {"start": isoformat(MONTH), "end": isoformat(NEXT_MONTH)}
    budget = {"name": "support", **period, "amount": str(BUDGET_EUR), "currency": "EUR"}
    return {
        "costs.jsonl": "".join(json.dumps(line, separators=(",", ":")) + "\n" for line in lines).encode(),
        "budgets.jsonl": (json.dumps(budget, separators=(",", ":")) + "\n").encode(),
    }

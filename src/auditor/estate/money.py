"""What the example company's requests cost, its bill and its budget. Every price is made up."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from auditor.model import isoformat

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

NANO = 1_000_000_000
INPUT_NANO, OUTPUT_NANO = 3_000, 15_000  # price of a token
BYPASSING = 0.4
BUDGET_EUR = 10_000
DAYS = 13  # of the month before the day that is judged
DAILY_CENTS = {"models": 30_000, "platform": 10_000}  # 5200 of 10000 by the day that is judged
RAISED_PERCENT = {"over_allocation": 160, "over_budget": 220}
MISSING_DAYS = 2


def of_request(kind: str, size: float, share: float, incidents: Collection[str]) -> dict[str, Any]:
    """Return what the log says of cache, tokens and cost of a request, from numbers that were drawn already."""
    if kind == "health_check":
        return {"cache": None, "inputTokens": None, "outputTokens": None, "costEur": None}
    if kind == "cache_hit":
        return {"cache": "HIT", "inputTokens": 0, "outputTokens": 0, "costEur": "0"}
    words = 2 if "wordy_answers" in incidents else 1
    read, written = words * (400 + int(1200 * share)), words * (100 + int(500 * size))
    price = 2 if "dear_operations" in incidents else 1
    bypass = share >= BYPASSING and "low_cache_hits" not in incidents
    return {
        "cache": "BYPASS" if bypass else "MISS",
        "inputTokens": read,
        "outputTokens": written,
        "costEur": _decimal(price * (read * INPUT_NANO + written * OUTPUT_NANO)),
    }


def _decimal(nano: int) -> str:
    return f"{nano // NANO}.{nano % NANO:09d}"


def bill(month: datetime, incidents: Collection[str]) -> Iterator[dict[str, Any]]:
    """Yield what each service cost on each day; the last two days are estimates."""
    percent = max([100, *(RAISED_PERCENT[name] for name in incidents if name in RAISED_PERCENT)])
    for day in range(DAYS - (MISSING_DAYS if "stale_costs" in incidents else 0)):
        start = month + timedelta(days=day)
        for service, cents in DAILY_CENTS.items():
            amount = cents * percent // 100
            yield {
                "start": isoformat(start),
                "end": isoformat(start + timedelta(days=1)),
                "service": service,
                "amount": f"{amount // 100}.{amount % 100:02d}",
                "currency": "EUR",
                "estimated": day >= DAYS - 2,
            }


def budget(month: datetime, following: datetime) -> dict[str, Any]:
    """Return the month's budget."""
    period = {"start": isoformat(month), "end": isoformat(following)}
    return {"name": "support", **period, "amount": str(BUDGET_EUR), "currency": "EUR"}

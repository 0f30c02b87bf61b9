"""What the example company's requests cost, its bill and its budget. Every price is made up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection

NANO = 1_000_000_000
INPUT_NANO, OUTPUT_NANO = 3_000, 15_000  # price of a token
BYPASSING = 0.4


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

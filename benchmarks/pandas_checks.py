"""The same SLO checks as a fair, straightforward pandas script: P95 per route, and the sustained breach at six shifts.

It does less than the gates do: it trusts that every request is there, and bounds nothing that was not measured.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

COLUMNS = ["event_time", "route", "kind", "outcome", "latency_us"]
LIMITS = {"generation": 1_500_000, "cached": 300_000}
SUSTAINED_US, SUSTAINED_MINUTES = 3_000_000, 5
MIN_SAMPLES = 200


def check(requests: Path) -> dict[str, Any]:
    """Return the verdict of each route and kind, and the longest run of bad minutes."""
    import pandas as pd

    frame = pd.read_parquet(requests, columns=COLUMNS)
    served = frame[frame["outcome"].isin(["ok", "timeout"]) & (frame["latency_us"] >= 0)]
    verdicts: dict[str, Any] = {}
    for kind, limit in LIMITS.items():
        chosen = served[served["kind"] == kind]
        slow = chosen["latency_us"].gt(limit).groupby(chosen["route"]).agg(["sum", "count"])
        p95 = chosen.groupby("route")["latency_us"].quantile(0.95, interpolation="higher")
        for route, (over, count) in slow.iterrows():
            passed = count >= MIN_SAMPLES and over * 20 <= count
            verdicts[f"{kind}/{route}"] = ["pass" if passed else "fail", int(p95[route])]
    verdicts["longest_bad"] = _longest(served[served["kind"] == "generation"])
    return verdicts


def _longest(frame: Any) -> int:
    """Return the longest run of minutes with P95 over the limit, at any of six shifts, from counts by 10 s slot."""
    slots = frame["event_time"].dt.floor("10s")
    counts = frame["latency_us"].gt(SUSTAINED_US).groupby(slots).agg(["sum", "count"]).asfreq("10s", fill_value=0)
    longest = 0
    for shift in range(6):
        minutes = counts.iloc[shift:].groupby(lambda at, first=counts.index[shift]: (at - first) // _minute()).sum()
        bad = minutes["sum"] * 20 > minutes["count"]
        runs = bad.groupby((~bad).cumsum()).sum()
        longest = max(longest, int(runs.max()))
    return longest


def _minute() -> Any:
    import pandas as pd

    return pd.Timedelta(minutes=1)

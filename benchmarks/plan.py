"""``python -m benchmarks.plan``: plan a month of a large user from what was measured, and write docs/explanation/scale.md.

Every figure on the page is computed here from the inputs below. Those that are measured name where; ``slope`` is taken
from docs/benchmarks.md itself, so the page and the benchmark cannot part, and a test compares the page with this program.
Those that are assumed say so: change them, and run it again.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "explanation" / "scale.md"
BENCHMARKS = ROOT / "docs" / "benchmarks.md"
TRAILS = ROOT / "docs" / "quality" / "trail-speed.md"
SMALL, LARGE = 1_000_000, 10_000_000
DAYS = 30


@dataclass(frozen=True, slots=True)
class User:
    """A large user, assumed: a month has 30 days."""

    requests: int = 10_000_000_000
    accounts: int = 5_000
    regions: int = 4  # enabled in each account
    calls: int = 150  # of a region of an account: 111 operations, some asked for each resource
    trail_mb: int = 40  # raw CloudTrail, of an account and day
    cores: int = 8  # of each evaluating machine
    bytes_a_request: float = (
        25.7  # measured: requests.parquet of benchmarks.generate, whose tokens and costs are random
    )
    bundle_mb: float = 7.0  # measured: a bundle without its facts, nearly all of it the policy pack
    concurrency: int = 64  # max_concurrency of aws, at most
    call_s: float = 0.15  # assumed: one answer of AWS
    years: int = 7
    leaves_a_run: int = 2  # run-started and run
    run_kb: int = 180  # measured: the statement of a run names some 600 files (175 KB); run-started 5 KB
    storage_usd: float = 23.0  # assumed: of a TB and month


@dataclass(frozen=True, slots=True)
class Measured:
    """``base`` and ``slope``: CPU seconds of an evaluation without requests, and of each million of them."""

    base: float
    slope: float
    trail_ms: float


def measured() -> Measured:
    """Read what docs/benchmarks.md and docs/quality/trail-speed.md say. Raises ``ValueError`` when they say it otherwise."""
    text = BENCHMARKS.read_text(encoding="utf-8")
    cpu = {}
    for rows in (SMALL, LARGE):
        section = text.partition(f"## {rows:,} requests")[2].partition("\n## ")[0]
        row = re.search(r"^\| all of evaluate[^|]*\| [\d.]+ \| ([\d.]+) \|", section, re.MULTILINE)
        if row is None:
            raise ValueError(f"{BENCHMARKS}: no row of evaluate for {rows:,} requests")
        cpu[rows] = float(row[1])
    slope = (cpu[LARGE] - cpu[SMALL]) / ((LARGE - SMALL) / 1e6)
    trail = re.search(
        r"^\| `auditor collect`, digests demanded \| [\d.]+ \| [\d.]+ \| ([\d.]+) \|", TRAILS.read_text(), re.MULTILINE
    )
    if trail is None:
        raise ValueError(f"{TRAILS}: no row of a collection with digests")
    return Measured(cpu[SMALL] - slope, slope, float(trail[1]))


def render(user: User, found: Measured) -> str:
    """Return the page."""
    day = user.requests / DAYS
    day_cpu = found.base + found.slope * day / 1e6
    month_cpu = found.base + found.slope * user.requests / 1e6
    facts_gb = day * user.bytes_a_request / 1e9
    calls = user.accounts * user.regions * user.calls
    collect_h = calls * user.call_s / user.concurrency / 3600
    hosts = -(-collect_h // 2)
    trail_gb = user.accounts * user.trail_mb / 1e3
    trail_h = user.accounts * user.trail_mb * found.trail_ms / 1e3 / 3600
    runs = DAYS * 12
    ledger_mb = runs * user.run_kb / 1e3
    bundle_gb = facts_gb + user.bundle_mb / 1e3
    archive_tb = bundle_gb * 365 * user.years / 1e3
    return f"""# A month of a large user, planned

Made by `python -m benchmarks.plan`; do not edit. {user.requests:,} requests a month, {user.accounts:,} AWS accounts with
{user.regions} regions each. What is *measured* comes from [the benchmarks](../benchmarks.md) and
[the speed of trails](../quality/trail-speed.md), on two small cores; what is *assumed* is named so. Put in your own figures
in `benchmarks/plan.py`.

## Cut by day, by system, by nothing else

One snapshot holds one system, environment and release; the day is the unit. A run over {day / 1e6:,.0f} M requests reads
{facts_gb:.1f} GB of facts, and a verdict over a month asks for the month: it is either one run over
{facts_gb * DAYS:,.0f} GB, or the days' runs beside each other. Nothing is sampled, so nothing is estimated.

| what | arithmetic | a day | a month in one run |
|---|---|--:|--:|
| requests | {user.requests:,} / {DAYS} | {day / 1e6:,.0f} M | {user.requests / 1e6:,.0f} M |
| facts, GB | x {user.bytes_a_request} bytes (measured) | {facts_gb:.1f} | {facts_gb * DAYS:,.0f} |
| CPU of the run, s | {found.base:.2f} + {found.slope:.3f} a million (measured slope, 1 M to 10 M) | {day_cpu:,.0f} | {month_cpu:,.0f} |
| wall on {user.cores} such cores, min | / {user.cores} / 60, were all of it parallel | {day_cpu / user.cores / 60:.1f} | {month_cpu / user.cores / 60:.0f} |

The slope was measured to {LARGE / 1e6:.0f} M and is carried {user.requests / LARGE:,.0f} times further here, which is a plan and no
measurement. Counting over a limit in 10 s slots needs no memory that grows with requests, for a day has 8,640 slots of each source,
route and kind. The quantiles that are only shown do grow; the memory limit ends such a run with an error, never with a verdict.

## Where one machine is too small

`--sql-engine spark` reads the same facts where they lie ([run on Spark](../how-to/run-on-spark.md)). On one machine it costs some
17 times DuckDB's wall; so it is for facts that no machine holds, not for speed. `request_slots` adds up, so slots of files that did
not change could be kept; that is not built.

## Collection

| what | arithmetic | |
|---|---|--:|
| calls a day | {user.accounts:,} accounts x {user.regions} regions x {user.calls} (assumed) | {calls:,} |
| time of one collector, h | x {user.call_s} s (assumed) / {user.concurrency} at once | {collect_h:.1f} |
| collectors for two hours | divide the accounts among them | {hosts:.0f} |
| CloudTrail a day, GB raw | x {user.trail_mb} MB (assumed) | {trail_gb:,.0f} |
| its CPU, core hours | x {found.trail_ms:.2f} ms a MB (measured, digests demanded) | {trail_h:.1f} |

AWS limits calls for each account and region, and so do our buckets: accounts beside each other do not wait for one another. Of one
account and region, LookupEvents (2 a second) is a spot check and no source of records, and Cost Explorer (1 a second) is asked in
the payer's account alone. A call that is throttled out stands in coverage, and its control is inconclusive.

## Ledger and archive

| what | arithmetic | |
|---|---|--:|
| runs a month | 12 a day: seven phases, three decisions, two windows (assumed) | {runs} |
| ledger, MB a month | {runs} x {user.run_kb} KB in {user.leaves_a_run} leaves (measured) | {ledger_mb:.0f} |
| a proof of inclusion, hashes | log2 of {runs * user.leaves_a_run * 12 * user.years:,} leaves in {user.years} years | {(runs * user.leaves_a_run * 12 * user.years).bit_length()} |
| bundle of a day, GB | {facts_gb:.1f} of facts + {user.bundle_mb / 1e3:.3f} | {bundle_gb:.1f} |
| archive, TB in {user.years} years | one such bundle a day is kept | {archive_tb:,.1f} |
| its storage at the end, USD a month | x {user.storage_usd:.0f} a TB (assumed) | {archive_tb * user.storage_usd:,.0f} |

A bundle carries its facts, for else nobody could decide again; that is nearly all of its size. To keep the facts of a day once, and
not in each of its twelve runs, is what would save most; verification asks for one bundle that is whole, so this is not done.

## What would break first

1. Memory of the displayed quantiles in a run over a month. Run by day.
2. One collector over all accounts: {collect_h:.0f} h. Divide the accounts.
3. Listing: `auditor serve` reads a statement a bundle at its start, 1,000 in 3.3 CPU s; {runs * 12:,} bundles of a year take
   {runs * 12 / 1000 * 3.3:.0f} s.
"""


def main() -> int:
    """Write the page."""
    PAGE.write_text(render(User(), measured()), encoding="utf-8")
    print(PAGE.read_text(encoding="utf-8"))
    return 0


if __name__ == "__main__":
    sys.exit(main())

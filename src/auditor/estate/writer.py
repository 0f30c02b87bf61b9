"""Writes the example company's sources and its ``auditor.toml`` into a folder.

Rules kept here: the same (incidents, seed) gives the same bytes on every machine, so gzip members are stored and not
deflated (what zlib makes differs between its builds) and carry neither time nor file name (RFC 1952).
"""

from __future__ import annotations

import json
import struct
import zlib
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Any

from auditor.errors import UsageError
from auditor.estate import audit, baseline, inventory, money, personal_data, privacy, records, traffic, trail
from auditor.estate.incidents import check_incidents
from auditor.model import isoformat

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

START = datetime(2025, 1, 14, 10, tzinfo=UTC)
AS_OF = START + timedelta(hours=2)
COLLECTED_AT = AS_OF + timedelta(minutes=5)
FIRST, LAST = START - timedelta(minutes=5), AS_OF + timedelta(minutes=5)
SEED = 20250114
MONTH, NEXT_MONTH = (datetime(2025, month, 1, tzinfo=UTC) for month in (1, 2))
GZIP_HEADER = b"\x1f\x8b\x08\x00" + bytes(4) + b"\x00\xff"  # deflate, no flags, no time, system unknown
STORED_BLOCK = 0xFFFF
TRAIL_GAP = range(30, 90)
JUDGED = traffic.Period(0, (AS_OF - START).total_seconds() / 60)

CONFIG = """\
# The example company's sources. `auditor collect` reads this file; paths are relative to it.
[scope]
system = "support-hybrid-routing"
environment = "production"
release = "2025.01.14-3f9c2d1"
phase = "phase-3"

# One line per request. Every time and duration says its unit; a value that is not listed becomes unknown.
[sources.requests]
kind = "requests"
files = ["requests/*.jsonl.gz"]
format = "jsonl"

[sources.requests.columns]
event_time = { column = "timestamp", unit = "rfc3339" }
request_id = { column = "requestId" }
route = { column = "routingPath", values = { direct_bedrock = "direct", mcp = "mcp" } }
kind = { column = "type", values = { generation = "generation", cache_hit = "cached", health_check = "health_check" } }
latency = { column = "latencyMs", unit = "ms" }
[sources.requests.columns.outcome]
column = "status"
values = { success = "ok", rejected = "client_error", error = "error", timeout = "timeout" }

# What is not asked of a source stays unknown: these four may be left out.
[sources.requests.columns.cache]
column = "cache"
values = { HIT = "hit", MISS = "miss", BYPASS = "bypass" }
[sources.requests.columns.input_tokens]
column = "inputTokens"
[sources.requests.columns.output_tokens]
column = "outputTokens"
[sources.requests.columns.cost]
column = "costEur"
currency = "EUR"

[sources.cloudtrail]
kind = "cloudtrail"
files = ["cloudtrail/**/*.json.gz"]

# What the service completed in each minute of the week before.
[sources.baseline]
kind = "baselines"
files = ["baseline/*.jsonl"]

# Independent observers: they prove that a source was alive, and count what it should hold.
[sources.requests_heartbeats]
kind = "heartbeats"
observes = "requests"
files = ["heartbeats/requests.jsonl"]

[sources.cloudtrail_heartbeats]
kind = "heartbeats"
observes = "cloudtrail"
files = ["heartbeats/cloudtrail.jsonl"]

# The bill, day by day, and what may be spent. Amounts are decimal and never converted.
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


@dataclass(frozen=True, slots=True)
class Estate:
    """Where the example lies, and the instants that belong to it."""

    root: Path
    config: Path
    as_of: datetime
    collected_at: datetime


def write_estate(root: Path, *, incidents: Sequence[str] = (), seed: int = SEED) -> Estate:
    """Write the example into the new folder ``root``.

    Raises:
        UsageError: an unknown incident, or a folder that exists or cannot be written.
    """
    names = tuple(incidents)
    check_incidents(names)
    try:
        root.mkdir(parents=True, exist_ok=False)
        _write_requests(root, names, seed)
        _write_trail(root, names, seed)
        _write(root / "baseline" / "throughput.jsonl", _lines(baseline.minutes(START, AS_OF, names, seed)))
        for name, content in inventory.files(START, FIRST, LAST, names).items():
            _write(root / name, content)
        for name, content in audit.files(START, FIRST, LAST, JUDGED, names, seed).items():
            _write(root / name, content)
        for name, content in (records.files(LAST, names) | privacy.files(LAST, names)).items():
            _write(root / name, content)
        for name, content in personal_data.files(START, FIRST, LAST, names).items():
            _write(root / name, content)
        _write_money(root, names)
        config = CONFIG + inventory.CONFIG + audit.CONFIG + records.CONFIG + privacy.CONFIG + personal_data.CONFIG
        (root / "auditor.toml").write_text(config, encoding="utf-8")
    except OSError as error:
        raise UsageError(
            f"{error.filename}: the example cannot be written ({error.strerror})", remedy="give another folder"
        ) from error
    return Estate(root, root / "auditor.toml", AS_OF, COLLECTED_AT)


def _write_requests(root: Path, incidents: tuple[str, ...], seed: int) -> None:
    random = Random(seed)  # noqa: S311 - an example, not a secret
    hours: dict[str, list[dict[str, Any]]] = defaultdict(list)
    beats = []
    for number, start in enumerate(traffic.slots(FIRST, LAST)):
        minute = (start - START).total_seconds() / 60
        requests = traffic.slot_requests(random, start, minute, incidents, number)
        if traffic.logged(minute, incidents):
            hours[f"{start:%H}"] += requests
        if traffic.observed(minute, incidents):
            end = start + timedelta(seconds=traffic.SLOT_S)
            beats.append({"start": isoformat(start), "end": isoformat(end), "records": len(requests)})
    for hour, requests in hours.items():
        _write_gzip(root / "requests" / f"requests-{hour}.jsonl.gz", _lines(requests))
    _write(root / "heartbeats" / "requests.jsonl", _lines(beats))


def _write_trail(root: Path, incidents: tuple[str, ...], seed: int) -> None:
    random = Random(seed + 1)  # noqa: S311 - an example, not a secret
    beats: list[dict[str, Any]] = []
    moment = FIRST
    while moment < LAST:
        minute = int((moment - START).total_seconds() // 60)
        for region in trail.HOME_REGIONS:
            records = trail.interval_records(random, region, moment, minute, incidents)
            beats += _beat(moment, region, records)
            if not ("trail_gap" in incidents and region == trail.HOME_REGIONS[1] and minute in TRAIL_GAP):
                _write_log(root, region, moment, records)
        strays = {"region_leak": "us-east-1", "unknown_region": "eu-nowhere-9"}
        hit = {strays[name] for name in strays if name in incidents and minute == trail.INCIDENT_MINUTE}
        for region in sorted({*trail.QUIET_REGIONS, *hit}):
            records = trail.stray_records(moment, region) if region in hit else []
            beats += _beat(moment, region, records)
            if records:
                _write_log(root, region, moment, records)
        moment += timedelta(seconds=trail.INTERVAL_S)
    _write(root / "heartbeats" / "cloudtrail.jsonl", _lines(beats))


def _write_money(root: Path, incidents: tuple[str, ...]) -> None:
    _write(root / "costs.jsonl", _lines(money.bill(MONTH, incidents)))
    _write(root / "budgets.jsonl", _lines([money.budget(MONTH, NEXT_MONTH)]))


def _beat(start: datetime, region: str, records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    end = start + timedelta(seconds=trail.INTERVAL_S)
    regions = Counter(one["awsRegion"] for one in records)
    times = {"start": isoformat(start), "end": isoformat(end)}
    return [{**times, "records": regions[region], "account": trail.ACCOUNT, "region": region}]


def _write_log(root: Path, region: str, moment: datetime, records: list[dict[str, Any]]) -> None:
    name = f"{trail.ACCOUNT}_CloudTrail_{region}_{moment:%Y%m%dT%H%MZ}_{moment:%H%M}ExampleTrail01"
    folder = root / "cloudtrail" / "AWSLogs" / trail.ACCOUNT / "CloudTrail" / region / f"{moment:%Y/%m/%d}"
    _write_gzip(folder / f"{name}.json.gz", json.dumps({"Records": records}, separators=(",", ":")).encode())


def _lines(documents: Iterable[dict[str, Any]]) -> bytes:
    return "".join(json.dumps(one, separators=(",", ":")) + "\n" for one in documents).encode()


def _write_gzip(path: Path, content: bytes) -> None:
    """Write ``content`` as a gzip member of stored blocks (RFC 1951, section 3.2.4)."""
    starts = range(0, max(len(content), 1), STORED_BLOCK)
    body = b""
    for start in starts:
        block = content[start : start + STORED_BLOCK]
        body += struct.pack("<BHH", start == starts[-1], len(block), len(block) ^ 0xFFFF) + block
    _write(path, GZIP_HEADER + body + struct.pack("<II", zlib.crc32(content), len(content) & 0xFFFFFFFF))


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)

"""``baseline capture``: freeze what a period before the change measured, into one file that later runs collect.

Rules kept here: only a period that an observer saw whole, and in which the log says of every request what it was, is a
baseline: a gap would lower the bar. Shares are counts and values are exact; nothing is averaged. The file names the
snapshot that was measured by its digest, and is written whole or not at all, never over another.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from auditor.adapters.policies.pack import load_pack, tables_read
from auditor.adapters.snapshot.reader import MANIFEST, open_snapshot
from auditor.adapters.sql.engine import SqlEngine
from auditor.core.intervals import wilson
from auditor.errors import CollectionError, UsageError
from auditor.model import epoch_us, isoformat
from auditor.shell import baseline_queries
from auditor.shipped import policies_dir

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from auditor.adapters.snapshot.reader import Snapshot

MINUTE_US = 60_000_000
LARGEST = 8  # limits that request_slots counts


@dataclass(frozen=True, slots=True)
class Captured:
    """What was written: the file, its SHA-256 (hex), and a sentence about each share that it holds."""

    path: Path
    sha256: str
    shares: int
    values: int
    said: tuple[str, ...]


def capture(
    snapshot_path: Path,
    output: Path,
    *,
    start: datetime,
    end: datetime,
    request_sources: Sequence[str],
    latency_limits_us: Mapping[str, int],
) -> Captured:
    """Measure [start, end) of the snapshot and write it to the new file ``output``.

    ``latency_limits_us`` is the limit of each kind of request whose share within it is frozen.

    Raises:
        UsageError: a period or limits that cannot be, or ``output`` exists or cannot be written.
        SnapshotError: the snapshot is not whole.
        CollectionError: the period was not observed in full, or holds nothing.
    """
    snapshot = open_snapshot(snapshot_path)
    _refuse_impossible(snapshot, start, end, latency_limits_us)
    digest = hashlib.sha256((snapshot_path / MANIFEST).read_bytes()).hexdigest()
    times = {"start_us": epoch_us(start), "end_us": epoch_us(end)}
    with SqlEngine(snapshot.tables) as sql:
        _derive(sql, times, request_sources, latency_limits_us)
        parameters = times | {"request_sources": list(request_sources)}
        _refuse_gaps(sql, parameters)
        shares = [_share(row) for row in _shares(sql, parameters, latency_limits_us)]
        values = [_value(row) for row in sql.query("baseline values", baseline_queries.VALUES, parameters)]
    if not shares:
        raise CollectionError(
            f"{snapshot_path}: no request of {', '.join(request_sources)} from {isoformat(start)} to {isoformat(end)}",
            remedy="name another period or --request-source",
        )
    header = {
        "baseline": 1,
        "snapshot": digest,
        "collectedAt": isoformat(snapshot.collected_at),
        "start": isoformat(start),
        "end": isoformat(end),
        "shares": len(shares),
        "values": len(values),
    }
    content = "".join(json.dumps(one, separators=(",", ":")) + "\n" for one in (header, *shares, *values)).encode()
    _write(output, content)
    said = tuple(_sentences(shares))
    return Captured(output, hashlib.sha256(content).hexdigest(), len(shares), len(values), said)


def _refuse_impossible(
    snapshot: Snapshot, start: datetime, end: datetime, latency_limits_us: Mapping[str, int]
) -> None:
    if start >= end or epoch_us(start) % MINUTE_US or epoch_us(end) % MINUTE_US:
        raise UsageError(
            f"the period from {isoformat(start)} to {isoformat(end)} is no whole number of minutes",
            remedy="give --from and --to as whole minutes, the first before the second",
        )
    if end > snapshot.collected_at:
        raise UsageError(
            f"the period ends at {isoformat(end)}, after the collection at {isoformat(snapshot.collected_at)}",
            remedy="collect again, or give an earlier --to",
        )
    if len(set(latency_limits_us.values())) > LARGEST:
        raise UsageError(f"{len(latency_limits_us)} latency limits, at most {LARGEST}", remedy="give fewer")


def _derive(
    sql: SqlEngine, times: Mapping[str, int], request_sources: Sequence[str], latency_limits_us: Mapping[str, int]
) -> None:
    """Compute the shipped pack's tables of slots, so that a baseline counts as the gates do."""
    pack = load_pack(policies_dir())
    shared = {
        "as_of_us": times["end_us"],
        "horizon_start_us": times["start_us"],
        "horizon_end_us": times["end_us"],
        "all_request_sources": sorted(request_sources),
        "all_latency_limit_us": sorted(set(latency_limits_us.values())),
    }
    for table in tables_read(pack, [baseline_queries.GAPS, baseline_queries.WITHIN]):
        sql.derive(table.name, table.sql, shared)


def _refuse_gaps(sql: SqlEngine, parameters: dict[str, Any]) -> None:
    [row] = sql.query("baseline gaps", baseline_queries.GAPS, parameters)
    if row["gaps"]:
        raise CollectionError(
            f"{row['gaps']} of {row['slots']} slots of 10 s were not observed in full, the first at "
            f"{row['first_gap']} s of Unix time: what is missing there would lower the bar",
            remedy="give a period that the observers saw whole",
        )
    if row["unplaced"]:
        raise CollectionError(
            f"of {row['unplaced']} requests the log does not say route, kind, outcome, latency or cache result",
            remedy="correct the mapping in auditor.toml, or give another period",
        )


def _shares(
    sql: SqlEngine, parameters: dict[str, Any], latency_limits_us: Mapping[str, int]
) -> Iterator[dict[str, Any]]:
    rows = sql.query("baseline shares", baseline_queries.SHARES, parameters)
    for kind, limit in sorted(latency_limits_us.items()):
        rows += sql.query("baseline within", baseline_queries.WITHIN, parameters | {"kind": kind, "limit_us": limit})
    yield from sorted(rows, key=lambda row: (row["metric"], row["stratum"], row["start"]))


def _share(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "share": row["metric"],
        "stratum": row["stratum"],
        "start": _instant(row["start"]),
        "end": _instant(row["end"]),
        "offered": row["offered"],
        "completed": row["completed"],
    }


def _value(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "value": row["metric"],
        "stratum": row["stratum"],
        "unit": row["unit"],
        "is": row["value"],
        "observations": row["observations"],
    }


def _instant(us: int) -> str:
    from datetime import UTC, datetime, timedelta  # noqa: PLC0415 - only here

    return isoformat(datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=us))


def _sentences(shares: Sequence[dict[str, Any]]) -> Iterator[str]:
    """Yield each share with its Wilson interval, to be looked at; minutes of throughput as their sum."""
    sums: dict[tuple[str, str], list[int]] = {}
    for one in shares:
        total = sums.setdefault((one["share"], one["stratum"]), [0, 0])
        total[0] += one["completed"]
        total[1] += one["offered"]
    for (metric, stratum), (completed, offered) in sorted(sums.items()):
        if offered:
            interval = wilson(completed, offered)
            low, high = (f"{bound / 10_000:.2f}" for bound in (interval.lower_ppm, interval.upper_ppm))
            where = f" of {stratum}" if stratum else ""
            yield f"{metric}{where}: {completed} of {offered} (95 % interval {low} to {high} %)"


def _write(output: Path, content: bytes) -> None:
    try:
        with output.open("xb") as file:
            file.write(content)
    except OSError as error:
        raise UsageError(
            f"{output}: cannot be written ({error.strerror})", remedy="give another --output; none is overwritten"
        ) from error

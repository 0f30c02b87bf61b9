"""Write the example company to a folder: logs, heartbeats and the ``auditor.toml`` that names them.

Rules kept here: the same (incidents, seed) gives the same bytes on every machine, so gzip members are stored and not
deflated (the output of zlib differs between its versions) and carry neither time nor file name (RFC 1952).
"""

from __future__ import annotations

import json
import struct
import zlib
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from auditor.errors import UsageError
from auditor.estate import calendar, traffic, trail
from auditor.estate.calendar import MS, rfc3339
from auditor.estate.configuration import CONFIGURATION
from auditor.estate.incidents import chosen

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime
    from pathlib import Path

SEED = 20250114
GZIP_HEADER = b"\x1f\x8b\x08\x00" + b"\x00" * 4 + b"\x00\xff"  # deflate, no flags, no time, system unknown
STORED_BLOCK = 0xFFFF


@dataclass(frozen=True, slots=True)
class Estate:
    """Where the example lies, and the instants at which it is collected and judged."""

    root: Path
    config: Path
    window_start: datetime
    as_of: datetime
    collected_at: datetime


def write_estate(root: Path, *, incidents: Sequence[str] = (), seed: int = SEED) -> Estate:
    """Write the example company below ``root`` with ``incidents`` switched on, whatever their order.

    Raises ``UsageError`` for an unknown incident, or when ``root`` is there and holds anything: what lay there would be
    collected too.
    """
    names = chosen(incidents)
    if root.exists() and (not root.is_dir() or any(root.iterdir())):
        raise UsageError(f"{root}: is there and not an empty folder", remedy="name a new folder for the example")
    for path, content in files(names, seed).items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    return Estate(root, root / "auditor.toml", calendar.WINDOW_START, calendar.AS_OF, calendar.COLLECTED_AT)


def files(incidents: Sequence[str], seed: int) -> dict[str, bytes]:
    """Return the content of every file by its path, POSIX and relative."""
    requests = traffic.served(seed, incidents)
    logs = trail.delivered(seed, incidents)
    return {
        "auditor.toml": CONFIGURATION.encode(),
        **_request_files(traffic.logged(requests, incidents)),
        "heartbeats/requests.jsonl": _lines(map(_request_beat, traffic.beats(requests, incidents))),
        **{f"cloudtrail/{file.key}": _log_object(file) for file in trail.kept(logs, incidents)},
        "heartbeats/cloudtrail.jsonl": _lines(map(_trail_beat, logs)),
    }


def _request_files(requests: Iterable[traffic.Request]) -> dict[str, bytes]:
    hours: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for request in requests:
        document = {
            "timestamp": rfc3339(request.ended_ms),
            "requestId": request.identifier,
            "routingPath": request.route,
            "type": request.kind,
            "status": request.status,
            "latencyMs": None if request.latency_us is None else request.latency_us / MS,
        }
        hours[document["timestamp"][11:13]].append(document)
    return {f"requests/requests-{hour}.jsonl.gz": stored_gzip(_lines(rows)) for hour, rows in hours.items()}


def _request_beat(beat: traffic.Beat) -> dict[str, Any]:
    return {"start": rfc3339(beat.span.start_s * MS), "end": rfc3339(beat.span.end_s * MS), "records": beat.records}


def _trail_beat(file: trail.LogFile) -> dict[str, Any]:
    return {
        "start": rfc3339(file.span.start_s * MS),
        "end": rfc3339(file.span.end_s * MS),
        "records": len(file.records),
        "account": trail.ACCOUNT,
        "region": file.region,
    }


def _log_object(file: trail.LogFile) -> bytes:
    return stored_gzip(json.dumps({"Records": file.records}, separators=(",", ":")).encode())


def _lines(documents: Iterable[dict[str, Any]]) -> bytes:
    return "".join(json.dumps(document, separators=(",", ":")) + "\n" for document in documents).encode()


def stored_gzip(content: bytes) -> bytes:
    """Return a gzip member that holds ``content`` in stored blocks (RFC 1951, section 3.2.4)."""
    blocks = [content[start : start + STORED_BLOCK] for start in range(0, len(content), STORED_BLOCK)] or [b""]
    body = b"".join(
        struct.pack("<BHH", index == len(blocks) - 1, len(block), len(block) ^ 0xFFFF) + block
        for index, block in enumerate(blocks)
    )
    return GZIP_HEADER + body + struct.pack("<II", zlib.crc32(content), len(content) & 0xFFFFFFFF)

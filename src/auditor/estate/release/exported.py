"""Records that a system exports every ten minutes: what an export holds, and the exporter's own record of it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from auditor.model import isoformat

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

FIRST = datetime(2025, 1, 14, 7, 40, tzinfo=UTC)
EVERY = timedelta(minutes=10)

Told = tuple[datetime, dict[str, Any]]
"""A record, and when it was written."""


def exported(records: Sequence[Told], known: datetime) -> tuple[bytes, bytes]:
    """Return the records of the last export before ``known``, and the lines that tell of every export until then."""
    moments = list(exports(known))
    last = moments[-1]
    held = lines(record for written, record in records if written < last)
    told = lines({"exported_at": isoformat(at), "records": sum(w < at for w, _ in records)} for at in moments)
    return held, told


def exports(known: datetime) -> Iterator[datetime]:
    """Yield the instants of the exports before ``known``; the first is made whatever ``known`` is."""
    moment = FIRST
    while moment == FIRST or moment < known:
        yield moment
        moment += EVERY


def lines(documents: Iterable[dict[str, Any]]) -> bytes:
    """Return one JSON object a line."""
    return "".join(json.dumps(one, separators=(",", ":")) + "\n" for one in documents).encode()

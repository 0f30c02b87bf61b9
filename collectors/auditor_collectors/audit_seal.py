"""Our own chain over the events of an audit log, as they enter the snapshot: SHA-256, over every member that is kept.

Rules kept here: ``link_n = SHA-256(link_{n-1} || event_n)``, ``link_0`` empty, over the events of one chain in order of
their ``sequence``; ``event_n`` is the row in ``application_events`` without scope, place and person (an erasure makes
another of it, and is no tampering), as compact JSON in ASCII with sorted names, instants as microseconds since the
epoch. So anyone who holds the snapshot can compute it again, and an edit that the application's own hash is blind to
changes it. An earlier collection is a witness: what it saw as the link after ``events`` events of the chain with that
head must be there again.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pyarrow as pa

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LEFT_OUT = ("system", "environment", "source", "chain", "sequence", "person")
COUNTED = {"missing": "missing", "forked": "forked", "unhashed": "unhashed"}


@dataclass(frozen=True, slots=True)
class Witness:
    """What an earlier collection saw: head, number of events, and the link after them."""

    head: str
    events: int
    tail: str


@dataclass(slots=True)
class Chain:
    """One chain, sealed event by event."""

    number: int
    first_time: datetime
    last_time: datetime
    links: dict[int, str] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(("mismatches", *COUNTED.values()), 0))
    events: int = 0
    head: str = ""
    tail: str = ""

    def add(self, row: dict[str, Any], kept: frozenset[int]) -> None:
        """Add the next event; the link after each of ``kept`` numbers of events is remembered."""
        self.tail = link(self.tail, row)
        self.events += 1
        self.head = self.head or self.tail
        self.first_time = min(self.first_time, row["event_time"])
        self.last_time = max(self.last_time, row["event_time"])
        self.counts["mismatches"] += row["hash_verified"] is False
        if row["link"] in COUNTED:
            self.counts[COUNTED[row["link"]]] += 1
        if self.events in kept:
            self.links[self.events] = self.tail


def link(before: str, row: dict[str, Any]) -> str:
    """Return the link after ``row``, in hex; ``before`` is the one before it, empty for the first."""
    return hashlib.sha256(bytes.fromhex(before) + sealed_text(row)).hexdigest()


def sealed_text(row: dict[str, Any]) -> bytes:
    """Return the bytes of a row of ``application_events`` that our chain covers."""
    kept = {name: value for name, value in row.items() if name not in LEFT_OUT}
    return json.dumps(kept, sort_keys=True, separators=(",", ":"), default=_microseconds).encode()


def _microseconds(moment: datetime) -> int:
    return (moment - EPOCH) // timedelta(microseconds=1)


class Sealing:
    """The chains of a source, fed with its events in order of chain and sequence."""

    def __init__(self, witnesses: Sequence[Witness]) -> None:
        self._witnesses = witnesses
        self._kept = frozenset(one.events for one in witnesses)
        self._chains: list[Chain] = []

    def add(self, rows: pa.RecordBatch) -> None:
        """Add the next rows of ``application_events``."""
        for row in rows.to_pylist():
            if not self._chains or self._chains[-1].number != row["chain"]:
                self._chains.append(Chain(row["chain"], row["event_time"], row["event_time"]))
            self._chains[-1].add(row, self._kept)

    def rows(self, scope: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """Yield the rows of ``audit_chains``; a chain that was seen earlier and is gone is one too, number below 0.

        Each says how many chains of the source are altered or lost, so that leaving out their rows does not hide it.
        """
        rows = list(self._rows())
        altered, lost = (sum(row["witness"] == state for row in rows) for state in ("altered", "lost"))
        for row in rows:
            yield scope | row | {"altered_chains": altered, "lost_chains": lost}

    def _rows(self) -> Iterator[dict[str, Any]]:
        for chain in self._chains:
            found = [chain.links.get(one.events) == one.tail for one in self._witnesses if one.head == chain.head]
            witness = "none" if not found else "held" if all(found) else "altered"
            yield _row(chain.number, witness, chain)
        heads = {chain.head for chain in self._chains}
        gone = sorted({one.head for one in self._witnesses} - heads)
        for number, head in enumerate(gone, start=1):
            yield _row(-number, "lost", None) | {"head": head}


def _row(number: int, witness: str, chain: Chain | None) -> dict[str, Any]:
    empty = dict.fromkeys(("mismatches", *COUNTED.values()), 0)
    return {
        "chain": number,
        "first_time": chain.first_time if chain else None,
        "last_time": chain.last_time if chain else None,
        "events": chain.events if chain else 0,
        **(chain.counts if chain else empty),
        "head": chain.head if chain else "",
        "tail": chain.tail if chain else None,
        "witness": witness,
    }

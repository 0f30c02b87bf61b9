"""The chains of an audit log: several processes write into one log, each linking its own events, and none says which.

Rules kept here: an event belongs to the chain whose last event's hash it names; an event that names nothing begins one.
One that names a hash which is no chain's last begins a chain too, and says so (``missing``), until an event turns up
that has this hash (then ``linked``: events of one instant have no order, and files none). Where the log begins with it,
nobody knows whether anything was before (``continued``). What never links (a declared type) is told from what
should and has no hash. Where two chains end in the same hash, the one that was written last goes on: 32 bits repeat.
Memory grows with the number of chains, never with that of events: a log of more than ``MOST_CHAINS`` is refused.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from auditor.errors import CollectionError
from auditor_collectors.batches import exactly
from auditor_collectors.spilled import spill

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    import duckdb

MOST_CHAINS = 10_000
FETCHED = 10_000
GENESIS = ""


class Separation:
    """Chains told apart while their events are given in order."""

    def __init__(self, heads: Iterable[str] = ()) -> None:
        self._heads = set(heads)
        self._tails: dict[str, list[int]] = {}
        self._wanted: defaultdict[str, list[int]] = defaultdict(list)
        self._into: list[int] = [0]
        self._resolved: set[int] = set()

    def place(self, previous: str, own: str) -> tuple[int, str]:
        """Return the chain of the next event and how it hangs on it; ``chains`` says what became of both."""
        chain, link = self._chain(previous)
        waiting = self._wanted.get(own)
        if waiting and self.root(waiting[-1]) != self.root(chain):
            first = waiting.pop()
            if not waiting:
                del self._wanted[own]
            self._resolved.add(first)
            self._into[first] = chain
        else:
            self._tails.setdefault(own, []).append(chain)
        return chain, link

    def _chain(self, previous: str) -> tuple[int, str]:
        if previous == GENESIS:
            return self._new(), "genesis"
        if tails := self._tails.get(previous):
            chain = tails.pop()
            if not tails:
                del self._tails[previous]
            return chain, "linked"
        if previous in self._heads:
            self._heads.remove(previous)
            return self._new(), "declared"
        chain = self._new()
        self._wanted[previous].append(chain)
        return chain, "missing"

    def _new(self) -> int:
        chain = len(self._into)
        if chain > MOST_CHAINS:
            raise CollectionError(
                f"found more than {MOST_CHAINS} chains, expected one for each process that wrote into the log",
                remedy="collect fewer files; if there is one file, nearly every link of it is broken",
            )
        self._into.append(chain)
        return chain

    def root(self, chain: int) -> int:
        """Return the chain that ``chain`` turned out to be a part of."""
        while self._into[chain] != chain:
            self._into[chain] = self._into[self._into[chain]]
            chain = self._into[chain]
        return chain

    def chains(self) -> Iterator[dict[str, Any]]:
        """Yield each number given by ``place``: its final number, and whether its first event has a predecessor."""
        final: dict[int, int] = {}
        for chain in range(1, len(self._into)):
            number = final.setdefault(self.root(chain), len(final) + 1)
            yield {"chain": chain, "final": number, "resolved": chain in self._resolved}


def separate(connection: duckdb.DuckDBPyConnection, events: str, heads: Sequence[str], work: Path) -> str:
    """Return SQL for ``file_number``, ``row_number``, ``chain`` and ``link`` of every one of ``events``.

    ``events`` is SQL with the columns of the spilled events, ``links`` (whether its type does) and ``hashed``; the
    files of the answer lie in ``work``.
    """
    import pyarrow as pa  # noqa: PLC0415 - heavy

    found = Separation(heads)
    numbers: list[tuple[str, Any]] = [(name, pa.int64()) for name in ("file_number", "row_number", "chain")]
    placed, chains = work / "placed.parquet", work / "chains.parquet"
    spill(placed, pa.schema([*numbers, ("link", pa.string())]), _placed(connection.cursor(), events, found))
    finals: list[tuple[str, Any]] = [("chain", pa.int64()), ("final", pa.int64()), ("resolved", pa.bool_())]
    spill(chains, pa.schema(finals), found.chains())
    return f"""
        select
            one.file_number, one.row_number,
            case when one.links and one.hashed then chains.final else 0 end as chain,
            case
                when not one.links then 'unlinked'
                when not one.hashed then 'unhashed'
                when placed.link <> 'missing' then placed.link
                when chains.resolved then 'linked'
                when one.previous_text in (select hash_text from ({events}) where links and hashed) then 'forked'
                when one.event_time = (select min(event_time) from ({events}) where links and hashed) then 'continued'
                else 'missing'
            end as link
        from ({events}) as one
        left join read_parquet({exactly(placed)}) as placed using (file_number, row_number)
        left join read_parquet({exactly(chains)}) as chains on chains.chain = placed.chain
    """


def _placed(cursor: duckdb.DuckDBPyConnection, events: str, found: Separation) -> Iterator[dict[str, Any]]:
    cursor.execute(
        f"""
        select file_number, row_number, previous_text, hash_text
        from ({events})
        where links and hashed
        order by event_time, event_hi, event_lo
        """
    )
    while rows := cursor.fetchmany(FETCHED):
        for file_number, row_number, previous, own in rows:
            chain, link = found.place(previous, own)
            yield {"file_number": file_number, "row_number": row_number, "chain": chain, "link": link}

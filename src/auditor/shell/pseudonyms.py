"""Pseudonyms for a collection, and what a snapshot holds on one person."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from auditor.adapters.snapshot.reader import open_snapshot
from auditor.adapters.vault.vault import Vault
from auditor.tables import TABLES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from auditor.config import VaultPlace

PERSON = "person"


@contextmanager
def pseudonyms(place: VaultPlace | None) -> Iterator[Callable[[str, str], str] | None]:
    """Give what names persons while the sources are collected; nothing where no vault is declared."""
    if place is None:
        yield None
        return
    with Vault(place.file, place.key) as vault:
        yield vault.pseudonym


def rows_of(snapshot: Path, names: Sequence[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each row, with the table it is of, that the snapshot holds on the person of these pseudonyms."""
    import pyarrow as pa  # noqa: PLC0415 - heavy
    import pyarrow.compute as pc  # noqa: PLC0415 - heavy
    import pyarrow.parquet as pq  # noqa: PLC0415 - heavy

    tables = open_snapshot(snapshot).tables
    for name in sorted(name for name, table in TABLES.items() if any(one.name == PERSON for one in table.columns)):
        with pq.ParquetFile(tables[name]) as file:
            for batch in file.iter_batches():
                held = batch.filter(pc.is_in(batch.column(PERSON), value_set=pa.array(names, pa.string())))
                for row in held.to_pylist():
                    yield name, row

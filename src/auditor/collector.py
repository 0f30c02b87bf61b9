"""The seam between the program and its collectors: the only module, with model and errors, they import.

A collector is a class found by the entry-point group ``auditor.collectors``; its entry-point name
is the ``kind`` of a source in ``auditor.toml``. Rules it keeps:

- it streams: it yields Arrow record batches of bounded size and never holds a source in memory;
- it reports what the source said; an absent field stays null, and what null means is policy;
- it always yields at least one ``coverage`` row, and raises ``CollectionError`` for what is malformed;
- ``collected_at`` is given to it by the program, never read from a source;
- only columns of the declared tables (``auditor.tables``) leave it; free text and personal identifiers do not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from pathlib import Path

    import pyarrow as pa

    from auditor.model import Scope

ENTRY_POINT_GROUP = "auditor.collectors"


@dataclass(frozen=True, slots=True)
class CollectContext:
    """What the program tells a collector.

    ``source`` is the name of the source in ``auditor.toml``; relative paths are resolved against
    ``root``; ``work`` is a private scratch directory that the program removes; ``collected_at`` is
    the auditor's own instant (UTC); ``progress(done_bytes, total_bytes)`` may be called any time;
    ``pseudonym(identifier, period)`` names a person by what only the vault can lead back, and is None where no vault is
    declared: then no person is told from another.
    """

    source: str
    scope: Scope
    root: Path
    work: Path
    collected_at: datetime
    progress: Callable[[int, int], None] = lambda _done, _total: None
    pseudonym: Callable[[str, str], str] | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows of one declared table."""

    table: str
    rows: pa.RecordBatch


class Collector(Protocol):
    """One source kind. ``options`` is its table in ``auditor.toml`` without ``kind``.

    ``example`` is a commented section of ``auditor.toml`` for ``auditor init`` (TOML text, one or more whole
    ``[sources.<name>]`` tables that ``check`` accepts). A collector from elsewhere may leave the attribute out.
    """

    example: str

    def check(self, options: dict[str, Any]) -> list[str]:
        """Return every problem of ``options`` as a sentence that names the key; empty when valid."""
        ...

    def collect(self, options: dict[str, Any], context: CollectContext) -> Iterator[Batch]:
        """Yield the source's facts. Raises ``auditor.errors.CollectionError``."""
        ...

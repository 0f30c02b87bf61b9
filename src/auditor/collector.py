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

import threading
from dataclasses import dataclass, field
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
    the auditor's own instant (UTC); ``progress(done_bytes, total_bytes)`` may be called any time.

    What asks a service over the network also has: ``recording``, the folder in which it keeps every answer as it comes
    (its own, in ``work``, where None), from which an interrupted collection goes on; ``replayed``, that the folder is
    all there is and no connection may be opened; ``clock``, for when an answer came; and ``shared``, where sources of
    one collection find what another of them has made, under ``lock``.

    ``pseudonym(identifier, period)`` names a person by what only the vault can lead back, and is None where no vault is
    declared: then no person is told from another.
    """

    source: str
    scope: Scope
    root: Path
    work: Path
    collected_at: datetime
    progress: Callable[[int, int], None] = lambda _done, _total: None
    recording: Path | None = None
    replayed: bool = False
    clock: Callable[[], datetime] | None = None
    shared: dict[Any, Any] = field(default_factory=dict)
    lock: threading.RLock = field(default_factory=threading.RLock)
    pseudonym: Callable[[str, str], str] | None = None

    def now(self) -> datetime:
        """Return the present instant, UTC: that of the collection where the clock stands."""
        return self.collected_at if self.clock is None else self.clock()


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows of one declared table."""

    table: str
    rows: pa.RecordBatch


@dataclass(frozen=True, slots=True)
class PlannedCall:
    """One call that a source would make, for who wants to know before: how often at least, and for what price.

    ``accounts`` and ``regions`` are how many of each are asked; None where the service itself would name them.
    ``actions`` are the permissions that the call needs, on ``resources``; ``price_nano_usd`` is that of one request.
    """

    service: str
    call: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    accounts: int | None
    regions: int | None
    price_nano_usd: int


class AskingCollector(Protocol):
    """What a collector that asks services over the network has beside ``check`` and ``collect``."""

    operations: tuple[Any, ...]

    def plan(self, options: dict[str, Any]) -> list[PlannedCall]:
        """Return every call that ``options`` would make; nothing is asked."""
        ...

    def permissions(self) -> list[tuple[str, tuple[str, ...]]]:
        """Return every permission that the source may need: an action, and the resources it is needed on."""
        ...


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

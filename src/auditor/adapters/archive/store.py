"""What an archive asks of the place it keeps objects in; implemented by ``directory`` and ``s3``.

Rules kept here: an object is put where there is none and never replaced; what is deleted or overwritten is still seen,
as a marker or a second version; a store says honestly whether it can forbid deletion.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from auditor.adapters.bundle.manifest import Entry

COMPLIANCE = "COMPLIANCE"


@dataclass(frozen=True, slots=True)
class ObjectVersion:
    """One version under a key, ``size`` in bytes; ``deleted`` is a marker that hides the versions below it."""

    key: str
    version: str
    size: int
    modified: datetime
    latest: bool
    deleted: bool = False


class Retention(NamedTuple):
    """Until when nobody may delete a version; only ``COMPLIANCE`` binds the owner of the store too."""

    mode: str
    until: datetime


class ObjectStore(Protocol):
    """A place for objects. Every method raises ``EngineError`` when the place cannot be reached, read or written."""

    @property
    def locks(self) -> bool:
        """Whether the store itself forbids deletion before an object's time."""

    def check(self) -> None:
        """See that the store is there and set up as an archive. Raises ``UsageError``."""

    def put_absent(self, key: str, source: Path, entry: Entry, retain_until: datetime | None) -> None:
        """Write the file ``source``, of digest and size ``entry``, under a key that shows nothing; else do nothing."""

    def versions(self, prefix: str = "") -> Iterator[ObjectVersion]:
        """Yield every version and delete marker whose key begins with ``prefix``."""

    def read(self, version: ObjectVersion) -> Iterator[bytes]:
        """Yield the content of one version in blocks."""

    def retention(self, version: ObjectVersion) -> Retention | None:
        """Return until when a version is kept; ``None``: it may be deleted."""

    def extend(self, version: ObjectVersion, until: datetime) -> None:
        """Keep a version until a later time."""

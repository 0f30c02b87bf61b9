"""An archive in a directory: the embedded default, of the same layout as a bucket.

Rules kept here: an object appears whole or not at all and is never replaced (a private file, fsync, a lock, rename); a
writer that was killed leaves nothing but a file in ``.incoming``, which the next one removes. A directory cannot forbid
its owner to delete: it keeps no versions and locks nothing, and says so.
"""

from __future__ import annotations

import fcntl
import os
import stat
import tempfile
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from auditor.adapters.archive.store import ObjectVersion
from auditor.adapters.bundle.digests import plain_blocks
from auditor.errors import EngineError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.adapters.bundle.manifest import Entry

INCOMING = ".incoming"
LOCK = ".lock"


@dataclass(frozen=True, slots=True)
class DirectoryStore:
    """Objects as files below ``root``; a key is a relative path."""

    root: Path

    @property
    def locks(self) -> bool:
        """Whether deletion is forbidden: never here."""
        return False

    def check(self) -> None:
        """See that the directory is there. Raises ``UsageError``."""
        if not self.root.is_dir():
            raise UsageError(f"{self.root}: no such directory", remedy="name the directory of an archive, or make it")

    def put_absent(self, key: str, source: Path, entry: Entry, retain_until: datetime | None) -> None:
        """Copy ``source`` to ``key`` unless something is there. Raises ``EngineError``."""
        del retain_until
        place = self.root / key
        try:
            (self.root / INCOMING).mkdir(parents=True, exist_ok=True)
            with self._incoming() as (scratch, descriptor):
                for block in plain_blocks(source, source.name, entry.size):
                    _write(descriptor, block)
                os.fchmod(descriptor, 0o444)
                os.fsync(descriptor)
                with self._locked():
                    self._forget_killed()
                    if not os.path.lexists(place):
                        _make_folders(place.parent)
                        scratch.rename(place)
                        _sync(place.parent)
        except OSError as error:
            raise EngineError(
                f"{place}: cannot be written ({error.strerror})", remedy="free some space, or give another archive"
            ) from error

    def versions(self, prefix: str = "") -> Iterator[ObjectVersion]:
        """Yield every file whose path begins with ``prefix``, and whatever else lies there, sorted."""
        first = prefix.rpartition("/")[0]
        for path in _walk(self.root / first):
            key = path.relative_to(self.root).as_posix()
            if key.startswith(prefix) and key != LOCK and not key.startswith(f"{INCOMING}/"):
                with suppress(FileNotFoundError):
                    status = path.lstat()
                    modified = datetime.fromtimestamp(status.st_mtime, UTC)
                    yield ObjectVersion(key, "", status.st_size, modified, latest=True)

    def read(self, version: ObjectVersion) -> Iterator[bytes]:
        """Yield a file's content. Raises ``VerificationError`` for what is no plain file, ``EngineError``."""
        return plain_blocks(self.root / version.key, version.key, version.size)

    def retention(self, version: ObjectVersion) -> None:
        """Return ``None``: a directory keeps nothing from its owner."""
        del version

    def extend(self, version: ObjectVersion, until: datetime) -> None:
        """Refuse: a directory locks nothing. Raises ``EngineError``."""
        raise EngineError(f"{self.root / version.key}: a directory cannot keep it until {until}")

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with (self.root / LOCK).open("ab") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    @contextmanager
    def _incoming(self) -> Iterator[tuple[Path, int]]:
        """Give a new file that is locked for as long as it is written, and gone afterwards unless it was renamed."""
        with self._locked():  # so that nobody takes it for a killed writer's before it is locked
            descriptor, name = tempfile.mkstemp(dir=self.root / INCOMING)
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        try:
            yield Path(name), descriptor
        finally:
            with suppress(FileNotFoundError):
                Path(name).unlink()
            os.close(descriptor)

    def _forget_killed(self) -> None:
        """Remove what writers left that live no more: who lives holds a lock on his file."""
        for path in (self.root / INCOMING).iterdir():
            with suppress(FileNotFoundError, BlockingIOError), path.open("rb") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                path.unlink()


def _write(descriptor: int, block: bytes) -> None:
    rest = memoryview(block)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def _make_folders(folder: Path) -> None:
    """Make a folder and those above it, each known to the disk before anything is put into it."""
    missing = [one for one in (folder, *folder.parents) if not one.exists()]
    for one in reversed(missing):
        one.mkdir(exist_ok=True)
        _sync(one.parent)


def _walk(folder: Path) -> Iterator[Path]:
    """Yield everything below a folder that is no folder, sorted; links are not followed."""
    try:
        inside = sorted(folder.iterdir())
    except FileNotFoundError:
        return
    except OSError as error:
        raise EngineError(f"{folder}: cannot be read ({error.strerror})") from error
    for path in inside:
        if stat.S_ISDIR(path.lstat().st_mode):
            yield from _walk(path)
        else:
            yield path


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

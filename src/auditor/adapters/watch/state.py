"""The file in which a watch remembers how far it came, whatever instant it dies at.

Rules kept here: one watch at a time holds the file (an advisory lock beside it, which ends with its process); what is
kept is on the disk before anything is set off; a file that cannot be read is refused, never begun anew.
"""

from __future__ import annotations

import fcntl
import json
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from auditor.adapters import durable
from auditor.core.canonical import canonical_json
from auditor.core.watching import Watch, read_watch
from auditor.errors import EngineError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LARGEST = 1 << 16


class WatchState:
    """The open file of one watch."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def load(self, subject: str) -> Watch:
        """Return the watch that is kept, or a new one of ``subject``. Raises ``UsageError``: it is of another."""
        try:
            with self._path.open("rb") as file:
                content = file.read(LARGEST)
            watch = read_watch(json.loads(content))
        except FileNotFoundError:
            return Watch(subject)
        except OSError as error:
            raise EngineError(f"{self._path}: cannot be read ({error.strerror})", remedy="make it readable") from error
        except ValueError as error:
            raise UsageError(
                f"{self._path}: is no state of a watch; expected {error}",
                remedy="look whether a rollback was set off; then remove the file, or give another --state",
            ) from error
        if watch.subject != subject:
            raise UsageError(
                f"{self._path}: is of {watch.subject}, this watch is of {subject}",
                remedy="give each release and gate a --state of its own",
            )
        return watch

    def save(self, watch: Watch) -> None:
        """Have ``watch`` on the disk before this returns. Raises ``EngineError``."""
        try:
            durable.put(self._path, canonical_json(watch.document()) + b"\n", _beside(self._path, ".new"))
        except OSError as error:
            raise EngineError(
                f"{self._path}: cannot be written ({error.strerror})", remedy="free space, or give another --state"
            ) from error


@contextmanager
def hold_state(path: Path) -> Iterator[WatchState]:
    """Give the state at ``path`` to one watch alone. Raises ``UsageError`` while another holds it, ``EngineError``."""
    path = path.absolute()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(_beside(path, ".lock"), os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o644)
    except OSError as error:
        raise EngineError(
            f"{path}: nothing can be kept there ({error.strerror})", remedy="give another --state"
        ) from error
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise UsageError(
                f"{path}: another watch holds it", remedy="stop that one first, or give another --state"
            ) from error
        yield WatchState(path)
    finally:
        os.close(descriptor)


def _beside(path: Path, suffix: str) -> Path:
    return path.with_name(path.name + suffix)

"""A copy of growing files that stands still while it is read.

A collector refuses a file that changes under it, and a log that is written to always does. So a watch reads a copy: of
a file of lines only what was added is copied, up to the last whole line; any other file is copied when it changed.
Rules kept here: a file that was replaced or cut off, or whose last copied bytes are others now, is copied anew; one
that is gone is gone from the copy too; nothing outside the folder is copied.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from auditor.errors import CollectionError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

LINES = {".jsonl", ".ndjson", ".log", ".csv"}
BLOCK = 1 << 20
LAST_BYTES = 4096


@dataclass(frozen=True, slots=True)
class _Copied:
    """What a file was when it was copied last: device and inode, size, and when it changed."""

    inode: tuple[int, int]
    size: int
    changed_ns: int


class Mirror:
    """The copy of files below ``root`` in ``folder``, which is its own."""

    def __init__(self, root: Path, folder: Path) -> None:
        self._root = root
        self._folder = folder
        self._copied: dict[Path, _Copied] = {}

    def refresh(self, patterns: Iterable[str]) -> None:
        """Bring the copy up to date with the files that ``patterns`` match. Raises ``CollectionError``."""
        found = {path for pattern in patterns for path in self._root.glob(pattern) if path.is_file()}
        for path in sorted(found):
            try:
                self._copy(path)
            except OSError as error:
                name = path.relative_to(self._root).as_posix()
                raise CollectionError(
                    f"{name}: cannot be read ({error.strerror})", remedy="make it readable"
                ) from error
        for path in self._copied.keys() - found:
            del self._copied[path]
            self._target(path).unlink(missing_ok=True)

    def _target(self, path: Path) -> Path:
        return self._folder / path.relative_to(self._root)

    def _copy(self, path: Path) -> None:
        target = self._target(path)
        with path.open("rb") as source:
            stat = os.fstat(source.fileno())
            now = _Copied((stat.st_dev, stat.st_ino), stat.st_size, stat.st_mtime_ns)
            before = self._copied.get(path)
            if now == before:
                return
            target.parent.mkdir(parents=True, exist_ok=True)
            if path.suffix not in LINES:
                _replace(source, target)
            else:
                grown = before is not None and before.inode == now.inode and before.size <= now.size
                with target.open("r+b" if grown else "w+b") as copy:
                    _append_lines(source, copy)
        self._copied[path] = now


def _replace(source: BinaryIO, target: Path) -> None:
    with target.open("wb") as copy:
        shutil.copyfileobj(source, copy, BLOCK)


def _append_lines(source: BinaryIO, copy: BinaryIO) -> None:
    """Add to ``copy`` the whole lines that ``source`` has after it; begin anew where it no longer begins with it."""
    held = copy.seek(0, os.SEEK_END)
    tail = min(held, LAST_BYTES)
    source.seek(held - tail)
    copy.seek(held - tail)
    if source.read(tail) != copy.read(tail):
        source.seek(0)
        copy.seek(0)
        copy.truncate()
        held = 0
    whole = held
    while block := source.read(BLOCK):
        written = copy.write(block)
        last = block.rfind(b"\n")
        if last >= 0:
            whole = held + last + 1
        held += written
    copy.truncate(whole)

"""The files of a source: found by glob, read once in full to prove that they are whole, and digested.

Rules kept here: a glob that finds nothing is an error; an empty, truncated or damaged file is an error (DuckDB reads
past a wrong gzip checksum: measured on 2.0.1, so it is checked here); a line longer than ``MAX_LINE`` is refused before
anything holds it in memory; a file that changes before its rows are read is an error, or its digest would be of other
rows.
"""

from __future__ import annotations

import hashlib
import os
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from auditor.errors import CollectionError
from auditor_collectors.globs import matches

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

GZIP_MAGIC = b"\x1f\x8b"
BLOCK = 1 << 20
MAX_LINE = 16 << 20


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One whole file; ``name`` is relative to the configuration.

    ``sha256`` and ``size`` (bytes) are of the file as it lies there, ``content`` is its size uncompressed. ``stamp``
    tells whether it is still the same file: device, inode, size and time of change, which no program can set back.
    """

    path: Path
    name: str
    sha256: str
    size: int
    content: int
    compressed: bool
    stamp: tuple[int, int, int, int]


def find(root: Path, patterns: Sequence[str], source: str) -> list[Path]:
    """Return the files that ``patterns`` match below ``root``, sorted. Raises ``CollectionError`` when none does."""
    found: set[Path] = set()
    for pattern in patterns:
        try:
            matched = set(matches(root, pattern))
        except OSError as error:
            name = Path(str(error.filename)).relative_to(root).as_posix()
            raise CollectionError(
                f"source {source!r}: {name!r} cannot be read, but {pattern!r} may name it ({error.strerror})",
                remedy="make it readable, remove it, or correct `files` in auditor.toml",
            ) from error
        if not matched:
            raise CollectionError(
                f"source {source!r}: no file matches {pattern!r} in {root}", remedy="correct `files` in auditor.toml"
            )
        found.update(matched)
    for path in found:
        if not str(path).isprintable():
            raise CollectionError(
                f"source {source!r}: the file name {path.name!a} is not printable text", remedy="rename the file"
            )
    return sorted(found)


def inspect_all(
    root: Path,
    paths: Sequence[Path],
    *,
    max_line: int | None,
    progress: Callable[[int, int], None],
) -> list[SourceFile]:
    """Read every file once; return what they are. ``progress(done, total)`` counts bytes."""
    total = sum(path.stat().st_size for path in paths if path.exists())
    done = 0
    files = []
    for path in paths:
        files.append(inspect(path, path.relative_to(root).as_posix(), max_line=max_line))
        done += files[-1].size
        progress(done, total)
    return files


def inspect(path: Path, name: str, *, max_line: int | None) -> SourceFile:
    """Read ``path`` to its end, in flat memory. Raises ``CollectionError`` for what is not whole."""
    digest, size = hashlib.sha256(), 0
    lines = _LineLimit(name, max_line)
    try:
        with path.open("rb") as file:
            before = stamp(os.fstat(file.fileno()))
            compressed = file.read(2) == GZIP_MAGIC
            file.seek(0)
            blocks = _hashed(file.read, digest.update)
            for block in _gunzip(blocks, name) if compressed else blocks:
                lines.feed(block)
                size += len(block)
    except OSError as error:
        raise CollectionError(f"{name}: cannot be read ({error.strerror})", remedy="make the file readable") from error
    if not size:
        raise CollectionError(f"{name}: is empty", remedy="remove the file, or export it again")
    return SourceFile(path, name, digest.hexdigest(), before[2], size, compressed, before)


def refuse_changed(files: Sequence[SourceFile]) -> None:
    """Refuse files that changed since they were inspected: rows and digest would not be of the same bytes."""
    for file in files:
        try:
            same = stamp(file.path.stat()) == file.stamp
        except OSError:
            same = False
        if not same:
            raise CollectionError(
                f"{file.name}: changed while it was read", remedy="collect files that are no longer written to"
            )


def listing_digest(files: Sequence[SourceFile]) -> str:
    """Return the SHA-256 over the sorted ``digest  name`` lines of ``files``."""
    listing = "".join(f"{file.sha256}  {file.name}\n" for file in sorted(files, key=lambda one: one.name))
    return hashlib.sha256(listing.encode()).hexdigest()


def stamp(found: os.stat_result) -> tuple[int, int, int, int]:
    """Return what tells whether a file is still the same: device, inode, size and time of change."""
    return found.st_dev, found.st_ino, found.st_size, found.st_ctime_ns


def _hashed(read: Callable[[int], bytes], update: Callable[[bytes], None]) -> Iterator[bytes]:
    while block := read(BLOCK):
        update(block)
        yield block


def _gunzip(blocks: Iterator[bytes], name: str) -> Iterator[bytes]:
    """Yield the content of a gzip file of one or more members; every checksum is checked."""
    member = zlib.decompressobj(wbits=31)
    try:
        for block in blocks:
            data = block
            while data:
                if member.eof:
                    if not data.startswith(GZIP_MAGIC[: len(data)]):
                        raise CollectionError(f"{name}: bytes follow the gzip stream", remedy="export the file again")
                    member = zlib.decompressobj(wbits=31)
                yield member.decompress(data, BLOCK)
                while member.unconsumed_tail and not member.eof:  # at its end the tail is the next member's
                    yield member.decompress(member.unconsumed_tail, BLOCK)
                data = member.unused_data
    except zlib.error as error:
        raise CollectionError(
            f"{name}: damaged gzip stream ({error})", remedy="export or download the file again"
        ) from error
    if not member.eof:
        raise CollectionError(f"{name}: truncated gzip stream", remedy="export or download the file again")


class _LineLimit:
    """Refuses a line longer than the limit as soon as it is seen."""

    def __init__(self, name: str, limit: int | None) -> None:
        self._name = name
        self._limit = limit
        self._open = 0
        self._line = 1

    def feed(self, block: bytes) -> None:
        if self._limit is None:
            return
        start = 0
        while (end := block.find(b"\n", start)) >= 0 and self._open + len(block) > self._limit:
            self._check(end - start)
            self._open, start = 0, end + 1
            self._line += 1
        last = block.rfind(b"\n", start)
        if last >= 0:
            self._line += block.count(b"\n", start)
            self._open, start = 0, last + 1
        self._check(len(block) - start)
        self._open += len(block) - start

    def _check(self, more: int) -> None:
        if self._limit is not None and self._open + more > self._limit:
            raise CollectionError(
                f"{self._name}, line {self._line}: longer than {self._limit >> 20} MiB, which no record is",
                remedy="check that this is the file you mean, and its format",
            )

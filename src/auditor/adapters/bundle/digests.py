"""SHA-256 of many files, on every core: a thread a core, each on a file of its own.

Rules kept here: ``hashlib`` lets other threads run while it digests, so threads are enough; memory is a block a thread,
whatever the files' sizes; the largest are begun first; an error is that of the first file by name, however threads ran.
"""

from __future__ import annotations

import hashlib
import os
import stat
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

from auditor.errors import EngineError, VerificationError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

CHUNK = 1 << 20
Result = TypeVar("Result")


def cores() -> int:
    """Return how many cores this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def for_each(sizes: Mapping[str, int], work: Callable[[str], Result]) -> dict[str, Result]:
    """Return name -> ``work(name)`` for every name of ``sizes`` (name -> bytes of work), in their order.

    Raises:
        Exception: what ``work`` raised of the first name, in the order of ``sizes``, of which it raised anything.
    """
    threads = min(cores(), len(sizes), 1 + sum(sizes.values()) // CHUNK)  # none for what is done sooner than they start
    if threads <= 1:
        return {name: work(name) for name in sizes}
    with ThreadPoolExecutor(threads) as pool:
        largest_first = sorted(sizes, key=lambda name: -sizes[name])
        begun = {name: pool.submit(work, name) for name in largest_first}
        try:
            return {name: begun[name].result() for name in sizes}
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def file_digests(root: Path, sizes: Mapping[str, int]) -> dict[str, str]:
    """Return path -> SHA-256 (hex) of the files of ``sizes`` (path below ``root`` -> bytes). Raises ``EngineError``."""

    def digest(name: str) -> str:
        try:
            with (root / name).open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise EngineError(f"{root / name}: cannot be read ({error.strerror})") from error

    return for_each(sizes, digest)


def copy_digests(source: Path, target: Path, sizes: Mapping[str, int], mode: int) -> dict[str, str]:
    """Copy the files of ``sizes`` to ``target``, whose folders are there, and return the SHA-256 of what was written.

    Raises:
        VerificationError: ``unsafe-entry``: something is no plain file any more.
        EngineError: a file cannot be read or written.
    """

    def copy(name: str) -> str:
        return write_hashed(plain_blocks(source / name, name, sizes[name]), target / name, mode)

    return for_each(sizes, copy)


def write_hashed(blocks: Iterator[bytes], place: Path, mode: int, *, durable: bool = False) -> str:
    """Write a new file and return its SHA-256 (hex). Raises ``EngineError``."""
    digest = hashlib.sha256()
    try:
        descriptor = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, mode)
        with open(descriptor, "wb", buffering=0) as file:  # noqa: PTH123 - a descriptor has no path
            for block in blocks:
                digest.update(block)
                rest = memoryview(block)
                while rest:
                    rest = rest[file.write(rest) :]
            if durable:
                os.fsync(descriptor)
    except OSError as error:
        raise EngineError(
            f"{place}: cannot be written ({error.strerror})", remedy="free some space, or set TMPDIR to where there is"
        ) from error
    return digest.hexdigest()


def plain_blocks(path: Path, name: str, size: int) -> Iterator[bytes]:
    """Yield the ``size`` bytes of a plain file; no link is followed and no pipe waited for.

    Raises:
        VerificationError: ``unsafe-entry``: it is no plain file, or one with a second name.
        EngineError: it cannot be read, or has another size.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        if path.is_symlink():
            raise VerificationError("unsafe-entry", f"{name}: became a link while it was read") from error
        raise EngineError(f"{path}: cannot be read ({error.strerror})") from error
    with open(descriptor, "rb", buffering=0) as file:  # noqa: PTH123 - a descriptor has no path
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode) or status.st_nlink != 1:
            raise VerificationError("unsafe-entry", f"{name}: a file with a second name, or no plain file")
        while True:
            try:
                block = file.read(CHUNK)
            except OSError as error:
                raise EngineError(f"{path}: cannot be read ({error.strerror})") from error
            size -= len(block)
            if size < 0 or (size and not block):
                raise EngineError(f"{path}: changed while it was read", remedy="try again when nothing writes there")
            if not block:
                return
            yield block

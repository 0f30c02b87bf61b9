"""Packs a bundle into its canonical tar: one bundle has one sequence of bytes, so its digest names it.

Rules kept here: entries are ``<bundle id>/<path>``, in byte order of the path, each with the header of ``ustar`` and
nothing between or after them but zeros: no folders, links, extended headers or compression (Parquet has its own); the
id is the one in bag-info.txt, whatever the folder is called; the tar appears whole or not at all.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from auditor.adapters.bundle import layout, manifest, ustar
from auditor.adapters.bundle.digests import plain_blocks
from auditor.adapters.bundle.manifest import Entry
from auditor.adapters.bundle.reader import list_files
from auditor.errors import EngineError, UsageError, VerificationError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


def pack_bundle(folder: Path, tar_path: Path) -> Entry:
    """Write the bundle at ``folder`` to the new file ``tar_path``; return the SHA-256 and size of the tar.

    Nothing is verified but the names; memory is flat.

    Raises:
        VerificationError: the folder holds what no bundle may hold, or no bag.
        UsageError: ``tar_path`` exists or cannot be written, or a file cannot be in a ustar archive.
        EngineError: a file cannot be read or changed meanwhile, or the disk is full.
    """
    files = list_files(folder)
    root = _identifier(folder, files)
    headers = _headers(root, files)
    try:
        descriptor, name = tempfile.mkstemp(prefix=".packing-", dir=tar_path.parent)
    except OSError as error:
        raise UsageError(f"{tar_path}: cannot be written ({error.strerror})", remedy="give another place") from error
    scratch = Path(name)
    try:
        with open(descriptor, "wb") as file:  # noqa: PTH123 - a descriptor has no path
            packed = _write(file, _blocks(folder, files, headers))
        scratch.chmod(0o644)
        if tar_path.exists() or tar_path.is_symlink():
            raise UsageError(f"{tar_path}: exists already", remedy="name a new file")
        scratch.rename(tar_path)
        _sync(tar_path.parent)
    except OSError as error:
        raise EngineError(f"{tar_path}: packing failed ({error.strerror})", remedy="free some space") from error
    finally:
        with suppress(FileNotFoundError):
            scratch.unlink()
    return packed


def _identifier(folder: Path, files: Mapping[str, int]) -> str:
    if layout.BAG_INFO not in files:
        raise VerificationError("not-a-bundle", f"{layout.BAG_INFO}: not there", remedy="name the folder of a bundle")
    if files[layout.BAG_INFO] > layout.MAX_TAG_BYTES:
        raise VerificationError("limit-exceeded", f"{layout.BAG_INFO}: {files[layout.BAG_INFO]} bytes")
    content = plain_blocks(folder / layout.BAG_INFO, layout.BAG_INFO, files[layout.BAG_INFO])
    return manifest.bag_identifier(b"".join(content))


def _headers(root: str, files: Mapping[str, int]) -> dict[str, bytes]:
    """Return path -> header, all of them made before anything is written."""
    for name in files:
        if name.endswith("/"):
            raise VerificationError("file-unexpected", f"{name}: an empty folder, which no manifest accounts for")
    try:
        return {name: ustar.header(f"{root}/{name}", size) for name, size in files.items()}
    except ValueError as error:
        raise UsageError(str(error), remedy="such a file cannot be transported: seal it in parts") from error


def _blocks(folder: Path, files: Mapping[str, int], headers: Mapping[str, bytes]) -> Iterator[bytes]:
    for name, size in files.items():
        yield headers[name]
        yield from plain_blocks(folder / name, name, size)
        yield bytes(ustar.padding(size))
    yield ustar.END


def _write(file: BinaryIO, blocks: Iterator[bytes]) -> Entry:
    digest, size = hashlib.sha256(), 0
    for block in blocks:
        digest.update(block)
        size += file.write(block)
    file.flush()
    os.fsync(file.fileno())
    return Entry(digest.hexdigest(), size)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

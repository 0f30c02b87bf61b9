"""Reads a canonical tar, and nothing else that is a tar.

Rules kept here: each header is rebuilt from the name and the size that it claims and compared, all 512 bytes, so links,
devices, extended headers, owners and times fall to one rule; names are safe and strictly ascend, so nothing comes twice
or lies outside; the padding is zeros and after the last file there are two zero blocks and the end. The whole of it is
looked through before anything is written; files are written and hashed on every core; memory is flat.
"""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from auditor.adapters.bundle import layout, manifest, ustar
from auditor.adapters.bundle.digests import CHUNK, for_each, write_hashed
from auditor.errors import EngineError, UsageError, VerificationError

if TYPE_CHECKING:
    from collections.abc import Iterator


class Member(NamedTuple):
    """One file: its size and where its content begins, in bytes."""

    size: int
    offset: int


class Index(NamedTuple):
    """What a canonical tar holds: the bundle's id, and its files by their path in the bundle, sorted."""

    root: str
    members: dict[str, Member]


def unpack_bundle(tar_path: Path, target: Path, limits: layout.Limits = layout.LIMITS) -> dict[str, str]:
    """Unpack a canonical tar to the new folder ``target``, whole or not at all; return path -> SHA-256 of its files.

    Nothing is verified but the container: what it holds is still a stranger's.

    Raises:
        VerificationError: it is no canonical tar of a bundle, or too large.
        UsageError: there is nothing at ``tar_path``, or ``target`` exists or cannot be made.
        EngineError: the tar cannot be read, or the disk is full.
    """
    if target.exists() or target.is_symlink():
        raise UsageError(f"{target}: exists already", remedy="name a new folder")
    try:
        scratch = Path(tempfile.mkdtemp(prefix=".unpacking-", dir=target.absolute().parent))
    except OSError as error:
        raise UsageError(f"{target}: cannot be made ({error.strerror})", remedy="give another place") from error
    try:
        digests = unpack_into(tar_path, scratch, 0o644, limits, durable=True)
        scratch.chmod(0o755)
        scratch.rename(target)
    except OSError as error:
        raise EngineError(f"{target}: cannot be made ({error.strerror})") from error
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return digests


def unpack_into(
    tar_path: Path, folder: Path, mode: int, limits: layout.Limits = layout.LIMITS, *, durable: bool = False
) -> dict[str, str]:
    """Unpack into the empty ``folder``; return path -> SHA-256 of what was written. Raises as ``unpack_bundle``."""
    with _opened(tar_path) as descriptor:
        index = read_index(descriptor, str(tar_path), limits)
        try:
            for parent in sorted({name.rpartition("/")[0] for name in index.members}):
                (folder / parent).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise EngineError(f"{folder}: cannot be made ({error.strerror})") from error

        def write(name: str) -> str:
            blocks = _content(descriptor, index.members[name], str(tar_path))
            return write_hashed(blocks, folder / name, mode, durable=durable)

        digests = for_each({name: member.size for name, member in index.members.items()}, write)
    if (folder / layout.BAG_INFO).is_file():
        identifier = manifest.bag_identifier((folder / layout.BAG_INFO).read_bytes())
        if identifier != index.root:
            raise VerificationError(
                "container-not-canonical", f"{tar_path}: its folder is {index.root!r}, its bundle {identifier!r}"
            )
    return digests


def read_index(descriptor: int, where: str, limits: layout.Limits = layout.LIMITS) -> Index:
    """Look through the canonical tar that ``descriptor`` reads.

    Raises:
        VerificationError: it is no canonical tar, or too large.
        EngineError: it cannot be read.
    """
    end = os.fstat(descriptor).st_size
    members: dict[str, Member] = {}
    folders: set[str] = set()
    root = previous = ""
    offset = total = 0
    while (block := _exactly(descriptor, ustar.BLOCK, offset, where)) != ustar.ZEROS:
        path, size = _header(block, offset, where)
        base, _, name = path.partition("/")
        root = root or base
        if base != root or not layout.safe(base) or not layout.safe(name):
            raise VerificationError("unsafe-name", f"{where}, byte {offset}: {path!r} is no name in bundle {root!r}")
        parents = _parents(name)
        if path <= previous or not members.keys().isdisjoint(parents):
            raise _refused(where, offset, f"{path!r} comes after {previous!r}")
        folders.update(parents)
        total += size
        if len(members) + 1 + len(folders) > limits.entries or total > limits.total_bytes:
            raise VerificationError("limit-exceeded", f"{where}: more or larger files than a bundle may have")
        offset += ustar.BLOCK
        members[name] = Member(size, offset)
        if name == layout.BAG_INFO and size > layout.MAX_TAG_BYTES:
            raise VerificationError("limit-exceeded", f"{where}: {name} has {size} bytes")
        offset += size
        padding = ustar.padding(size)
        if any(_exactly(descriptor, padding, offset, where)):
            raise _refused(where, offset, f"what fills up {path!r} is not zero")
        offset += padding
        previous = path
    if (
        not members
        or _exactly(descriptor, len(ustar.END), offset, where) != ustar.END
        or offset + len(ustar.END) != end
    ):
        raise _refused(where, offset, "not two zero blocks and the end")
    return Index(root, members)


def _parents(name: str) -> list[str]:
    """Return the folders that a path lies in, outermost first."""
    parts = name.split("/")[:-1]
    return ["/".join(parts[: depth + 1]) for depth in range(len(parts))]


def _header(block: bytes, offset: int, where: str) -> tuple[str, int]:
    """Return the path and size of a header that is the one that we would have written."""
    if offset == 0 and block[ustar.MAGIC][:5] != ustar.USTAR[:5]:
        raise VerificationError(
            "not-a-bundle", f"{where}: neither a folder nor a tar", remedy="name a bundle, or the tar of one"
        )
    try:
        path, size = ustar.claimed(block)
        same = ustar.header(path, size) == block
    except ValueError:
        same = False
    if not same:
        raise _refused(where, offset, "not a header that this format writes")
    return path, size


def _refused(where: str, offset: int, problem: str) -> VerificationError:
    return VerificationError("container-not-canonical", f"{where}, byte {offset}: {problem}")


def _exactly(descriptor: int, size: int, offset: int, where: str) -> bytes:
    """Return ``size`` bytes at ``offset``; fewer are no canonical tar."""
    try:
        found = os.pread(descriptor, size, offset)
    except OSError as error:
        raise EngineError(f"{where}: cannot be read ({error.strerror})") from error
    if len(found) != size:
        raise _refused(where, offset, f"ends after {len(found)} of {size} bytes")
    return found


def _content(descriptor: int, member: Member, where: str) -> Iterator[bytes]:
    offset, end = member.offset, member.offset + member.size
    while offset < end:
        block = _exactly(descriptor, min(CHUNK, end - offset), offset, where)
        offset += len(block)
        yield block


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)  # so that a pipe is refused and not waited for
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror})", remedy="name the tar of a bundle") from error
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise VerificationError("not-a-bundle", f"{path}: no plain file", remedy="name the tar of a bundle")
        yield descriptor
    finally:
        os.close(descriptor)

"""Reads a ledger's folder, whoever writes to it meanwhile; nothing that it gives back has been verified.

Rules kept here: no lock is needed, so a copy or a read-only mount will do: what is read first is what is written last;
a leaf that no checkpoint covers yet is counted and not read; every leaf is canonical and none is missing.
"""

from __future__ import annotations

import errno
import os
import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING

from auditor.adapters.ledger import layout
from auditor.core.checkpoint import read_checkpoint
from auditor.core.leaves import MAX_LEAF_BYTES, Leaf, read_leaf
from auditor.core.note import MAX_BYTES as MAX_NOTE_BYTES
from auditor.core.note import NoteError, read_note
from auditor.errors import EngineError, UsageError, VerificationError

if TYPE_CHECKING:
    from pathlib import Path

MAX_ENVELOPE_BYTES = 64 << 20
MAX_TOKEN_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class LedgerView:
    """What a ledger's folder says; ``checkpoint`` is a signed note, and ``kept`` are the sizes at which one was kept.

    ``contents`` and ``leaves`` are those that the checkpoint covers; ``pending`` counts what lies beyond it: a leaf
    that is being written, or whose writer was killed.
    """

    path: Path
    origin: str
    checkpoint: bytes
    contents: tuple[bytes, ...]
    leaves: tuple[Leaf, ...]
    pending: int
    kept: tuple[int, ...]

    def envelope(self, digest: str) -> bytes:
        """Return the envelope of a statement. Raises ``VerificationError`` (``ledger-statement-missing``)."""
        return read_envelope(self.path, digest)

    def kept_checkpoint(self, size: int) -> bytes:
        """Return the signed note that was kept at ``size`` leaves. Raises ``VerificationError``."""
        return read_file(self.path / layout.kept(size), MAX_NOTE_BYTES)

    def token(self, size: int) -> bytes | None:
        """Return the timestamp over the checkpoint of that size, if there is one. Raises ``VerificationError``."""
        path = self.path / layout.token(size)
        return read_file(path, MAX_TOKEN_BYTES) if path.exists() else None


def read_ledger(path: Path) -> LedgerView:
    """Return what the ledger in the folder ``path`` says.

    Raises:
        UsageError: there is no ledger.
        VerificationError: ``ledger-malformed``, ``ledger-checkpoint-malformed``, ``ledger-truncated``,
            ``ledger-leaf-malformed``.
    """
    if not (path / layout.ORIGIN).is_file():
        raise UsageError(f"{path}: no ledger lies here", remedy="make one with `auditor ledger init`")
    origin = _text(path / layout.ORIGIN)
    kept = _kept(path)
    checkpoint = read_file(path / layout.CHECKPOINT, MAX_NOTE_BYTES)
    size = _size(checkpoint, str(path / layout.CHECKPOINT))
    there = count_entries(path)
    if there < size:
        raise VerificationError(
            "ledger-truncated", f"{path}: holds {there} leaves, its checkpoint covers {size}", remedy=RESTORE
        )
    contents = tuple(read_entry(path, sequence) for sequence in range(size))
    leaves = tuple(read_leaf(one, str(path / layout.entry(number))) for number, one in enumerate(contents))
    return LedgerView(path, origin, checkpoint, contents, leaves, there - size, kept)


RESTORE = "restore the folder from the archive, and find out who changed it"


def read_entry(path: Path, sequence: int) -> bytes:
    """Return the bytes of a leaf. Raises ``VerificationError`` (``ledger-malformed``)."""
    return read_file(path / layout.entry(sequence), MAX_LEAF_BYTES)


def read_envelope(path: Path, digest: str) -> bytes:
    """Return the envelope of a statement. Raises ``VerificationError`` (``ledger-statement-missing``)."""
    where = path / layout.statement(digest)
    if not where.exists():
        raise VerificationError("ledger-statement-missing", f"{where}: missing", remedy=RESTORE)
    return read_file(where, MAX_ENVELOPE_BYTES)


def count_entries(path: Path) -> int:
    """Return how many leaves there are, covered by a checkpoint or not. Raises ``VerificationError``."""
    folder = path / layout.ENTRIES
    found = set()
    for name in _names(folder):
        match = layout.ENTRY_NAME.fullmatch(name)
        if match is None:
            raise VerificationError("ledger-malformed", f"{folder / name}: no name of a leaf, as in 000000000000.json")
        found.add(int(match[1]))
    missing = next((number for number in range(len(found)) if number not in found), None)
    if missing is not None:
        raise VerificationError(
            "ledger-malformed", f"{path / layout.entry(missing)}: missing, later leaves are there", remedy=RESTORE
        )
    return len(found)


def read_file(path: Path, limit: int) -> bytes:
    """Return the bytes of a plain file. Raises ``VerificationError``, or ``EngineError`` if it cannot be read."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise VerificationError("ledger-malformed", f"{path}: not a plain file")
            content = file.read(limit + 1)
    except FileNotFoundError as error:
        raise VerificationError("ledger-malformed", f"{path}: missing", remedy=RESTORE) from error
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise VerificationError("ledger-malformed", f"{path}: a link, expected a plain file") from error
        raise EngineError(f"{path}: cannot be read ({error.strerror})") from error
    if len(content) > limit:
        raise VerificationError("ledger-malformed", f"{path}: has over {limit} bytes")
    return content


def _kept(path: Path) -> tuple[int, ...]:
    folder = path / layout.CHECKPOINTS
    sizes = []
    for name in _names(folder):
        match = layout.KEPT_NAME.fullmatch(name.removesuffix(".tsr"))
        if match is None:
            raise VerificationError("ledger-malformed", f"{folder / name}: no name of a checkpoint or its timestamp")
        if not name.endswith(".tsr"):
            sizes.append(int(match[1]))
    return tuple(sorted(sizes))


def _names(folder: Path) -> list[str]:
    try:
        return [one.name for one in folder.iterdir()]
    except FileNotFoundError as error:
        raise VerificationError("ledger-malformed", f"{folder}: missing", remedy=RESTORE) from error
    except OSError as error:
        raise EngineError(f"{folder}: cannot be read ({error.strerror})") from error


def _size(content: bytes, where: str) -> int:
    try:
        return read_checkpoint(read_note(content).text).size
    except NoteError as error:
        raise VerificationError("ledger-checkpoint-malformed", f"{where}: {error}") from error


def _text(path: Path) -> str:
    content = read_file(path, MAX_NOTE_BYTES)
    try:
        text = content.decode("ascii")
    except UnicodeDecodeError as error:
        raise VerificationError("ledger-malformed", f"{path}: not ASCII at byte {error.start}") from error
    if not text.endswith("\n") or "\n" in text[:-1]:
        raise VerificationError("ledger-malformed", f"{path}: not one line")
    return text[:-1]

"""``ledger witness``: cosigns a ledger's checkpoint, once, after seeing that it extends all that was seen before.

Rules kept here: what was seen is on the disk before a cosignature leaves, so a witness that dies never signs two
histories; one process at a time; the first sight of a ledger is asked for by name, since it rests on nothing.
Source: C2SP tlog-cosignature, https://c2sp.org/tlog-cosignature
"""

from __future__ import annotations

import fcntl
import os
from typing import TYPE_CHECKING

from auditor.adapters.durable import put
from auditor.adapters.ledger.checking import check_tree
from auditor.adapters.ledger.directory import LedgerDirectory
from auditor.adapters.ledger.note_keys import cosign, open_checkpoint
from auditor.adapters.ledger.reader import read_ledger
from auditor.errors import EngineError, UsageError, VerificationError
from auditor.shell.ledger import read_bytes

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from auditor.adapters.ledger.note_keys import NoteKey
    from auditor.adapters.signing.sslib import Signer


def witness(
    path: Path, key: NoteKey, seen: Path, name: str, signer: Signer, now: datetime, *, first: bool = False
) -> bytes:
    """Return the latest checkpoint of the ledger at ``path`` with the cosignature of the witness ``name``.

    ``key`` is the ledger's. ``seen`` is the witness's own file, with the last checkpoint that it cosigned; ``first``
    begins one.

    Raises:
        UsageError: ``seen`` is not there, or is there although this is the first time.
        VerificationError: the ledger does not hold, or does not extend what was seen.
        EngineError: ``seen`` cannot be written; nothing is signed then.
    """
    try:
        folder = os.open(seen.parent, os.O_RDONLY)
    except OSError as error:
        raise UsageError(f"{seen.parent}: cannot be opened ({error.strerror})") from error
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        if seen.exists() == first:
            raise UsageError(
                f"{seen}: {'is there: this is not the first time' if first else 'is not there'}",
                remedy="leave --first away" if first else "find it, or give --first if this ledger was never witnessed",
            )
        signed, _, _ = check_tree(read_ledger(path), key, None if first else read_bytes(seen, "checkpoint seen"))
        try:
            put(seen, signed.note.content(), seen.with_name(f".{seen.name}.new"))
        except OSError as error:
            raise EngineError(f"{seen}: cannot be written ({error.strerror})") from error
        return signed.note.with_signature(cosign(signed, name, signer, int(now.timestamp()))).content()
    finally:
        os.close(folder)


def take_cosignature(path: Path, key: NoteKey, witness_key: NoteKey, note: Path) -> int:
    """Add the witness's line in the signed note ``note`` to the ledger's copy of that checkpoint; return its size.

    Raises:
        UsageError: the note cannot be read, or no checkpoint of its size was kept.
        VerificationError: the note is not of this ledger, or the line is not the witness's over it.
    """
    signed = open_checkpoint(read_bytes(note, "cosigned checkpoint"), key, str(note))
    lines = signed.note.by(witness_key.name, witness_key.key_id)
    if not lines:
        raise VerificationError("ledger-cosignature-invalid", f"{note}: holds no cosignature of {witness_key.name}")
    LedgerDirectory(path).add_cosignature(key, witness_key, signed.checkpoint.size, lines[0])
    return signed.checkpoint.size

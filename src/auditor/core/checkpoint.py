"""Checkpoints: what a log says of itself at one size, and the message that a witness signs about it.

Rules kept here: a checkpoint has exactly three lines (the source advises against more, since nobody can audit them),
and one form; an origin is a name that can also name the key that signs it.
Sources: C2SP tlog-checkpoint, https://c2sp.org/tlog-checkpoint; tlog-cosignature, https://c2sp.org/tlog-cosignature
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass

from auditor.core.merkle import HASH_BYTES
from auditor.core.note import NoteError, valid_name

SIZE = re.compile(r"0|[1-9][0-9]{0,15}")
TIME_BYTES = 8
SIGNATURE_BYTES = 64
YEAR_10000 = 253_402_300_800


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Which log, how many leaves, and the root over them (32 bytes)."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """Return the note text."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


def read_checkpoint(text: str) -> Checkpoint:
    """Return the checkpoint that a note text is, in canonical form. Raises ``NoteError``."""
    lines = text.split("\n")
    if len(lines) != 4 or lines[3] != "":  # noqa: PLR2004 - three lines and the end of the last
        raise NoteError(f"has {len(lines) - 1} lines of text, expected origin, size and root")
    if not valid_name(lines[0]):
        raise NoteError(f"has the origin {lines[0][:80]!r}, which is no name of a log")
    if SIZE.fullmatch(lines[1]) is None:
        raise NoteError(f"has the size {lines[1][:80]!r}")
    try:
        root = base64.b64decode(lines[2], validate=True)
    except ValueError as error:
        raise NoteError(f"has a root that is not base64 ({error})") from error
    checkpoint = Checkpoint(lines[0], int(lines[1]), root)
    if len(root) != HASH_BYTES or checkpoint.text() != text:
        raise NoteError("has a root that is not 32 bytes in canonical base64")
    return checkpoint


def cosigned_message(text: str, time: int) -> bytes:
    """Return what a witness signs (cosignature/v1) of a note text at ``time``, in seconds since the Unix epoch."""
    return f"cosignature/v1\ntime {time}\n{text}".encode()


def cosignature(time: int, signature: bytes) -> bytes:
    """Return what follows the key id in a witness's line."""
    return time.to_bytes(TIME_BYTES, "big") + signature


def read_cosignature(content: bytes) -> tuple[int, bytes]:
    """Return time (seconds since the Unix epoch) and signature of a witness's line. Raises ``NoteError``."""
    if len(content) != TIME_BYTES + SIGNATURE_BYTES:
        raise NoteError(f"has a cosignature of {len(content)} bytes, expected {TIME_BYTES + SIGNATURE_BYTES}")
    time = int.from_bytes(content[:TIME_BYTES], "big")
    if time >= YEAR_10000:
        raise NoteError(f"has a cosignature of the time {time}, which is after the year 9999")
    return time, content[TIME_BYTES:]

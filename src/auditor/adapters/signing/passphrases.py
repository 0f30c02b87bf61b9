"""Where a passphrase or PIN is read from: an open descriptor or a file, its first line.

Rules kept here: a secret is never an argument of a command, part of a file name, of a message or of a log; it is a
``Secret``, which says what it is for and is asked once.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from auditor.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MAX_BYTES = 1024


class Secret:
    """A passphrase or PIN that is asked for when it is first needed, and once; no text of it shows it."""

    __slots__ = ("_answer", "_ask")

    def __init__(self, ask: Callable[[], bytes]) -> None:
        self._ask = ask
        self._answer: bytes | None = None

    def __call__(self) -> bytes:
        """Return the secret. Raises what asking for it raises."""
        if self._answer is None:
            self._answer = self._ask()
        return self._answer

    def __repr__(self) -> str:
        """Show nothing of it."""
        return "Secret(...)"


def from_descriptor(descriptor: int) -> bytes:
    """Return the first line of an open file descriptor, without its line end. Raises ``UsageError``."""
    return _first_line(descriptor, f"file descriptor {descriptor}", closefd=False)


def from_file(path: Path) -> bytes:
    """Return the first line of a file, without its line end. Raises ``UsageError``."""
    return _first_line(path, str(path), closefd=True)


def _first_line(source: int | Path, where: str, *, closefd: bool) -> bytes:
    try:
        with open(source, "rb", closefd=closefd) as file:
            line = file.readline(MAX_BYTES + 1)
    except OSError as error:
        raise UsageError(
            f"{where}: no passphrase can be read ({os.strerror(error.errno or 0)})",
            remedy="write it there, alone on the first line",
        ) from error
    if len(line) > MAX_BYTES:
        raise UsageError(f"{where}: the passphrase is over {MAX_BYTES} bytes long")
    return line.rstrip(b"\r\n")

"""Bodies of responses that are no JSON, as files beside the pages of a recording: the objects of a bucket, mostly.

Rules kept here: a body goes to its file as it comes, so it is never in memory; a file is called after the SHA-256 of
its bytes and is there whole before any page names it, so what was interrupted leaves no half one; bytes that are not
those of the name are refused.
"""

from __future__ import annotations

import hashlib
import os
import re
import threading
from typing import TYPE_CHECKING, Any, Protocol

from auditor.errors import CollectionError

if TYPE_CHECKING:
    from pathlib import Path

FOLDER = "bodies"
NAME = re.compile(rf"{FOLDER}/([0-9a-f]{{64}})")
BLOCK = 1 << 20


class Readable(Protocol):
    """The body of a response."""

    def read(self, size: int, /) -> bytes:
        """Return the next bytes; none at the end."""
        ...


class Bodies:
    """The bodies of the recording in ``folder``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, body: Readable) -> tuple[str, str]:
        """Write ``body`` to a file; return its name in the recording, and its SHA-256."""
        part = self._folder / FOLDER / f".{os.getpid()}-{threading.get_ident()}"
        part.parent.mkdir(exist_ok=True)
        digest = hashlib.sha256()
        with part.open("wb") as file:
            while block := body.read(BLOCK):
                digest.update(block)
                file.write(block)
        name = f"{FOLDER}/{digest.hexdigest()}"
        part.replace(self._folder / name)
        return name, digest.hexdigest()

    def path(self, name: Any, where: str) -> Path:
        """Return the file called ``name``. Raises ``CollectionError`` when it is not what was recorded."""
        match = NAME.fullmatch(name) if isinstance(name, str) else None
        path = self._folder / match[0] if match else None
        try:
            with (path or self._folder).open("rb") as file:
                same = match is not None and hashlib.file_digest(file, "sha256").hexdigest() == match[1]
        except OSError:
            same = False
        if path is None or not same:
            raise CollectionError(
                f"{where}: its body {name!r} is not there as it was recorded", remedy="record the collection again"
            )
        return path

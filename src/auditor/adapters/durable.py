"""Files that are there whole or not at all, whatever instant the machine or the process dies at.

Rules kept here: content is on the disk before its name is, and the name before anyone is told (fsync of the file,
rename, fsync of the folder). The caller holds a lock over ``scratch``, which names the one file being made.
Source: POSIX rename() and fsync().
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def put(path: Path, content: bytes, scratch: Path, *, mode: int = 0o644) -> None:
    """Write ``content`` to ``path`` in place of what it held, if anything. Raises ``OSError``."""
    descriptor = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    scratch.rename(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Have the names in ``folder`` on the disk. Raises ``OSError``."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

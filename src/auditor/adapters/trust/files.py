"""Files that appear whole under their name, or keep what they held."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path


def replace_whole(path: Path, content: bytes, mode: int = 0o600) -> None:
    """Write ``path`` anew with ``mode``: on the disk before it has its name. Raises ``OSError``."""
    descriptor, scratch = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fchmod(file.fileno(), mode)
            os.fsync(file.fileno())
        Path(scratch).replace(path)
        sync_folder(path.parent)
    except BaseException:
        with suppress(FileNotFoundError):
            Path(scratch).unlink()
        raise


def sync_folder(folder: Path) -> None:
    """Let the names in a folder reach the disk. Raises ``OSError``."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

"""A private, read-only copy of a bundle, hashed while it is made.

Rules kept here: only we can read the copy and nobody writes it, so nothing changes between the check and the use; its
digests are of the bytes that were written into it, so what was copied need not be read again to be checked. A link or a
clone of the files would cost nothing and be no copy: who holds the original could still change the one, and the other
shares its blocks, so a check of it would have to read them all the same.
"""

from __future__ import annotations

import os
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from auditor.adapters.bundle.container_reader import unpack_into
from auditor.adapters.bundle.digests import copy_digests
from auditor.adapters.bundle.reader import list_files
from auditor.errors import EngineError

if TYPE_CHECKING:
    from collections.abc import Iterator

READ_ONLY = 0o400


@contextmanager
def private_copy(path: Path) -> Iterator[tuple[Path, dict[str, str]]]:
    """Give a copy of the bundle ``path`` (a folder, or its canonical tar), and path -> SHA-256 of the files in it.

    Raises:
        VerificationError: the bundle holds what no bundle may hold, or is no canonical tar.
        EngineError: it cannot be copied.
    """
    with tempfile.TemporaryDirectory(prefix="auditor-verify-") as scratch:
        copy = Path(scratch) / "bundle"
        try:
            copy.mkdir()
            if path.is_file() and not path.is_symlink():
                digests = unpack_into(path, copy, READ_ONLY)
            else:
                digests = _copied(path, copy)
            for folder, _, _ in os.walk(copy, topdown=False):
                Path(folder).chmod(0o500)
        except OSError as error:
            raise EngineError(f"{path}: cannot be copied for verification ({error})") from error
        try:
            yield copy, digests
        finally:
            for folder, _, _ in os.walk(copy):
                Path(folder).chmod(0o700)  # so that it can be removed


def _copied(path: Path, copy: Path) -> dict[str, str]:
    files = list_files(path)
    for name in files:
        (copy / name.rpartition("/")[0]).mkdir(parents=True, exist_ok=True)
    return copy_digests(path, copy, {name: size for name, size in files.items() if not name.endswith("/")}, READ_ONLY)

"""The files that a glob of ``auditor.toml`` names, none left out unsaid.

Rules kept here: ``*``, ``?`` and ``[...]`` match within one name, ``**`` any number of folders, without following links
to folders; a folder that cannot be listed, and a name that leads to neither file nor folder, are errors. ``pathlib``
skips both in silence, and what was skipped would look like what never was.
"""

from __future__ import annotations

import os
import re
import stat
from fnmatch import fnmatchcase
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


def matches(root: Path, pattern: str) -> Iterator[Path]:
    """Yield the files below ``root`` that ``pattern`` names, some perhaps twice. Raises ``OSError``."""
    yield from _below(root, PurePath(pattern).parts)


def _below(folder: Path, parts: tuple[str, ...]) -> Iterator[Path]:
    first, rest = parts[0], parts[1:]
    if first == "**":
        yield from _below(folder, rest or ("*",))
        for name, is_folder in _names(folder):
            if is_folder:
                yield from _below(folder / name, parts)
        return
    wild = re.search(r"[*?[]", first)
    names = [name for name, _ in _names(folder) if fnmatchcase(name, first)] if wild else [first]
    for path in (folder / name for name in names):
        if not wild and not os.path.lexists(path):
            continue
        kind = _kind(path)
        if rest and stat.S_ISDIR(kind):
            yield from _below(path, rest)
        elif not rest and stat.S_ISREG(kind):
            yield path


def _names(folder: Path) -> list[tuple[str, bool]]:
    """Return the sorted names in ``folder``, each with whether it is a folder itself, not a link to one."""
    with os.scandir(folder) as entries:
        return sorted((entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries)


def _kind(path: Path) -> int:
    """Return the mode of what ``path`` leads to, file or folder."""
    mode = path.stat().st_mode
    if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
        raise OSError(0, "neither a file nor a folder", str(path))
    return mode

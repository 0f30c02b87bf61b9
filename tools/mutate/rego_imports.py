"""Which Rego files read which, by their imports: a mutant can only be noticed through a file that reads it.

The dispatcher reads every control and gate, by a name it is given. A file that reads another without an import is
loaded without it and then decides nothing, which stops the run before the first mutant.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from auditor.adapters.policies.build import rego_files
from auditor.adapters.policies.pack import is_compiled, source_files

if TYPE_CHECKING:
    from pathlib import Path

IMPORT = re.compile(r"^import data\.([\w.]+)", re.MULTILINE)
DISPATCH = "lib/dispatch/dispatch.rego"


class Imports:
    """The Rego files of the pack at ``root``, tests too, and what each of them reads."""

    def __init__(self, root: Path) -> None:
        policies = rego_files(root)
        files = [p.relative_to(root).as_posix() for p in source_files(root) if p.suffix == ".rego"]
        packages = {file.rsplit("/", 1)[0].replace("/", "."): file for file in policies}
        self._reads = {
            file: {packages[name] for name in IMPORT.findall((root / file).read_text("utf-8")) if name in packages}
            for file in files
        }

    def loaded(self, file: str) -> list[str]:
        """Return the files that a mutant of ``file`` can be noticed through, all that they read, and the dispatcher."""
        return sorted({one for reader in self.readers(file) for one in self._closure(reader)} | {DISPATCH})

    def tests(self, file: str) -> list[str]:
        """Return the folders of the Rego tests that read ``file``, its own first."""
        own = file.rsplit("/", 1)[0]
        folders = {one.rsplit("/", 1)[0] for one in self.readers(file) if not is_compiled(one)}
        return sorted(folders, key=lambda one: (one != own, one))

    def controls(self, file: str) -> list[str]:
        """Return the ids of the controls that read ``file``, or are it."""
        folders = [one.split("/") for one in self.readers(file) if one.startswith("controls/") and is_compiled(one)]
        return [f"{family}.{name}" for _, family, name, _ in folders]

    def readers(self, file: str) -> list[str]:
        """Return ``file`` and every file that reads it, over others too; all are read through the dispatcher."""
        return sorted(one for one in self._reads if file == DISPATCH or file in self._closure(one))

    def _closure(self, file: str) -> set[str]:
        found, left = {file}, [file]
        while left:
            new = self._reads[left.pop()] - found
            found |= new
            left += new
        return found

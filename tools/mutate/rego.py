"""Rego mutants: each is loaded into an OPA server and asked for every recorded case and Rego test that can notice it.

Rules kept here: a server holds only what the mutated file can be noticed through, for OPA compiles all it holds on
every change; before the first mutant everything must hold; cases are asked as the program asks an OPA server, where an
error of a built-in is an error. Files are shared out among the processors.
"""

from __future__ import annotations

import os
import re
from concurrent.futures import ProcessPoolExecutor
from itertools import repeat
from multiprocessing import get_context
from typing import TYPE_CHECKING

from tools.mutate.mutant import Outcome
from tools.mutate.opa_server import OpaServer
from tools.mutate.recorded import record
from tools.mutate.rego_imports import Imports
from tools.mutate.rego_places import rego_mutants

from auditor.adapters.policies.build import LISTS, rego_files

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tools.mutate.recorded import Recorded

TEST = re.compile(r"^(test_\w+)", re.MULTILINE)
ASK_ALL = """package mutation

answers := [answer |
	some asked in input
	answer := data.lib.dispatch.decisions with input as asked
]
"""


def mutate_rego(root: Path, wanted: Callable[[str], bool], progress: Callable[[str], None]) -> list[Outcome]:
    """Return what became of every mutant of every Rego file that is ``wanted``."""
    imports = Imports(root)
    files = [file for file in rego_files(root) if wanted(file)]
    controls = sorted({control for file in files for control in imports.controls(file)})
    with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn")) as pool:
        progress(f"recording the cases of {len(controls)} controls")
        recorded = dict(zip(controls, pool.map(record, repeat(root), controls), strict=True))
        benches = [
            _Bench(root, file, imports.loaded(file), imports.tests(file), [recorded[c] for c in imports.controls(file)])
            for file in files
        ]
        outcomes: list[Outcome] = []
        for file, found in zip(files, pool.map(_Bench.outcomes, benches), strict=True):
            progress(f"{file}: {len(found)} mutants")
            outcomes += found
    return outcomes


class _Bench:
    """One file, and everything that may notice a mutant of it: Rego tests, then the cases of one control at a time."""

    def __init__(
        self, root: Path, file: str, loaded: list[str], tests: list[str], recorded: list[list[Recorded]]
    ) -> None:
        self._root, self._file, self._loaded, self._tests, self._recorded = root, file, loaded, tests, recorded

    def outcomes(self) -> list[Outcome]:
        """Return what became of every mutant of the file, in the order of their places."""
        with OpaServer(self._root, [*self._loaded, LISTS]) as server:
            if problem := server.put_policy("mutation.rego", ASK_ALL):
                raise RuntimeError(problem)
            passing = {folder: self._written(folder) for folder in self._tests}
            if noticed := self._notice(server, passing):
                raise RuntimeError(f"{self._file}: without any mutant: {noticed}")
            found = []
            for mutant in rego_mutants(self._root, self._file):
                refused = server.put_policy(self._file, mutant.text)
                killed = "refused by OPA" if refused else self._notice(server, passing)
                found.append(Outcome(mutant, killed, invalid=bool(refused)))
        return found

    def _written(self, folder: str) -> set[str]:
        """Return the Rego tests of a folder by their text: one that fails to begin with is not forgotten."""
        files = (self._root / folder).glob("*_test.rego")
        return {name for file in files for name in TEST.findall(file.read_text(encoding="utf-8"))}

    def _notice(self, server: OpaServer, passing: dict[str, set[str]]) -> str | None:
        """Return what notices the policies as they now are, and ask those cases first the next time."""
        try:
            for folder, names in passing.items():
                if lost := names - _passing(server, folder):
                    return f"opa test {folder}: {min(lost)}"
            for number, recorded in enumerate(self._recorded):
                if noticed := _cases(server, recorded):
                    self._recorded.insert(0, self._recorded.pop(number))
                    return noticed
        except RuntimeError as error:
            return f"error: {error}"[:100]
        return None


def _passing(server: OpaServer, folder: str) -> set[str]:
    found = server.query(f"{folder}_test") or {}
    return {name for name, value in found.items() if name.startswith("test_") and value is True}


def _cases(server: OpaServer, recorded: list[Recorded]) -> str | None:
    answers = server.query("mutation/answers?strict-builtin-errors=true", [one.question for one in recorded])
    if len(answers) != len(recorded):
        return "case: no decisions"
    for one, answer in zip(recorded, answers, strict=True):
        if one.differs(answer):
            return f"case {one.case.control.id}: {one.case.name}"
    return None

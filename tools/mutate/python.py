"""Python mutants: each is served to a forked process in place of the module, which then runs the module's tests.

Why none of the known tools: mutmut 3 and cosmic-ray remove no statements, and "any one step of verify removed" is what
has to be shown. Forking keeps the heavy packages imported; the program's own modules are imported after the fork.
"""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.util
import os
import resource
import select
import signal
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from tools.mutate.mutant import Outcome
from tools.mutate.python_places import python_mutants

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType

    from tools.mutate.mutant import Mutant

CPU_S = 60  # of one mutant's tests; wall time would depend on what else the machine does
TIMEOUT_S = 900.0
MEMORY_BYTES = 6 << 30
JOBS = 2
HEAVY = (
    "_pytest.assertion.rewrite", "click", "cryptography.hazmat.primitives.asymmetric.ed25519", "duckdb", "hypothesis",
    "hypothesis.strategies", "jinja2", "opapywasm", "pyarrow.compute", "pyarrow.parquet", "pydantic", "pytest", "rfc8785",
    "securesystemslib.dsse", "securesystemslib.signer", "wasmtime",
)  # fmt: skip

# The focussed tests of each module: what a reader would run while changing it.
ATTACKS = "tests/attacks/test_attacks.py"
TRUSTED = "tests/shell/test_trusted.py"
TESTS = {
    "src/auditor/core/findings.py": ["tests/core/test_findings.py", "tests/core/test_counting.py"],
    "src/auditor/core/statistics.py": ["tests/core/test_readings.py", "tests/core/test_statistics.py"],
    "src/auditor/core/graph.py": ["tests/core/test_graph.py"],
    "src/auditor/core/decisions.py": ["tests/core/test_decisions.py"],
    "src/auditor/core/summary.py": ["tests/core/test_summary.py"],
    "src/auditor/core/evidence.py": ["tests/core/test_evidence.py"],
    "src/auditor/core/waivers.py": ["tests/core/test_waivers.py"],
    "src/auditor/core/authority.py": ["tests/core/test_authority.py"],
    "src/auditor/core/release_history.py": ["tests/core/test_release_history.py"],
    "src/auditor/shell/decide.py": ["tests/shell/test_decide.py"],
    "src/auditor/shell/trusted.py": [ATTACKS, TRUSTED],
    "src/auditor/shell/statements.py": [TRUSTED, ATTACKS],
    "src/auditor/shell/approval.py": [TRUSTED, ATTACKS],
    "src/auditor/shell/reliance.py": [TRUSTED, "tests/shell/test_owed.py", "tests/shell/test_verify.py", ATTACKS],
    "src/auditor/shell/owed.py": ["tests/shell/test_owed.py"],
    "src/auditor/shell/other_runs.py": ["tests/shell/test_other_runs.py", ATTACKS],
    "src/auditor/shell/admit.py": ["tests/shell/test_admit.py", ATTACKS],
    "src/auditor/adapters/trust/opening.py": [TRUSTED, ATTACKS],
    "src/auditor/adapters/ledger/checking.py": ["tests/adapters/ledger/test_checking.py"],
    "src/auditor/shell/verify.py": ["tests/shell/test_verify_words.py", "tests/shell/test_verify.py"],
    "src/auditor/shell/private_copy.py": ["tests/shell/test_private_copy.py", "tests/shell/test_verify.py"],
    "src/auditor/adapters/bundle/ustar.py": ["tests/adapters/bundle/test_container.py"],
    "src/auditor/adapters/bundle/container_reader.py": ["tests/adapters/bundle/test_container_reader.py"],
    "src/auditor/adapters/bundle/digests.py": ["tests/adapters/bundle/test_digests.py"],
    "src/auditor/adapters/bundle/reader.py": [
        "tests/adapters/bundle/test_reader_limits.py",
        "tests/adapters/bundle/test_reader.py",
    ],
    "src/auditor/adapters/bundle/manifest.py": [
        "tests/adapters/bundle/test_manifest.py",
        "tests/adapters/bundle/test_writer.py",
    ],
    "src/auditor/adapters/signing/envelope.py": ["tests/adapters/signing/test_envelope.py"],
}
# Of the attacks, those that a module must notice, by layer and what they meet; the other files of its tests run whole.
CHOSEN = {
    "src/auditor/shell/trusted.py": (
        ":timestamp-too-late:", ":timestamp-before-as-of:", ":trust-", ":pack-unapproved:", ":policy-unapproved:", ":evidence-",
        ":chain-", "[trust:holds:", "[trust:gate-unapproved:", "[time:holds:", "[sequence:holds:",
    ),
    "src/auditor/shell/statements.py": (
        ":evidence-", "[sign_off:role-", "[sign_off:key-", "[sign_off:subject-", "[sign_off:other-", "[sign_off:roles-",
        "[sequence:",
    ),
    "src/auditor/shell/approval.py": ("-unapproved:", ":control-missing:"),
    "src/auditor/shell/reliance.py": (
        ":ledger-", ":chain-missing:", ":key-unknown:", ":key-revoked:", ":environment-unknown:", ":evidence-differs:",
        "[sequence:holds:",
    ),
    "src/auditor/shell/other_runs.py": (":run-", "[sequence:holds:"),
    "src/auditor/shell/admit.py": (
        ":run-", ":sign-off-", ":gate-", ":checkpoint-", ":verdict-", ":release-", ":environment-mismatch:",
        ":ledger-not-consulted:", "[sequence:holds:",
    ),
    "src/auditor/adapters/trust/opening.py": (":key-", ":statement-malformed:", "[time:"),
}  # fmt: skip
LEFT_OUT = "not flipping_any_byte"  # thorough and slow; the steps have tests of their own


def mutate_python(root: Path, wanted: Callable[[str], bool], progress: Callable[[str], None]) -> list[Outcome]:
    """Return what became of every mutant of every module in ``TESTS`` that is ``wanted``."""
    for name in HEAVY:
        importlib.import_module(name)
    if early := [name for name in sys.modules if name.startswith("auditor.")]:
        raise RuntimeError(f"imported before the fork, so no mutant would be seen: {early}")
    os.chdir(root)
    with tempfile.TemporaryDirectory(prefix="auditor-mutants-") as kept:
        os.environ["AUDITOR_TESTS_KEEP"] = tempfile.tempdir = kept  # the first run fills it, without any mutant
        try:
            return _mutate_all(root, wanted, progress)
        finally:
            del os.environ["AUDITOR_TESTS_KEEP"]
            tempfile.tempdir = None


def _mutate_all(root: Path, wanted: Callable[[str], bool], progress: Callable[[str], None]) -> list[Outcome]:
    outcomes = []
    for file in filter(wanted, TESTS):
        source = (root / file).read_text(encoding="utf-8")
        mutants = python_mutants(file, source)
        tests = [test for test in TESTS[file] if (root / test).exists()]
        if noticed := _finish(_start(file, source, tests)):
            raise RuntimeError(f"{file}: without any mutant: {noticed}")
        progress(f"{file}: {len(mutants)} mutants")
        outcomes += _run_all(file, mutants, tests)
    return outcomes


def _run_all(file: str, mutants: Sequence[Mutant], tests: list[str]) -> list[Outcome]:
    results: dict[int, str | None] = {}
    running: dict[int, tuple[int, int, float]] = {}
    waiting = list(enumerate(mutants))
    while waiting or running:
        while waiting and len(running) < JOBS:
            number, mutant = waiting.pop(0)
            running[number] = _start(file, mutant.text, tests)
        select.select([pipe for _, pipe, _ in running.values()], [], [], 1.0)
        for number, started in list(running.items()):
            ready, _, _ = select.select([started[1]], [], [], 0)
            if ready or time.monotonic() - started[2] > TIMEOUT_S:
                results[number] = _finish(started)
                del running[number]
    return [Outcome(mutant, results[number]) for number, mutant in enumerate(mutants)]


def _start(file: str, source: str, tests: list[str]) -> tuple[int, int, float]:
    """Fork a child that tests ``source``; return its number, the pipe it answers on, and when it began."""
    reader, writer = os.pipe()
    child = os.fork()
    if child:
        os.close(writer)
        return child, reader, time.monotonic()
    os.close(reader)
    os.setsid()
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 1)
    os.dup2(quiet, 2)
    said = "the module cannot be imported"
    try:
        said = _test(file, source, tests)
    except BaseException as error:  # noqa: BLE001 - whatever a mutant does, it was noticed
        said = f"{type(error).__name__}: {error}"
    finally:
        os.write(writer, said.encode()[:2000])
        os._exit(0)


def _finish(started: tuple[int, int, float]) -> str | None:
    """Return what noticed the mutant; None when every test passed."""
    child, reader, begun = started
    left = TIMEOUT_S - (time.monotonic() - begun)
    ready, _, _ = select.select([reader], [], [], max(0.0, left))
    said = os.read(reader, 4096).decode(errors="replace") if ready else "the tests did not end in time"
    with suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    os.close(reader)
    return None if said == "passed" else said or "the tests used up their time"


def _test(file: str, source: str, tests: list[str]) -> str:
    import pytest

    name = file.removeprefix("src/").removesuffix(".py").replace("/", ".")
    sys.meta_path.insert(0, _Served(name, file, source))
    os.environ["HYPOTHESIS_PROFILE"] = "brief"
    seen = _First()
    options = [
        "-x",
        "-q",
        "-W",
        "ignore::pytest.PytestAssertRewriteWarning",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:xdist",
        "-p",
        "no:cov",
        "-k",
        _chosen(file, tests),
    ]
    status = pytest.main([*options, *tests], plugins=[seen])
    if status == pytest.ExitCode.OK:
        return "passed"
    return seen.name or f"pytest ended with {int(status)}"


def _chosen(file: str, tests: Sequence[str]) -> str:
    """Return which of the tests run: pytest's expression."""
    attacks = CHOSEN.get(file, ())
    whole = [Path(test).name for test in tests if test != ATTACKS]
    return f"{LEFT_OUT} and ({' or '.join([*whole, *attacks])})" if attacks else LEFT_OUT


class _First:
    """Remembers the first test that failed."""

    name = ""

    def pytest_runtest_logreport(self, report: object) -> None:
        if getattr(report, "failed", False) and not self.name:
            self.name = str(getattr(report, "nodeid", ""))

    def pytest_collectreport(self, report: object) -> None:
        if getattr(report, "failed", False) and not self.name:
            self.name = f"collecting {getattr(report, 'nodeid', '')}"


class _Served(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds one module, with the source that it was given."""

    def __init__(self, name: str, file: str, source: str) -> None:
        self._name, self._file, self._source = name, str(Path(file).resolve()), source

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        del path, target
        return importlib.util.spec_from_loader(fullname, self, origin=self._file) if fullname == self._name else None

    def exec_module(self, module: ModuleType) -> None:
        module.__file__ = self._file
        exec(compile(self._source, self._file, "exec"), module.__dict__)  # noqa: S102 - the mutant itself

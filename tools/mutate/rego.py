"""Rego mutants: each is loaded into one OPA server and asked for every recorded case and every Rego test.

The rows of a case do not depend on its policy, so they are computed once, by DuckDB, and recorded.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tools.mutate.mutant import Outcome
from tools.mutate.opa_server import OpaServer
from tools.mutate.rego_places import rego_mutants

from auditor.adapters.policies.build import LISTS, rego_files
from auditor.adapters.policies.pack import load_pack, source_files
from auditor.adapters.rego.wasm import WasmEngine
from auditor.core.findings import findings
from auditor.errors import ControlError
from auditor.shell.policy_cases import Case, decide_case, differences, read_cases

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from auditor.adapters.policies.pack import Pack

ASK_ALL = """package mutation

answers := [answer |
	some asked in input
	answer := data.lib.dispatch.decisions with input as asked
]
"""


@dataclass(frozen=True, slots=True)
class Recorded:
    """A case, and what its policy was asked."""

    case: Case
    items: list[dict[str, Any]]

    @property
    def question(self) -> dict[str, Any]:
        """Return the input of the dispatcher."""
        return {"control": self.case.control.id.split("."), "parameters": self.case.parameters, "rows": self.items}


class _Recorder:
    """The Wasm engine, remembering what it was asked last."""

    def __init__(self, engine: WasmEngine) -> None:
        self._engine = engine
        self.items: list[dict[str, Any]] = []

    def decide(self, control: str, parameters: dict[str, Any], items: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        self.items = list(items)
        return self._engine.decide(control, parameters, items)

    def gate(self, name: str, facts: dict[str, Any]) -> dict[str, Any]:
        return self._engine.gate(name, facts)


def record(pack: Pack) -> list[Recorded]:
    """Return every case of the pack with its rows. Raises ``RuntimeError`` when one does not hold to begin with."""
    recorded = []
    with WasmEngine(pack) as engine:
        recorder = _Recorder(engine)
        for control in pack.controls.values():
            for case in read_cases(pack, control):
                if problems := differences(case, decide_case(pack, case, recorder)):
                    raise RuntimeError("\n".join(problems))
                if recorder.items:
                    recorded.append(Recorded(case, recorder.items))
    return recorded


def mutate_rego(root: Path, wanted: Callable[[str], bool], progress: Callable[[str], None]) -> list[Outcome]:
    """Return what became of every mutant of every Rego file that is ``wanted``."""
    pack = load_pack(root)
    recorded = record(pack)
    outcomes = []
    tests = [p.relative_to(root).as_posix() for p in source_files(root) if p.name.endswith("_test.rego")]
    with OpaServer(root, [*rego_files(root), *tests, LISTS]) as server:
        bench = _Bench(server, recorded, {file.rsplit("/", 1)[0] for file in tests})
        if noticed := bench.notice(None):
            raise RuntimeError(f"without any mutant: {noticed}")
        for file in filter(wanted, rego_files(root)):
            mutants = rego_mutants(root, file)
            progress(f"{file}: {len(mutants)} mutants")
            for mutant in mutants:
                refused = server.put_policy(file, mutant.text)
                outcomes.append(
                    Outcome(mutant, "refused by OPA", invalid=True) if refused else Outcome(mutant, bench.notice(file))
                )
            server.put_policy(file, (root / file).read_text(encoding="utf-8"))
    return outcomes


def _passing(server: OpaServer, parent: str) -> set[str]:
    found = server.query(f"{parent}_test") or {}
    return {name for name, value in found.items() if name.startswith("test_") and value is True}


class _Bench:
    """Everything that may notice a mutant."""

    def __init__(self, server: OpaServer, recorded: list[Recorded], parents: set[str]) -> None:
        self._server, self._recorded = server, recorded
        if problem := server.put_policy("mutation.rego", ASK_ALL):
            raise RuntimeError(problem)
        self._tests = {parent: _passing(server, parent) for parent in parents}

    def notice(self, file: str | None) -> str | None:
        """Return what notices the policies as they now are: a Rego test, else a case; None if nothing does."""
        own = file.rsplit("/", 1)[0] if file else ""
        try:
            for parent in sorted(self._tests, key=lambda one: one != own):
                if lost := self._tests[parent] - _passing(self._server, parent):
                    return f"opa test {parent}: {min(lost)}"
            return self._cases(own)
        except RuntimeError as error:
            return f"error: {error}"[:100]

    def _cases(self, own: str) -> str | None:
        control = ".".join(own.split("/")[1:]) if own.startswith("controls/") else None
        asked = [one for one in self._recorded if control in (None, one.case.control.id)]
        answers = self._server.query("mutation/answers", [one.question for one in asked])
        if len(answers) != len(asked):
            return "case: no decisions"
        for one, answer in zip(asked, answers, strict=True):
            if _differs(one, answer):
                return f"case {one.case.control.id}: {one.case.name}"
        return None


def _differs(one: Recorded, answer: list[dict[str, Any]]) -> bool:
    if [entry["index"] for entry in answer] != list(range(len(one.items))):
        return True
    rows, decisions = [item["row"] for item in one.items], [entry["decision"] for entry in answer]
    metadata = one.case.control.metadata
    try:
        found = findings(
            "case",
            one.case.control.id,
            one.case.window,
            rows,
            decisions,
            members=metadata.members,
            sample_size=metadata.sample_size,
        )
    except ControlError:
        return True
    return bool(differences(one.case, found))

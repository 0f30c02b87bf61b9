"""What the policy of each case is asked: its rows do not depend on the policy, so DuckDB computes them once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from auditor.adapters.policies.pack import load_pack
from auditor.adapters.rego.wasm import WasmEngine
from auditor.core.findings import findings
from auditor.errors import ControlError
from auditor.shell.policy_cases import Case, decide_case, differences, read_cases

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Recorded:
    """A case, and what its policy was asked."""

    case: Case
    items: list[dict[str, Any]]

    @property
    def question(self) -> dict[str, Any]:
        """Return the input of the dispatcher."""
        return {"control": self.case.control.id.split("."), "parameters": self.case.parameters, "rows": self.items}

    def differs(self, answer: list[dict[str, Any]]) -> bool:
        """Say whether the dispatcher's answer is not what the case expects."""
        if [entry["index"] for entry in answer] != list(range(len(self.items))):
            return True
        rows, decisions = [item["row"] for item in self.items], [entry["decision"] for entry in answer]
        control, window = self.case.control, self.case.window
        members, sample_size = control.metadata.members, control.metadata.sample_size
        try:
            found = findings("case", control.id, window, rows, decisions, members=members, sample_size=sample_size)
        except ControlError:
            return True
        return bool(differences(self.case, found))


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


def record(root: Path, control: str) -> list[Recorded]:
    """Return every case of one control with its rows. Raises ``RuntimeError`` when one does not hold to begin with."""
    pack = load_pack(root)
    recorded = []
    with WasmEngine(pack) as engine:
        for case in read_cases(pack, pack.controls[control]):
            recorder = _Recorder(engine)
            if problems := differences(case, decide_case(pack, case, recorder)):
                raise RuntimeError("\n".join(problems))
            if recorder.items:
                recorded.append(Recorded(case, recorder.items))
    return recorded

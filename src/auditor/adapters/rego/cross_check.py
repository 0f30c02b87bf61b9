"""Two policy engines at once: everything is decided by both, and they must agree to the last digit."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from auditor.errors import EngineError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from auditor.adapters.rego.opa import OpaEngine
    from auditor.adapters.rego.wasm import WasmEngine

NAMED = 3
REMEDY = "do not rely on either: keep the snapshot, and report the policy with the rows named above"


class CrossCheckEngine:
    """Answers as ``first`` does, and only what ``second`` answers too."""

    def __init__(self, first: WasmEngine | OpaEngine, second: WasmEngine | OpaEngine) -> None:
        self._first, self._second = first, second
        self.name = first.name
        self.description = f"{first.description}; cross-checked with {second.description}"
        self.notes = first.notes + second.notes

    def decide(self, control: str, parameters: dict[str, Any], items: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        """Return one decision per item, in order. Raises ``EngineError`` that names rows and both answers."""
        one = self._first.decide(control, parameters, items)
        other = self._second.decide(control, parameters, items)
        differing = [index for index in range(len(items)) if _exact(one[index]) != _exact(other[index])]
        if differing:
            rows = "\n".join(
                f"  - row {index} ({items[index]['row'].get('resource', 'no resource')}): "
                f"{self._answers(one[index], other[index])}"
                for index in differing[:NAMED]
            )
            raise EngineError(
                f"control {control}: the engines differ on {len(differing)} of {len(items)} rows\n{rows}", remedy=REMEDY
            )
        return one

    def gate(self, name: str, facts: dict[str, Any]) -> dict[str, Any]:
        """Return the decision of a gate. Raises ``EngineError`` with both answers when they differ."""
        one, other = self._first.gate(name, facts), self._second.gate(name, facts)
        if _exact(one) != _exact(other):
            raise EngineError(
                f"gate {name}: the engines differ on {_exact(facts)}: {self._answers(one, other)}", remedy=REMEDY
            )
        return one

    def _answers(self, one: Any, other: Any) -> str:
        return f"{self._first.name} {_exact(one)}, {self._second.name} {_exact(other)}"


def _exact(value: Any) -> str:
    """Return ``value`` as JSON, in which 1, 1.0 and true are three values."""
    return json.dumps(value, sort_keys=True)

"""The policy engine that decides: the pack's Wasm module, in this process, under a deadline and a memory cap.

Rules kept here: the module gets no host function, no clock and no file; what goes in and what must come back is the
same for every engine (``batches``). It is compiled, unless the caller gives where compiled modules are kept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from auditor.adapters.rego.batches import BATCH_BYTES, DECISIONS, GATE, batches, exact_json, gate_decision, in_order
from auditor.adapters.rego.runtime import start
from auditor.errors import ControlError, EngineError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from auditor.adapters.policies.pack import Pack
    from auditor.adapters.rego.runtime import CompiledModules

DEADLINE_S = 30.0
MEMORY_PAGES = 4096  # of 64 KiB: 256 MiB


class WasmEngine:
    """Evaluates the controls and gates of one pack. Use as a context manager."""

    name = "wasm"

    def __init__(self, pack: Pack, *, deadline_s: float = DEADLINE_S, kept: CompiledModules | None = None) -> None:
        from opapywasm import OpaWasmError, PolicyConfig  # noqa: PLC0415 - heavy

        self._failure: type[Exception] = OpaWasmError
        self._root = pack.root
        self.description = f"wasm, compiled by opa {pack.opa}"
        config = PolicyConfig(
            pool_size=1,
            strict_result=False,
            max_input_bytes=2 * BATCH_BYTES,
            max_memory_pages=MEMORY_PAGES,
            eval_timeout_seconds=deadline_s,
        )
        try:
            self._policy = start(pack.wasm, config, kept)
            self._policy.set_data({"lists": pack.lists})
        except OpaWasmError as error:
            raise ControlError(f"{pack.root}/policy.wasm: not a policy module ({error})") from error
        self.notes: tuple[str, ...] = kept.notes if kept else ()
        needed = self._policy.builtins
        missing = {DECISIONS, GATE} - set(self._policy.entrypoints)
        if needed or missing:
            self._policy.close()
            what = f"needs host functions {sorted(needed)}" if needed else f"lacks the entrypoints {sorted(missing)}"
            raise ControlError(f"{pack.root}/policy.wasm: {what}", remedy="rebuild it with `auditor policy build`")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._policy.close()

    def decide(self, control: str, parameters: dict[str, Any], items: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        """Return one decision per item ``{"row": ..., "assured": ...}``, in order.

        Raises:
            ControlError: a row without a decision, or a row that is no exact JSON.
            EngineError: the module trapped, ran out of time or of memory.
        """
        decisions: list[dict[str, Any]] = []
        for batch in batches(control, parameters, items):
            decisions += in_order(batch, self._evaluate(DECISIONS, batch.document, batch.what))
        return decisions

    def gate(self, name: str, facts: dict[str, Any]) -> dict[str, Any]:
        """Return the decision object of gate ``name``; an undefined one is a ``ControlError``."""
        return gate_decision(self._root, name, self._evaluate(GATE, {"gate": name, "facts": facts}, f"gate {name}"))

    def _evaluate(self, entrypoint: str, document: dict[str, Any], what: str) -> Any:
        from opapywasm import UNDEFINED  # noqa: PLC0415 - heavy

        try:
            result = self._policy.evaluate(exact_json(document, what), entrypoint=entrypoint)
        except self._failure as error:
            raise EngineError(f"{what}: the policy engine failed: {error}") from error
        return None if result is UNDEFINED else result

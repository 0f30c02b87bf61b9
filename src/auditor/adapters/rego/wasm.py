"""The policy engine that decides: the pack's Wasm module, in this process, under a deadline and a memory cap.

Rules kept here: the module gets no host function, no clock and no file; a batch must come back with exactly one
decision per row, in order, or it is an error that names the control and the rows (in Rego an undefined rule looks like
silence, and silence looks like a pass); only exact JSON goes in (no float). Batches are cut by size, because the
runtime copies each input into the module's memory.

opa-py-wasm 1.2.1 offers a module two pages of memory and refuses one that needs more before it can grow: a pack of some
two hundred controls does. ``_offer_memory`` gives it what the module itself declares (ADR 0004).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Self

from auditor.adapters.rego.module import imported_pages
from auditor.errors import ControlError, EngineError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from auditor.adapters.policies.pack import Pack

BATCH_BYTES = 900_000
DEADLINE_S = 30.0
MEMORY_PAGES = 4096  # of 64 KiB: 256 MiB
PAGE_CEILING = 1024  # a module may ask for 64 MiB before it starts

DECISIONS = "lib/dispatch/decisions"
GATE = "lib/dispatch/gate"


class WasmEngine:
    """Evaluates the controls and gates of one pack. Use as a context manager."""

    name = "wasm"

    def __init__(self, pack: Pack, *, deadline_s: float = DEADLINE_S) -> None:
        from opapywasm import OpaWasmError, OpaWasmPolicy, PolicyConfig  # noqa: PLC0415 - heavy

        self._failure: type[Exception] = OpaWasmError
        self._root = pack.root
        config = PolicyConfig(
            pool_size=1,
            strict_result=False,
            max_input_bytes=2 * BATCH_BYTES,
            max_memory_pages=MEMORY_PAGES,
            eval_timeout_seconds=deadline_s,
        )
        _offer_memory(pack.wasm)
        try:
            self._policy = OpaWasmPolicy.from_wasm_bytes(pack.wasm, config)
            self._policy.set_data({"lists": pack.lists})
        except OpaWasmError as error:
            raise ControlError(f"{pack.root}/policy.wasm: not a policy module ({error})") from error
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
        for first, rows in _batches(control, items):
            document = {"control": control.split("."), "parameters": parameters, "rows": rows}
            results = self._evaluate(DECISIONS, document, f"control {control}, rows {first} to {first + len(rows) - 1}")
            decisions += _in_order(control, results, first, rows)
        return decisions

    def gate(self, name: str, facts: dict[str, Any]) -> dict[str, Any]:
        """Return the decision object of gate ``name``; an undefined one is a ``ControlError``."""
        result = self._evaluate(GATE, {"gate": name, "facts": facts}, f"gate {name}")
        if not isinstance(result, dict):
            raise ControlError(f"{self._root}: gate {name!r} gave no decision", remedy=f"see gates/{name}/{name}.rego")
        return result

    def _evaluate(self, entrypoint: str, document: dict[str, Any], what: str) -> Any:
        from opapywasm import UNDEFINED  # noqa: PLC0415 - heavy

        try:
            result = self._policy.evaluate(_exact_json(document, what), entrypoint=entrypoint)
        except self._failure as error:
            raise EngineError(f"{what}: the policy engine failed: {error}") from error
        return None if result is UNDEFINED else result


def _offer_memory(wasm: bytes) -> None:
    """Let opa-py-wasm start a module with the memory that the module declares it needs."""
    from opapywasm import runtime  # noqa: PLC0415 - heavy

    try:
        declared = imported_pages(wasm)
    except (IndexError, ValueError) as error:
        raise ControlError(f"policy.wasm: not a WebAssembly module ({error})") from error
    if declared > PAGE_CEILING:
        raise ControlError(f"policy.wasm: wants {declared} pages of memory at start, allowed are {PAGE_CEILING}")
    runtime._DEFAULT_MEMORY_PAGES = max(runtime._DEFAULT_MEMORY_PAGES, declared)  # noqa: SLF001 - ADR 0004


def _exact_json(document: dict[str, Any], what: str) -> str:
    try:
        return json.dumps(document, default=_refuse, allow_nan=False, separators=(",", ":"))
    except (TypeError, ValueError) as error:
        raise ControlError(
            f"{what}: {error}", remedy="return integers, text or decimal strings from the query"
        ) from error


def _refuse(value: object) -> None:
    raise TypeError(f"{type(value).__name__} {value!r} is no exact JSON value")


def _batches(control: str, items: Sequence[dict[str, Any]]) -> Iterator[tuple[int, list[dict[str, Any]]]]:
    """Cut ``items`` so that each batch stays under ``BATCH_BYTES``; yield the index of its first row with it."""
    first, size = 0, 0
    batch: list[dict[str, Any]] = []
    for index, item in enumerate(items):
        length = len(_exact_json(item, f"control {control}, row {index}")) * 2
        if length > BATCH_BYTES:
            raise ControlError(f"control {control}, row {index}: {length} bytes, at most {BATCH_BYTES} are evaluated")
        if batch and size + length > BATCH_BYTES:
            yield first, batch
            first, size, batch = index, 0, []
        batch.append(item)
        size += length
    if batch:
        yield first, batch


def _in_order(control: str, results: Any, first: int, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    found = results if isinstance(results, list) else []
    decided = [one["index"] for one in found]
    if decided != list(range(len(rows))):
        silent = sorted(set(range(len(rows))) - set(decided))
        names = ", ".join(str(rows[index]["row"].get("resource", first + index)) for index in silent[:3])
        raise ControlError(
            f"control {control}: {len(silent)} of {len(rows)} rows got no decision, first: {names or 'none'}",
            remedy=f"give controls/{control.replace('.', '/')} a `default decision` and make its rules total",
        )
    return [one["decision"] for one in found]

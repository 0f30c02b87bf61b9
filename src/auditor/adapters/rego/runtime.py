"""Starts opa-py-wasm over a policy module: with the memory the module declares, and a compiled one where it is kept.

opa-py-wasm 1.2.1 offers a module two pages of memory and refuses one that needs more before it can grow: a pack of some
two hundred controls does. It also always compiles. Both are set here, by names of the library that are not public (ADR
0004, 0009); ``tests/adapters/rego`` fails when a version no longer has them.
"""

from __future__ import annotations

import importlib
import threading
from typing import TYPE_CHECKING, Any, Protocol

from auditor.adapters.rego.module import imported_pages
from auditor.errors import ControlError

if TYPE_CHECKING:
    import wasmtime

PAGE_CEILING = 1024  # a module may ask for 64 MiB before it starts
SETTINGS = "epoch_interruption"  # what opa-py-wasm sets of wasmtime
_STARTING = threading.Lock()


class CompiledModules(Protocol):
    """Where compiled modules are kept between runs."""

    notes: tuple[str, ...]

    def compiled(self, engine: wasmtime.Engine, wasm: bytes, settings: str) -> wasmtime.Module | None:
        """Return the module that ``wasm`` compiles to, or None."""
        ...

    def keep(self, module: wasmtime.Module, wasm: bytes, settings: str) -> None:
        """Keep what ``wasm`` was compiled to."""
        ...


def start(wasm: bytes, config: Any, kept: CompiledModules | None) -> Any:
    """Return an ``OpaWasmPolicy`` of ``wasm``; without ``kept`` it is compiled, and nothing is kept.

    Raises:
        ControlError: it is no WebAssembly module, or wants too much memory.
        OpaWasmError: it is no policy module.
    """
    policy: Any = importlib.import_module("opapywasm.policy")  # heavy
    _offer_memory(wasm)
    if kept is None:
        return policy.OpaWasmPolicy.from_wasm_bytes(wasm, config)
    with _STARTING:
        compiling = policy.WasmtimeRuntimeFactory
        policy.WasmtimeRuntimeFactory = lambda given, **options: _factory(compiling, kept, given, options)
        try:
            return policy.OpaWasmPolicy.from_wasm_bytes(wasm, config)
        finally:
            policy.WasmtimeRuntimeFactory = compiling


def _factory(compiling: Any, kept: CompiledModules, wasm: bytes, options: dict[str, Any]) -> Any:
    """Return what the library's own factory is once it has compiled, or is as if it had."""
    import wasmtime  # noqa: PLC0415 - heavy
    from opapywasm.runtime import EpochTicker  # noqa: PLC0415 - heavy

    config = wasmtime.Config()
    config.epoch_interruption = True
    engine = wasmtime.Engine(config)
    module = kept.compiled(engine, wasm, SETTINGS)
    if module is None:
        factory = compiling(wasm, **options)
        kept.keep(factory.module, wasm, SETTINGS)
        return factory
    factory = compiling.__new__(compiling)
    factory._max_memory_pages = options["max_memory_pages"]  # noqa: SLF001 - ADR 0009
    factory._engine, factory._module = engine, module  # noqa: SLF001
    factory._epoch = EpochTicker(engine)  # noqa: SLF001
    factory._validate_required_env_imports()  # noqa: SLF001
    return factory


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

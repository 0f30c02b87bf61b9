"""Which policy engine decides a run, and opening it."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from auditor.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

    from auditor.adapters.policies.pack import Pack
    from auditor.adapters.rego.cross_check import CrossCheckEngine
    from auditor.adapters.rego.opa import OpaEngine
    from auditor.adapters.rego.opa_api import Address
    from auditor.adapters.rego.wasm import WasmEngine

WASM, OPA = "wasm", "opa"
ENGINES = (WASM, OPA)
TIMEOUT_S = 30.0


@dataclass(frozen=True, slots=True)
class EngineChoice:
    """What decides: Wasm in this process, or OPA (the server at ``opa_url``, else one started for the run), or both.

    ``module_cache``: the folder in which compiled modules are kept; without it Wasm is compiled each time.
    """

    name: str = WASM
    cross_check: bool = False
    opa_url: str | None = None
    opa_token: str = field(default="", repr=False)
    opa_ca: Path | None = None
    opa_timeout_s: float = TIMEOUT_S
    module_cache: Path | None = None

    def __post_init__(self) -> None:
        if self.name not in ENGINES:
            raise UsageError(f"engine {self.name!r} is unknown, expected one of {', '.join(ENGINES)}")
        if not 0 < self.opa_timeout_s < float("inf"):
            raise UsageError(f"a time-out of {self.opa_timeout_s:g} s for OPA is none", remedy="give some seconds")
        if self.uses_opa and self.opa_url is not None:
            self.address(self.opa_url)  # a wrong one is told before anything is done

    @property
    def uses_opa(self) -> bool:
        """Say whether an OPA server has a part in it."""
        return self.name == OPA or self.cross_check

    def address(self, url: str) -> Address:
        """Return ``url`` with the token and what else a connection needs. Raises ``UsageError``."""
        from auditor.adapters.rego.opa_api import Address  # noqa: PLC0415 - only what is used

        return Address(url, self.opa_token, self.opa_timeout_s, self.opa_ca)


DEFAULT_ENGINE = EngineChoice()


def check_engine(choice: EngineChoice) -> None:
    """Raise ``EngineError`` when the chosen engine is not there: no ``opa``, or no server that answers."""
    if not choice.uses_opa:
        return
    if choice.opa_url is None:
        from auditor.adapters.policies.build import find_opa  # noqa: PLC0415 - only what is used

        find_opa()
        return
    from auditor.adapters.rego.opa_api import OpaApi  # noqa: PLC0415 - only what is used

    api = OpaApi(choice.address(choice.opa_url))
    try:
        api.version()
    finally:
        api.close()


@contextmanager
def open_engine(
    pack: Pack, choice: EngineChoice = DEFAULT_ENGINE, controls: Collection[str] | None = None
) -> Iterator[WasmEngine | OpaEngine | CrossCheckEngine]:
    """Give the chosen engine over ``pack``; what was started or loaded for it is gone afterwards.

    ``controls`` are those that it will be asked for (None: any); an OPA server is given no others.

    Raises:
        UsageError: the address of the server is none.
        ControlError: the pack is no policy module, or OPA refused its policies.
        EngineError: the server failed, or does not hold what was loaded.
    """
    with ExitStack() as stack:
        opened: dict[str, WasmEngine | OpaEngine] = {}
        if choice.name == WASM or choice.cross_check:
            from auditor.adapters.rego.module_cache import ModuleCache  # noqa: PLC0415 - only what is used
            from auditor.adapters.rego.wasm import WasmEngine  # noqa: PLC0415 - only what is used

            kept = ModuleCache(choice.module_cache) if choice.module_cache else None
            opened[WASM] = stack.enter_context(WasmEngine(pack, kept=kept))
        if choice.uses_opa:
            opened[OPA] = _open_opa(stack, pack, choice, controls)
        if choice.cross_check:
            from auditor.adapters.rego.cross_check import CrossCheckEngine  # noqa: PLC0415 - only what is used

            first = opened.pop(choice.name)
            yield CrossCheckEngine(first, *opened.values())
            return
        yield opened[choice.name]


def _open_opa(stack: ExitStack, pack: Pack, choice: EngineChoice, controls: Collection[str] | None) -> OpaEngine:
    from auditor.adapters.rego.namespace import move  # noqa: PLC0415 - only what is used
    from auditor.adapters.rego.opa import OpaEngine  # noqa: PLC0415 - only what is used
    from auditor.adapters.rego.opa_server import managed_server  # noqa: PLC0415 - only what is used

    if choice.opa_url is not None:
        return stack.enter_context(OpaEngine(pack, choice.address(choice.opa_url), controls=controls))
    moved = move(pack, controls)
    address = stack.enter_context(managed_server(moved, choice.opa_timeout_s))
    return stack.enter_context(OpaEngine(pack, address, started_with=moved))

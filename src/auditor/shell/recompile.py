"""``verify --recompile``: is the compiled policy of a bundle what its readable Rego compiles to?

Rules kept here: nothing of the Rego is run, only compiled, in the private copy, with the capabilities and in the way in
which the pack was built; another version of OPA compiles to other bytes, so it is not asked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.adapters.bundle import layout
from auditor.adapters.policies.build import compile_wasm, opa_version
from auditor.adapters.policies.pack import LOCK, WASM, lock_opa
from auditor.core.canonical import sha256_hex
from auditor.errors import ControlError, EngineError, VerificationError

if TYPE_CHECKING:
    from pathlib import Path


def recompile(root: Path) -> str:
    """Compile the Rego of the checked bundle at ``root`` again; return the version of OPA, whose bytes are the same.

    Raises:
        VerificationError: ``wasm-differs``.
        EngineError: opa is missing, of another version than the pack names, or did not end in time.
    """
    policies = root / layout.POLICIES
    try:
        recorded = lock_opa((policies / LOCK).read_bytes(), f"{layout.POLICIES}/{LOCK}")
        archived = (policies / WASM).read_bytes()
    except (OSError, ControlError) as error:
        raise VerificationError("wasm-differs", f"{layout.POLICIES}: no compiled pack ({error})") from error
    here = opa_version()
    if here != recorded:
        raise EngineError(
            f"the policies were compiled by opa {recorded}, and opa {here} is here: another version gives other bytes",
            remedy=f"put opa {recorded} first on PATH, or leave --recompile out",
        )
    try:
        again = compile_wasm(policies)
    except ControlError as error:
        raise VerificationError("wasm-differs", f"the archived Rego does not compile: {error.message}") from error
    if again != archived:
        raise VerificationError(
            "wasm-differs",
            f"{layout.POLICIES}/{WASM}: SHA-256 {sha256_hex(archived)}, but the Rego beside it compiles to "
            f"{sha256_hex(again)}",
            remedy="what decided is not what can be read: do not rely on this bundle",
        )
    return here

"""What a sealed run decided, read from its bundle by whoever explains it; if it is genuine, `auditor verify` says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from auditor.adapters.bundle import layout
from auditor.core.canonical import strict_json
from auditor.core.decisions_form import decisions_problem
from auditor.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path


def sealed_decisions(bundle: Path) -> dict[str, Any]:
    """Return ``decisions.json`` of ``bundle``. Raises ``UsageError``: there is none, or of another form."""
    try:
        document = strict_json((bundle / layout.DECISIONS).read_bytes(), max_bytes=layout.MAX_DECISIONS_BYTES)
    except (OSError, ValueError) as error:
        raise UsageError(f"{bundle}: no sealed run ({error})", remedy="name the folder of a bundle") from error
    problem = decisions_problem(document)
    if problem or not isinstance(document, dict):
        raise UsageError(f"{bundle}: its decisions are of another form ({problem})", remedy="see `auditor verify`")
    return document

"""Where the shipped policy pack and report templates lie: in the wheel, or in the tree of an editable install."""

from __future__ import annotations

from pathlib import Path

from auditor.errors import EngineError

PACKAGE = Path(__file__).resolve().parent


def policies_dir() -> Path:
    """Return the folder of the shipped policy pack."""
    return _find("policies", "pack.lock")


def reports_dir() -> Path:
    """Return the folder of the shipped report templates."""
    return _find("reports", "report.md.j2")


def _find(name: str, marker: str) -> Path:
    candidates = (PACKAGE / "shipped" / name, PACKAGE.parents[1] / name)
    for folder in candidates:
        if (folder / marker).is_file():
            return folder
    tried = " and ".join(str(folder / marker) for folder in candidates)
    raise EngineError(f"the shipped {name} were not found: tried {tried}", remedy="reinstall auditor")

"""Values that a shell completes: read from the names of files and from TOML alone, so that a Tab stays quick.

Rules kept here: nothing heavy is imported; a pack that cannot be read completes to nothing, and the command says why.
"""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any

from auditor.adapters.policies.profile_files import profile_names
from auditor.errors import AuditorError
from auditor.schemas import names
from auditor.shipped import policies_dir

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    import click


def profiles(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """Complete the names of the pack's profiles."""
    del param
    root = _root(ctx)
    return _starting(profile_names(root) if root else (), incomplete)


def gates(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """Complete the gates of the profile that the command line names so far."""
    del param
    wanted = ctx.params.get("profile")
    root = _root(ctx)
    parts = (root.glob(f"profiles/{wanted}.toml"), root.glob(f"profiles/{wanted}/*.toml")) if root and wanted else ()
    return _starting(
        (gate["id"] for files in parts for path in files for gate in _toml(path).get("gates", ())), incomplete
    )


def controls(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """Complete the ids of the pack's controls: the path is the identity."""
    del param
    root = _root(ctx)
    found = root.glob("controls/*/*/*.sql") if root else ()
    return _starting((".".join(path.parts[-3:-1]) for path in found), incomplete)


def schemas(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """Complete the documents that have a published schema."""
    del ctx, param
    return _starting(names(), incomplete)


def _starting(names: Iterable[str], incomplete: str) -> list[str]:
    return sorted(name for name in names if name.startswith(incomplete))


def _root(ctx: click.Context) -> Path | None:
    given: Path | None = ctx.params.get("policies") or ctx.params.get("folder")
    try:
        return given or policies_dir()
    except AuditorError:
        return None


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}

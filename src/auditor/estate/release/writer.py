"""Writes the example release's sources, as they stand at one instant of it, and their ``auditor.toml``.

Rules kept here: what is written for a later instant holds all that was written for an earlier one, so a release can be
audited run by run; the same (instant, incidents, seed) gives the same bytes on every machine.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from auditor.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime
    from pathlib import Path

SEED = 20250114
SCOPE = """\
# The example company's release. `auditor collect` reads this file; paths are relative to it.
[scope]
system = "support-hybrid-routing"
environment = "production"
release = "2025.01.14-3f9c2d1"
phase = ""
"""


class Part(Protocol):
    """One module of the release: what it adds to ``auditor.toml``, its files, and what may go wrong in it."""

    CONFIG: str
    INCIDENTS: dict[str, str]

    def files(self, known: datetime, incidents: Collection[str], seed: int) -> dict[str, bytes]:
        """Return path -> content as it stands at ``known``."""
        ...


def release_incidents(parts: Sequence[Part]) -> dict[str, str]:
    """Return every incident of ``parts`` with what it is."""
    return {name: said for part in parts for name, said in part.INCIDENTS.items()}


def write_release(
    root: Path, parts: Sequence[Part], *, known: datetime, incidents: Sequence[str] = (), seed: int = SEED
) -> Path:
    """Write the sources into the new folder ``root`` as they stand at ``known``; return the path of ``auditor.toml``.

    Raises:
        UsageError: an unknown incident, or a folder that exists or cannot be written.
    """
    there = release_incidents(parts)
    for name in incidents:
        if name not in there:
            raise UsageError(f"unknown incident {name!r}; there are: {', '.join(sorted(there))}")
    config = root / "auditor.toml"
    try:
        root.mkdir(parents=True, exist_ok=False)
        for part in parts:
            for name, content in part.files(known, tuple(incidents), seed).items():
                path = root / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
        config.write_text(SCOPE + "".join(part.CONFIG for part in parts), encoding="utf-8")
    except OSError as error:
        raise UsageError(
            f"{error.filename}: the example cannot be written ({error.strerror})", remedy="give another folder"
        ) from error
    return config

"""Two sealed runs side by side, read from their bundles; whether they are genuine is `auditor verify`'s question."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.adapters.bundle import layout
from auditor.adapters.policies.pack import digests, source_files
from auditor.core.comparison import Comparison, compare
from auditor.errors import UsageError
from auditor.shell.sealed_run import sealed_decisions

if TYPE_CHECKING:
    from pathlib import Path

TESTED = ("_test.rego", ".cases.jsonl")


def compare_bundles(old: Path, new: Path) -> Comparison:
    """Return what changed from the run in ``old`` to that in ``new``. Raises ``UsageError``.

    Two runs of different profiles have no lines in common that mean the same.
    """
    before, after = sealed_decisions(old), sealed_decisions(new)
    profiles = before["profile"]["id"], after["profile"]["id"]
    if profiles[0] != profiles[1]:
        raise UsageError(
            f"{old} decided profile {profiles[0]}, and {new} profile {profiles[1]}",
            remedy="compare two runs of one profile",
        )
    return compare(before, after, policies_of(old / layout.POLICIES), policies_of(new / layout.POLICIES))


def policies_of(root: Path) -> dict[str, str]:
    """Return the SHA-256 of each file of a pack that decides something."""
    found = digests(root, source_files(root))
    return {name: digest for name, digest in found.items() if not name.endswith(TESTED)}

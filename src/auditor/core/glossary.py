"""What each name that the program gives as a reason means, and which page of the documentation says more.

Rules kept here: a name is looked up in the tables that give it, and never explained twice; its page has a row for it,
with the name as anchor, which a test holds.
"""

from __future__ import annotations

from dataclasses import dataclass

from auditor.core.admission import NOT_ADMITTED
from auditor.core.evidence import NOT_COUNTED
from auditor.core.reason_codes import SENTENCES
from auditor.core.refusals import REFUSALS

REFUSALS_PAGE = "docs/refusals.md"
REASONS_PAGE = "docs/reference/reasons.md"
# What a name of each table says, and where: a few names stand in two of them.
TABLES: tuple[tuple[str, dict[str, str], str], ...] = (
    ("a bundle, ledger or trust policy is refused (exit 4)", REFUSALS, REFUSALS_PAGE),
    ("a release is not admitted (exit 1)", NOT_ADMITTED, REFUSALS_PAGE),
    ("a statement does not count", NOT_COUNTED, REFUSALS_PAGE),
    ("the reason of a verdict", SENTENCES, REASONS_PAGE),
)


@dataclass(frozen=True, slots=True)
class Meaning:
    """One meaning of a name: what it is said of, what it says, and ``page#anchor`` in the documentation."""

    of: str
    says: str
    anchor: str


def meanings(name: str) -> tuple[Meaning, ...]:
    """Return every meaning of ``name``; none when no table has it."""
    return tuple(Meaning(of, table[name], f"{page}#{name}") for of, table, page in TABLES if name in table)


def known_names() -> list[str]:
    """Return every name that has a meaning, sorted."""
    return sorted({name for _, table, _ in TABLES for name in table})

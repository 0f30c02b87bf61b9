"""How each row of a profile's document is decided: measured, signed, rolled up, or elsewhere; and what is not decided.

Rules kept here: every list item of the document, every row that begins in bold, and every heading that states a time
is a line to decide; a line that no fact and no signature can reach is named, and so is a row that nobody decides.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from auditor.adapters.policies.read_tables import tables_of
from auditor.statement_tables import STATEMENT_TABLES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from auditor.adapters.policies.pack import Pack
    from auditor.adapters.policies.profile import Profile
    from auditor.adapters.policies.profile_document import Line

DECIDED = re.compile(r"\s*- |\*\*|#+ .*\([^)]*\d[^)]*(?:minutes|hours|days)\)")
SIGNED = frozenset(STATEMENT_TABLES)


@dataclass(frozen=True, slots=True)
class CoveredLine:
    """One row of the document: its line, how it is decided, by which controls and from which tables."""

    number: str
    row: int
    line: str
    title: str
    kind: str
    controls: tuple[str, ...]
    tables: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Coverage:
    """Every decided row, the rows that nothing decides, and the lines that rest on no evidence."""

    lines: tuple[CoveredLine, ...]
    undecided: tuple[tuple[int, str], ...]
    groundless: tuple[str, ...]

    @property
    def whole(self) -> bool:
        """Say whether every row is decided, on evidence."""
        return not self.undecided and not self.groundless


def checklist_coverage(pack: Pack, profile: Profile) -> Coverage:
    """Return how the document of ``profile`` is decided. A profile without a document has no rows."""
    reads = tables_of(pack)
    printed = [line for line in profile.document.lines if line.at is not None]
    lines = tuple(_covered(line, profile, reads) for line in printed)
    rows = (profile.checklist or "").splitlines()
    decided = {line.at for line in printed}
    undecided = tuple(
        (number, row.strip())
        for number, row in enumerate(rows, start=1)
        if DECIDED.match(row) and number not in decided
    )
    groundless = tuple(one.line for one in lines if one.kind not in {"status", "verification"} and not one.tables)
    return Coverage(tuple(sorted(lines, key=lambda one: one.row)), undecided, groundless)


def _covered(line: Line, profile: Profile, reads: Mapping[str, frozenset[str]]) -> CoveredLine:
    controls = _leaves(line, profile)
    tables = sorted({table for control in controls for table in reads[control]})
    if line.decided_by:
        kind: str = line.decided_by
    elif line.members:
        kind = "roll-up"
    else:
        own = profile.bound[line.id][0].control.id
        kind = "signed" if reads[own] and reads[own] <= SIGNED else "measured"
    return CoveredLine(line.checklist[0], line.at or 0, line.id, line.title, kind, controls, tuple(tables))


def _leaves(line: Line, profile: Profile) -> tuple[str, ...]:
    found = {bound.control.id for bound in profile.bound[line.id]}
    for member in line.members:
        found |= set(_leaves(profile.line(member), profile))
    return tuple(sorted(found))

"""Which tables of facts and of signatures the controls of a pack read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.adapters.policies.windowed import mentions
from auditor.statement_tables import STATEMENT_TABLES
from auditor.tables import TABLES

if TYPE_CHECKING:
    from auditor.adapters.policies.pack import Pack


def tables_of(pack: Pack) -> dict[str, frozenset[str]]:
    """Return the tables by control, those included that it reads through derived tables."""
    facts = {*TABLES, *STATEMENT_TABLES}
    derived: dict[str, set[str]] = {}
    for table in pack.derived:  # in order: each after those it reads
        derived[table.name] = mentions(table.sql, facts)
        for name in mentions(table.sql, derived):
            derived[table.name] |= derived[name]
    found = {}
    for control in pack.controls.values():
        tables = mentions(control.sql, facts)
        for name in mentions(control.sql, derived):
            tables |= derived[name]
        found[control.id] = frozenset(tables)
    return found

"""Which tables of facts and of signatures the controls of a pack read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.adapters.policies.pack import tables_read
from auditor.adapters.policies.windowed import mentions
from auditor.statement_tables import STATEMENT_TABLES
from auditor.tables import TABLES

if TYPE_CHECKING:
    from auditor.adapters.policies.pack import Pack


def tables_of(pack: Pack) -> dict[str, frozenset[str]]:
    """Return the tables by control, those included that it reads through derived tables."""
    return {control.id: tables_behind(pack, control.sql) for control in pack.controls.values()}


def tables_behind(pack: Pack, sql: str) -> frozenset[str]:
    """Return the tables that a query reads itself or through derived tables."""
    facts = {*TABLES, *STATEMENT_TABLES}
    texts = [sql, *(table.sql for table in tables_read(pack, [sql]))]
    return frozenset().union(*(mentions(text, facts) for text in texts))

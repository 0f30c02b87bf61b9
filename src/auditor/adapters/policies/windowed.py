"""Queries that many controls share and that depend on a line's window or parameters: ``windowed/<name>.sql``.

A control names one as it names a table. When the pack is loaded, those that it names, themselves or through others,
become the first members of its WITH: what runs, is guarded, is locked, is shown and is replayed is one plain query
whose parts bind the control's own parameters. Rules kept here: a name is that of one thing (no snapshot table, no
derived table), and nothing is executed. A control that gives a WITH of its own the same name is refused by DuckDB.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from auditor.core.graph import topological_order
from auditor.errors import ControlError
from auditor.statement_tables import STATEMENT_TABLES
from auditor.tables import TABLES

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from pathlib import Path

FOLDER = "windowed"
# The comment that a query begins with, and its WITH, if it has one.
HEAD = re.compile(r"(?P<comment>(?:[ \t]*(?:--[^\n]*)?\n)*)(?P<opening>with\s+)?")


def read_windowed(root: Path, derived: Collection[str]) -> dict[str, str]:
    """Return the text of each windowed query by its name, each after those it reads. Raises ``ControlError``."""
    texts = {path.stem: path.read_text() for path in sorted((root / FOLDER).glob("*.sql"))}
    for name in texts:
        if name in TABLES or name in STATEMENT_TABLES or name in derived:
            what = "derived" if name in derived else "snapshot" if name in TABLES else "signed"
            raise ControlError(
                f"{root / FOLDER / name}.sql: {name!r} is a {what} table already", remedy="give it a name of its own"
            )
    graph = {name: sorted(mentions(text, texts) - {name}) for name, text in texts.items()}
    try:
        return {name: texts[name] for name in topological_order(graph)}
    except ValueError as error:
        raise ControlError(f"{root / FOLDER}: {error}") from error


def compose(sql: str, windowed: dict[str, str]) -> str:
    """Return ``sql`` with the windowed queries that it needs at the head of its WITH; without any, as it is."""
    needed = mentions(sql, windowed)
    for name in reversed(windowed):
        if name in needed:
            needed |= mentions(windowed[name], windowed)
    if not needed:
        return sql
    head = HEAD.match(sql)
    comment, opening = (head["comment"], head["opening"]) if head else ("", None)
    parts = ",\n".join(f"{name} as (\n{windowed[name].strip()}\n)" for name in windowed if name in needed)
    rest = sql[head.end() :] if head else sql
    return f"{comment}with {parts},\n{rest}" if opening else f"{comment}with {parts}\n{rest}"


def mentions(sql: str, names: Iterable[str]) -> set[str]:
    """Return which of ``names`` stand in ``sql`` as words outside comments."""
    words = set(re.findall(r"[a-z_][a-z0-9_]*", re.sub(r"--[^\n]*", "", sql)))
    return words & set(names)

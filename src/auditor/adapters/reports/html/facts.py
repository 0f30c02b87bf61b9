"""The sealed facts of a bundle, asked by queries of this package; a page is drawn from them and from nothing else.

Rules kept here: the files are opened by the engine that opens them for the policies: it is locked, and reads no other
file; a link is no file of the bundle; what cannot be asked is said in words on the page, for a page proves nothing and
the verdict stands in the bundle. That the facts are those that were signed is for ``auditor verify`` to say.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from auditor.adapters.bundle import layout
from auditor.adapters.reports.html.exhibit import NotDrawnError
from auditor.adapters.sql.engine import SqlEngine
from auditor.errors import AuditorError
from auditor.tables import TABLES

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Self

TIMEOUT_S = 60.0


class Facts:
    """The tables of one bundle's snapshot. A context manager."""

    def __init__(self, bundle: Path) -> None:
        folder = bundle / layout.SNAPSHOT
        files = {name: folder / f"{name}.parquet" for name in TABLES}
        self.tables = {name: file for name, file in files.items() if file.is_file() and not file.is_symlink()}
        self._sql = SqlEngine(self.tables, threads=1, memory_limit="2GB", timeout_s=TIMEOUT_S)

    def __enter__(self) -> Self:
        self._sql.__enter__()
        return self

    def __exit__(self, *what: object) -> None:
        self._sql.__exit__(*what)

    def rows(self, table: str, sql: str, parameters: dict[str, Any]) -> list[dict[str, Any]]:
        """Return the rows of a query of ``table``. Raises ``NotDrawnError``: it is not there, or cannot be asked."""
        if table not in self.tables:
            raise NotDrawnError(f"The bundle holds no table {table}, so there is no plot.")
        try:
            return self._sql.query(f"plot of {table}", sql, parameters)
        except AuditorError as error:
            raise NotDrawnError(f"The bundle's table {table} cannot be drawn: {error.message}") from error

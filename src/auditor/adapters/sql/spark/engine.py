"""Runs guarded queries over a snapshot on Spark, with the rows that DuckDB would give.

Rules kept here: a query passes the guard first, then the translation; it sees only its declared tables, as views of one
session; each table is read with its declared columns, never with columns guessed from a file or a folder's name; what
goes in and comes back is exact; a derived table is computed once.
"""

from __future__ import annotations

import re
import threading
from contextlib import contextmanager
from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from auditor.adapters.sql.exact import check_distinct, check_given, check_parameter, exact
from auditor.adapters.sql.guard import check_select
from auditor.adapters.sql.spark.session import failures, first_line
from auditor.adapters.sql.spark.translation import kind_of, translate
from auditor.errors import ControlError, EngineError
from auditor.statement_tables import STATEMENT_TABLES
from auditor.tables import TABLES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Self

    from auditor.columns import Table

TIMEOUT_S = 3600.0
KINDS = {"instant": "TIMESTAMP", "int": "BIGINT", "text": "STRING", "bool": "BOOLEAN"}
# SQLSTATEs of what an author has written, as DuckDB's errors of a query are: cardinality, data, syntax, raise_error.
AUTHORS = re.compile(r"SQLSTATE: (21|22|42|P0)")


class SparkEngine:
    """Guarded queries over ``tables`` (name -> what Spark calls its Parquet file) and ``statements`` (name -> rows).

    ``session`` is open and stays open; ``kinds`` are the types that parameters may be of, where a value does not say.
    A context manager; what it made in the session is gone afterwards.
    """

    name = "spark"

    def __init__(
        self,
        session: Any,
        tables: Mapping[str, str],
        statements: Mapping[str, Sequence[dict[str, Any]]] = MappingProxyType({}),
        *,
        kinds: Mapping[str, str] = MappingProxyType({}),
        timeout_s: float = TIMEOUT_S,
    ) -> None:
        self._session = session
        self._tables = dict(tables)
        self._statements = {name: statements.get(name, ()) for name in STATEMENT_TABLES if name not in tables}
        self._opened: set[str] = set()
        self._derived: dict[str, Any] = {}
        self._answers: dict[str, list[dict[str, Any]]] = {}
        self._kinds = kinds
        self._timeout_s = timeout_s

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for name in (*self._opened, *self._derived):
            self._session.catalog.dropTempView(name)

    def derive(self, name: str, sql: str, parameters: Mapping[str, Any]) -> None:
        """Run ``sql`` and keep its rows as table ``name`` for later queries.

        Raises:
            ControlError: the guard, the translation or Spark refused the query.
            EngineError: the cluster failed, or it did not end in time.
        """
        file = f"derived/{name}.sql"
        if name in self._derived or name in self._tables or name in self._statements:
            raise ControlError(f"{file}: table {name!r} is there already")
        said = self._said(file, sql, parameters)
        with self._running(file):
            rows = self._session.sql(said)
            check_distinct(file, rows.columns)
            kept = rows.localCheckpoint(eager=True)
            kept.createOrReplaceTempView(name)
        self._derived[name] = kept

    def query(self, file: str, sql: str, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Run ``sql`` and return its rows as exact JSON objects; raises as ``derive``."""
        said = self._said(file, sql, parameters)
        if said not in self._answers:
            with self._running(file):
                found = self._session.sql(said).collect()
            names = found[0].__fields__ if found else []
            check_distinct(file, names)
            self._answers[said] = [
                {name: _exact(file, name, value) for name, value in zip(names, row, strict=True)} for row in found
            ]
        return [dict(row) for row in self._answers[said]]

    def _said(self, file: str, sql: str, parameters: Mapping[str, Any]) -> str:
        """Guard and translate a query; return it with its parameters, for Spark. Its tables are there afterwards."""
        used = check_select(file, sql, {*self._tables, *self._statements, *self._derived})
        check_given(file, used, set(parameters))
        kinds = {}
        for name in used:
            check_parameter(file, name, parameters[name])
            kind = kind_of(parameters[name]) or self._kinds.get(name)
            if kind is None:
                raise ControlError(f"{file}: parameter ${name} is {parameters[name]!r}, of a type that nothing says")
            kinds[name] = kind
        translation = translate(file, sql, kinds)
        for name in translation.tables & (self._tables.keys() | self._statements.keys()):
            self._open(name)
        return translation.bound({name: parameters[name] for name in used})

    def _open(self, name: str) -> None:
        if name in self._opened:
            return
        if name in self._tables:
            columns = ", ".join(
                f"`{c.name}` {KINDS[c.type]}" for c in (TABLES.get(name) or STATEMENT_TABLES[name]).columns
            )
            with self._running(f"table {name} of the snapshot", asked=False):
                rows = self._session.read.schema(columns).parquet(self._tables[name])
                rows.createOrReplaceTempView(name)
        else:
            self._keep(STATEMENT_TABLES[name], self._statements[name])
        self._opened.add(name)

    def _keep(self, table: Table, rows: Sequence[dict[str, Any]]) -> None:
        """Make a table of rows, instants given in microseconds since the epoch."""
        given = ", ".join(f"`{c.name}` {'BIGINT' if c.type == 'instant' else KINDS[c.type]}" for c in table.columns)
        values = [tuple(row[column.name] for column in table.columns) for row in rows]
        said = (
            f"timestamp_micros(`{c.name}`) AS `{c.name}`" if c.type == "instant" else f"`{c.name}`"
            for c in table.columns
        )
        with self._running(f"table {table.name} of what people signed", asked=False):
            self._session.createDataFrame(values, given).selectExpr(*said).createOrReplaceTempView(table.name)

    @contextmanager
    def _running(self, file: str, *, asked: bool = True) -> Iterator[None]:
        """Stop what runs in time, and say whose fault an error is: of who wrote what was ``asked``, or of Spark."""
        tag, late = f"auditor-{uuid4()}", threading.Event()

        def stop() -> None:
            late.set()
            self._session.interruptTag(tag)

        timer = threading.Timer(self._timeout_s, stop)
        timer.daemon = True
        self._session.addTag(tag)
        timer.start()
        try:
            yield
        except failures() as error:
            if late.is_set():
                raise EngineError(f"{file}: the query did not end within {self._timeout_s:g} s") from error
            said = first_line(error)
            if asked and AUTHORS.search(str(error)):
                raise ControlError(f"{file}: Spark refused the query: {said}", remedy="correct the SQL") from error
            raise EngineError(f"{file}: Spark failed: {said}") from error
        finally:
            timer.cancel()
            self._session.removeTag(tag)


def _exact(file: str, column: str, value: Any) -> Any:
    """Return a value as DuckDB would give it: a decimal, which here has no places, stands for a hugeint."""
    if isinstance(value, Decimal):
        if value != value.to_integral_value():
            raise ControlError(f"{file}: column {column!r} is {value}, and a number from Spark has no places")
        value = int(value)
    if isinstance(value, list):
        return [_exact(file, column, member) for member in value]
    return exact(file, column, value)

"""Runs guarded queries over a snapshot, all on one locked DuckDB that is nobody else's.

Rules kept here: a query sees only its declared tables; the database can reach only the exact Parquet files, no other
file, no network, no extension, no Python object; its settings are locked before the first query runs, and each query
has a connection of its own, so that nothing temporary outlives it; where a file lies never changes what is in it
(DuckDB would read a folder ``kind=x`` as a column); what goes in, is kept between queries and comes back is exact
(integers, text, booleans, null, lists and objects of these; a decimal as its text), never a float; a query that was
asked before is not run again, for nothing it reads can have changed.
Source: https://duckdb.org/docs/stable/operations_manual/securing_duckdb/overview
"""

from __future__ import annotations

import threading
from contextlib import closing, contextmanager
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from auditor.adapters.sql.exact import check_distinct, check_given, check_parameter, exact
from auditor.adapters.sql.guard import what_it_uses
from auditor.errors import ControlError, EngineError
from auditor.statement_tables import STATEMENT_TABLES

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from pathlib import Path
    from typing import Self

    import duckdb

    from auditor.columns import Table

TIMEOUT_S = 600.0
MAX_SPILL = "8GB"
MAX_KEPT_ROWS = 10_000
KINDS = {"instant": "timestamptz", "int": "bigint", "text": "varchar", "bool": "boolean"}
KEPT_TYPES = frozenset(
    {"boolean", "tinyint", "smallint", "integer", "bigint", "decimal", "varchar", "timestamp with time zone"}
)


class SqlEngine:
    """Guarded queries over ``tables`` (name -> Parquet file) and ``statements`` (name -> rows). A context manager.

    ``statements`` are the tables of ``auditor.statement_tables``; one that is not given is empty.
    """

    name = "duckdb"

    def __init__(
        self,
        tables: Mapping[str, Path],
        statements: Mapping[str, Sequence[dict[str, Any]]] = MappingProxyType({}),
        *,
        memory_limit: str = "4GB",
        threads: int = 2,
        spill: Path | None = None,
        timeout_s: float = TIMEOUT_S,
    ) -> None:
        self._files = {name: path.resolve() for name, path in tables.items()}
        self._statements = {name: statements.get(name, ()) for name in STATEMENT_TABLES if name not in tables}
        self._derived: set[str] = set()
        self._opened: set[str] = set()
        self._answers: dict[tuple[str, str], list[dict[str, Any]]] = {}
        self._database: duckdb.DuckDBPyConnection | None = None
        self._settings = {"memory_limit": memory_limit, "threads": str(threads), "max_temp_directory_size": MAX_SPILL}
        self._spill = spill
        self._timeout_s = timeout_s

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._database is not None:
            self._database.close()

    def derive(self, name: str, sql: str, parameters: Mapping[str, Any]) -> None:
        """Run ``sql`` and keep its rows as table ``name`` for later queries.

        Raises:
            ControlError: the guard or DuckDB refused the query.
            EngineError: it ran out of memory, spill space or time.
        """
        file = f"derived/{name}.sql"
        if name in self._derived or name in self._files or name in self._statements:
            raise ControlError(f"{file}: table {name!r} is there already")
        values, read = self._values(file, sql, parameters)
        with self._running(file, read) as connection:
            columns = connection.execute(f"describe {sql}", values).fetchall()
            check_distinct(file, [column for column, *_ in columns])
            for column, kind, *_ in columns:
                _keepable(file, column, kind)
            connection.execute(f'create table "{name}" as {sql}', values)
        self._derived.add(name)

    def query(self, file: str, sql: str, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Run ``sql`` and return its rows as exact JSON objects; raises as ``derive``."""
        values, read = self._values(file, sql, parameters)
        asked = (sql, repr(values))
        if asked in self._answers:
            return [dict(row) for row in self._answers[asked]]
        with self._running(file, read) as connection:
            result = connection.execute(sql, values)
            names = [name for name, *_ in result.description]
            check_distinct(file, names)
            found = result.fetchall()
        rows = [{name: exact(file, name, value) for name, value in zip(names, row, strict=True)} for row in found]
        if len(rows) <= MAX_KEPT_ROWS:
            self._answers[asked] = [dict(row) for row in rows]
        return rows

    def _values(self, file: str, sql: str, parameters: Mapping[str, Any]) -> tuple[dict[str, Any], frozenset[str]]:
        """Guard the query; return its parameters, as DuckDB should see them, and the tables that it reads."""
        uses = what_it_uses(file, sql, {*self._files, *self._statements, *self._derived})
        check_given(file, uses.parameters, set(parameters))
        return {name: _bound(file, name, parameters[name]) for name in sorted(uses.parameters)}, uses.tables

    @contextmanager
    def _running(self, file: str, read: Collection[str]) -> Iterator[duckdb.DuckDBPyConnection]:
        """Give a connection for a query over the tables ``read``, stop it in time, and say whose fault an error is."""
        import duckdb  # noqa: PLC0415 - heavy

        if self._database is None:
            self._database = self._connect()
        self._open(self._database, read)
        with closing(self._database.cursor()) as connection:
            timer = threading.Timer(self._timeout_s, connection.interrupt)
            timer.daemon = True
            timer.start()
            try:
                yield connection
            except duckdb.InterruptException as error:
                raise EngineError(f"{file}: the query did not end within {self._timeout_s:g} s") from error
            except (duckdb.OutOfMemoryException, duckdb.IOException, duckdb.FatalException) as error:
                raise EngineError(f"{file}: DuckDB ran out of a resource: {error}") from error
            except duckdb.Error as error:
                raise ControlError(f"{file}: DuckDB refused the query: {error}", remedy="correct the SQL") from error
            finally:
                timer.cancel()

    def _connect(self) -> duckdb.DuckDBPyConnection:
        """Return a locked database that can reach the snapshot's files and no other."""
        import duckdb  # noqa: PLC0415 - heavy

        config: dict[str, str | bool | int | float | list[str]] = {
            "python_enable_replacements": "false",
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "allow_community_extensions": "false",
            "temp_directory": str(self._spill) if self._spill else "",
            **self._settings,
        }
        connection = duckdb.connect(":memory:", config=config)
        files = ", ".join(_quoted(str(path)) for path in self._files.values())
        connection.execute("set global TimeZone = 'UTC'")  # global: of every query's connection, not of this one alone
        connection.execute(f"set allowed_paths = [{files}]")
        connection.execute("set enable_external_access = false")
        connection.execute("set lock_configuration = true")
        return connection

    def _open(self, connection: duckdb.DuckDBPyConnection, read: Collection[str]) -> None:
        """Present the tables ``read`` that were not yet; a snapshot has many, of which a profile reads some."""
        import duckdb  # noqa: PLC0415 - heavy

        for name in sorted(set(read) - self._opened - self._derived):
            try:
                if name in self._files:
                    source = f"read_parquet({_quoted(str(self._files[name]))}, hive_partitioning = false)"
                    connection.execute(f'create view "{name}" as select * from {source}')  # noqa: S608 - our own names
                else:
                    _keep(connection, STATEMENT_TABLES[name], self._statements[name])
            except duckdb.Error as error:
                raise EngineError(f"{name}: the snapshot cannot be opened by DuckDB: {error}") from error
            self._opened.add(name)


def _keep(connection: duckdb.DuckDBPyConnection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Make a table of rows, instants given in microseconds since the epoch."""
    columns = ", ".join(f'"{c.name}" {KINDS[c.type]}{"" if c.nullable else " not null"}' for c in table.columns)
    connection.execute(f'create table "{table.name}" ({columns})')
    if not rows:
        return
    values = ", ".join("timezone('UTC', make_timestamp(?))" if c.type == "instant" else "?" for c in table.columns)
    given = [[row[column.name] for column in table.columns] for row in rows]
    connection.executemany(f'insert into "{table.name}" values ({values})', given)  # noqa: S608 - our own names


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _keepable(file: str, column: str, described: Any) -> None:
    """Refuse a column of a DuckDB type: an inexact one (float), or one another engine may not keep (HUGEINT)."""
    import duckdb  # noqa: PLC0415 - heavy

    kind = duckdb.sqltype(described) if isinstance(described, str) else described
    if kind.id in {"list", "struct"}:
        for name, child in kind.children:
            _keepable(file, f"{column}.{name}", child)
    elif kind.id not in KEPT_TYPES:
        message = f"{file}: column {column!r} is {kind}, which a table does not keep"
        raise ControlError(message, remedy="cast it to bigint, or to what it is")


def _bound(file: str, name: str, value: Any) -> Any:
    """Return a parameter as DuckDB should see it: integers are 64 bits wide, and so are those of an empty list."""
    import duckdb  # noqa: PLC0415 - heavy

    if value == []:
        return duckdb.Value([], duckdb.list_type(duckdb.sqltypes.BIGINT))
    check_parameter(file, name, value)
    if type(value) is int:  # else it would be 32 bits wide, and an hour of seconds in microseconds would not fit
        return duckdb.Value(value, duckdb.sqltypes.BIGINT)
    if isinstance(value, list) and type(value[0]) is int:
        return duckdb.Value(value, duckdb.list_type(duckdb.sqltypes.BIGINT))
    return value

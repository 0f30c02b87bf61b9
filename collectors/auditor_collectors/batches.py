"""From a DuckDB query to record batches of a declared table, and the coverage row of what was read."""

from __future__ import annotations

import re
from contextlib import contextmanager
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from auditor.collector import Batch, CollectContext
from auditor.errors import CollectionError, EngineError
from auditor.tables import schema

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import duckdb

ROWS = 1 << 16
# With Python, Arrow and the files that are read, a collection stays under 512 MB (docs/quality/trail-speed.md).
MEMORY_LIMIT = "400MB"
FUTURE_TOLERANCE_US = 120_000_000
MAX_SAID = 240
REMEDY = "correct the source, or the mapping in auditor.toml"


@contextmanager
def connect(context: CollectContext) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a DuckDB in bounded memory that spills into the scratch folder, in UTC, until the block is left.

    What fails in the block and is not the source's fault (a full disk, no memory) becomes an ``EngineError``.
    """
    import duckdb  # noqa: PLC0415 - heavy

    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": MEMORY_LIMIT,
        "threads": "2",
        "temp_directory": str(context.work),
        "autoinstall_known_extensions": "false",
        "python_enable_replacements": "false",
    }
    try:
        with duckdb.connect(":memory:", config=config) as connection:
            connection.execute("set TimeZone = 'UTC'")
            connection.execute("set enable_progress_bar = false")  # it would go to standard output, which is data
            yield connection
    except (duckdb.Error, OSError) as error:
        raise EngineError(
            f"source {context.source!r}: its rows could not be worked through ({said(error, context.work, 'scratch')})",
            remedy="free space where the snapshot is written, or give another --output",
        ) from error


def is_ours(error: Exception, context: CollectContext) -> bool:
    """Return whether DuckDB failed at its own scratch or memory, and not at the file it read."""
    import duckdb  # noqa: PLC0415 - heavy

    return isinstance(error, duckdb.OutOfMemoryException) or str(context.work) in str(error)


def said(error: Exception, path: Path, name: str) -> str:
    """Return what DuckDB said in one short line for a person.

    Without its class, its advice, the source's own text, and the place that it counts otherwise than people do; with
    ``name`` for ``path``.
    """
    lines = str(error).replace(str(path), name).partition("\n\n")[0].splitlines()
    kept = [line.strip() for line in lines if not line.startswith(("Possible", "Original Line", "Try ", "* "))]
    text = "; ".join(line for line in kept if line)
    text = re.sub(r"^[A-Z][A-Za-z ]+ Error: ", "", text)
    text = re.sub(r",? in (line|record/value) [0-9]+", "", text)
    return text if len(text) <= MAX_SAID else text[: MAX_SAID - 3] + "..."


def stream(connection: duckdb.DuckDBPyConnection, table: str, select: str) -> Iterator[Batch]:
    """Yield the rows of ``select`` (columns in the table's order) as batches of ``table``."""
    import pyarrow as pa  # noqa: PLC0415 - heavy

    expected = schema(table)
    reader = connection.sql(select).to_arrow_reader(ROWS)
    for found in reader:
        arrays = [found.column(field.name).cast(field.type) for field in expected]
        yield Batch(table, pa.RecordBatch.from_arrays(arrays, schema=expected))


def rows(table: str, values: Sequence[dict[str, Any]]) -> Batch:
    """Return a batch of a few rows given as dictionaries."""
    import pyarrow as pa  # noqa: PLC0415 - heavy

    return Batch(table, pa.RecordBatch.from_pylist(list(values), schema=schema(table)))


def coverage(
    context: CollectContext,
    *,
    pages: int,
    records: int,
    sha256: str,
    account: str = "",
    region: str = "",
    duplicates: int = 0,
    detail: str | None = None,
) -> dict[str, Any]:
    """Return the coverage row of files that were read in full."""
    return {
        "system": context.scope.system,
        "environment": context.scope.environment,
        "source": context.source,
        "account": account,
        "region": region,
        "call": "read_files",
        "status": "ok",
        "pages": pages,
        "records": records,
        "duplicates": duplicates,
        "sha256": sha256,
        "detail": detail,
        "available_at": None,
        "request_ids": None,
        "duration_us": None,
        "retries": None,
        "collected_at": context.collected_at,
    }


def literal(text: str) -> str:
    """Return ``text`` as an SQL string literal."""
    return "'" + text.replace("'", "''") + "'"


def exactly(*paths: Path | str) -> str:
    """Return the arguments by which a DuckDB reader reads these files and no others, as they are.

    DuckDB expands a glob even in the name of one file (``r[1].json`` gives ``r1.json``), and a folder called ``kind=x``
    replaces the column ``kind``: measured on 2.0.1.
    """
    listed = ", ".join(literal(re.sub(r"[*?[]", r"[\g<0>]", str(path))) for path in paths)
    return f"[{listed}], hive_partitioning = false"


def identifier_columns(name: str, expression: str) -> str:
    """Return SQL for ``<name>_hi`` and ``<name>_lo``: as ``auditor.tables.identifier_halves`` of ``expression``."""
    halves = []
    for suffix, start in (("hi", 1), ("lo", 17)):
        unsigned = f"('0x' || substr(sha256({expression}), {start}, 16))::ubigint::hugeint"
        signed = (
            f"case when {unsigned} > 9223372036854775807 then {unsigned} - 18446744073709551616 else {unsigned} end"
        )
        halves.append(f"({signed})::bigint as {name}_{suffix}")
    return ", ".join(halves)


_HOUR = "([01][0-9]|2[0-3])"
RFC3339 = (
    rf"^(19[7-9][0-9]|[2-9][0-9]{{3}})-[0-9]{{2}}-[0-9]{{2}}[Tt ]{_HOUR}:[0-5][0-9]:[0-5][0-9](\.[0-9]+)?"
    rf"([Zz]|[+-]{_HOUR}:[0-5][0-9])$"
)


def rfc3339(expression: str) -> str:
    """Return SQL that reads an RFC 3339 instant with a zone, from 1970, cut to microseconds; else null."""
    parsed = f"try_cast(upper({expression}) as timestamptz)"
    return f"case when regexp_matches({expression}, {literal(RFC3339)}) then {parsed} end"


def not_future(context: CollectContext) -> str:
    """Return what is expected of an instant that lies too far after the collection."""
    return f"at most 2 minutes after the collection at {context.collected_at.isoformat()}"


def refuse_row(
    where: str, row: int, column: str, found: object, expected: str, *, remedy: str = REMEDY
) -> CollectionError:
    """Return the error for one wrong value; the value is shown short."""
    return CollectionError(
        f"{where}, row {row}, column {column!r}: found {shown(found)}, expected {expected}",
        remedy=remedy,
    )


def shown(found: object) -> str:
    """Return a value of a source as a message shows it: short."""
    text = str(found) if isinstance(found, Decimal) else repr(found)
    return text if len(text) <= 60 else text[:57] + "..."  # noqa: PLR2004 - a line of a terminal

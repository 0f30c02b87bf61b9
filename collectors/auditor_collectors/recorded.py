"""Records that somebody keeps as JSON lines, one a line, with an id: read into one table, each record once.

Rules kept here: what is wrong is refused with file, line and member; a record that was delivered twice is kept once and
counted, one that is there again with other content is refused; a value that ``auditor.toml`` does not list is
``undeclared``, so no person's address leaves as an audience; a file without a line is no record only where the exporter
says how many it exported (``auditor_collectors.exports``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from pydantic import BaseModel, ConfigDict

from auditor.errors import CollectionError
from auditor.tables import identifier_halves, schema
from auditor.tables.audit import UNDECLARED
from auditor_collectors import exports, files
from auditor_collectors.batches import connect, exactly, rows, stream
from auditor_collectors.jsonlines import AGAIN, member, objects
from auditor_collectors.options import Globs  # noqa: TC001 - pydantic reads it
from auditor_collectors.spilled import placed, spill
from auditor_collectors.values import identifier, text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    import duckdb

    from auditor.collector import Batch, CollectContext

PLACE = ("file_number", "row_number")


class RecordOptions(BaseModel):
    """What every source of records has: its files, and its exporter's own record of its exports."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    files: Globs
    exports: Globs | None = None


class Reader(Protocol):
    """What takes the facts out of one record."""

    def __call__(self, where: str, document: dict[str, Any], /) -> dict[str, Any]:
        """Return the columns of the record without the scope; ``where`` is its place, for a person."""
        ...


def collected(
    table: str, name: str, wanted: RecordOptions, context: CollectContext, read: Reader, *, merged: str = ""
) -> Iterator[Batch]:
    """Yield the records as rows of ``table``, and one coverage row. Raises ``CollectionError``.

    ``name`` is what a record is to a person, and of its identifier columns; ``merged`` is the SELECT over ``{source}``
    that makes one row of the versions of a record, where a record may have several.
    """
    paths = files.find(context.root, wanted.files, context.source)
    kept = [path for path in paths if wanted.exports is None or path.stat().st_size]
    found = files.inspect_all(context.root, kept, max_line=files.MAX_LINE, progress=context.progress)
    exported = exports.inspect(wanted.exports, context)
    with connect(context) as connection:
        part = context.work / f"{table}.parquet"
        count = spill(part, placed(table), _rows(found, context, read))
        files.refuse_changed([*found, *exported])
        if not count and wanted.exports is None:
            raise CollectionError(f"source {context.source!r}: its files hold no {name}", remedy=AGAIN)
        source = f"(select distinct {', '.join(schema(table).names)} from read_parquet({exactly(part)}))"
        key = (f"{name}_hi", f"{name}_lo", *(("updated_at",) if merged else ()))
        _refuse_conflicts(connection, part, table, key, [file.name for file in found], name)
        [(distinct,)] = connection.execute(f"select count(*) from {source}").fetchall()
        columns = ", ".join(schema(table).names)
        yield from stream(connection, table, merged.format(source=source) or f"select {columns} from {source}")
    yield rows("coverage", [exports.coverage_row(exported, found, context, records=count, duplicates=count - distinct)])


def listed(known: Mapping[str, str]) -> Callable[[Any], str]:
    """Return what reads a text and keeps it by the name that ``known`` gives, else as undeclared."""
    return lambda value: known.get(text(value), UNDECLARED)


def halves(name: str, where: str, document: dict[str, Any], source: str) -> dict[str, int]:
    """Return the identifier columns ``<name>_hi`` and ``<name>_lo`` of member ``source``."""
    high, low = identifier_halves(member(where, document, source, identifier))
    return {f"{name}_hi": high, f"{name}_lo": low}


def _rows(found: Sequence[files.SourceFile], context: CollectContext, read: Reader) -> Iterator[dict[str, Any]]:
    scope = {"system": context.scope.system, "environment": context.scope.environment, "source": context.source}
    for file_number, file in enumerate(found):
        for number, document in objects(file):
            place = dict(zip(PLACE, (file_number, number), strict=True))
            yield scope | read(f"{file.name}, line {number}", document) | place


def _refuse_conflicts(
    connection: duckdb.DuckDBPyConnection, part: Any, table: str, key: Sequence[str], names: list[str], noun: str
) -> None:
    """Refuse records of one key whose content differs."""
    alike = ", ".join(schema(table).names)
    row = connection.execute(
        f"""
        with versions as (
            select {alike}, max({{'file': file_number, 'line': row_number}}) as at_line
            from read_parquet({exactly(part)})
            group by {alike}
        )
        select max(at_line) as at_line
        from versions
        group by {", ".join(key)}
        having count(*) > 1
        order by all
        limit 1
        """
    ).fetchone()
    if row:
        place = row[0]
        raise CollectionError(
            f"{names[place['file']]}, line {place['line']}: this {noun} is also there with other content", remedy=AGAIN
        )

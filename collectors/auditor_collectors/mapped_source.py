"""How a source of lines or tables with mapped columns is read: parsed, checked, made distinct, and accounted for.

Rules kept here: the first row that is not what the mapping says is refused with file, row and column; a value that the
mapping does not name is counted and said, never kept; the same row twice is one row; files that change while they are
read are refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from auditor_collectors import files
from auditor_collectors.batches import connect, coverage, exactly, rows, stream
from auditor_collectors.table_checks import refuse_first
from auditor_collectors.table_files import parse_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    import duckdb

    from auditor.collector import Batch, CollectContext


def _nothing(_connection: duckdb.DuckDBPyConnection, _parts: Sequence[str]) -> None:
    """Find nothing wrong with all rows together."""


@dataclass(frozen=True, slots=True)
class MappedSource:
    """What one kind of source says of its rows.

    ``texts``, ``parsed`` are those of ``parse_file`` and ``problems``, ``named``, ``noun`` those of ``refuse_first``;
    ``select`` gives the query of the distinct rows over the parsed files, ``unnamed`` the words for values that the
    mapping does not name, and ``settle`` looks at all rows together.
    """

    table: str
    noun: str
    unnamed: str
    texts: Mapping[str, str]
    parsed: str
    problems: list[tuple[str, str, str]]
    named: list[str]
    select: Callable[[str, CollectContext], str]
    settle: Callable[[duckdb.DuckDBPyConnection, Sequence[str]], None] = _nothing


def collect_mapped(patterns: list[str], form: str, source: MappedSource, context: CollectContext) -> Iterator[Batch]:
    """Yield the rows of the files that ``patterns`` find, and one coverage row. Raises ``CollectionError``."""
    paths = files.find(context.root, patterns, context.source)
    found = files.inspect_all(context.root, paths, max_line=files.MAX_LINE, progress=context.progress)
    parts: list[str] = []
    records = unnamed = kept = 0
    with connect(context) as connection:
        for number, file in enumerate(found):
            part = parse_file(connection, file, form, source.texts, source.parsed, context, number=number)
            count, lost = refuse_first(
                connection, part, file.name, source.problems, source.texts, source.named, context, noun=source.noun
            )
            parts.append(part)
            records, unnamed = records + count, unnamed + sum(lost.values())
        files.refuse_changed(found)
        source.settle(connection, parts)
        for batch in stream(connection, source.table, source.select(exactly(*parts), context)):
            kept += batch.rows.num_rows
            yield batch
    row = coverage(
        context,
        pages=len(found),
        records=records,
        duplicates=records - kept,
        sha256=files.listing_digest(found),
        detail=f"{unnamed} {source.unnamed}" if unnamed else None,
    )
    yield rows("coverage", [row])

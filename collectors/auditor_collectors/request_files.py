"""How one file of requests is read: as JSON lines, CSV or Parquet, every row of it or none.

Rules kept here: DuckDB guesses nothing (its sniffer drops the rows before what it takes for the header: measured on
2.0.1), so the header of a CSV file is read here and its columns go by position; a line that DuckDB refuses is named as
an editor counts it. A number of JSON is the double that it names; one in quotes keeps every digit.
"""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from typing import TYPE_CHECKING, NoReturn

from auditor.errors import CollectionError
from auditor_collectors import files
from auditor_collectors.batches import exactly, literal, said
from auditor_collectors.jsonlines import AGAIN, objects
from auditor_collectors.mapping import quoted
from auditor_collectors.table_checks import refuse_missing

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import duckdb


def table_function(file: files.SourceFile, form: str, wanted: Sequence[str]) -> str:
    """Return the SQL that reads the columns ``wanted`` of ``file``: as text, but Parquet's in their own types."""
    if form == "parquet":
        return _parquet(file, wanted)
    return _csv(file, wanted) if form == "csv" else _jsonl(file, wanted)


def refuse_unreadable(file: files.SourceFile, form: str, error: Exception) -> NoReturn:
    """Say which line of ``file`` DuckDB could not read, or what it said."""
    if form == "jsonl":
        for _ in objects(file):
            pass
    if form == "csv":
        _refuse_ragged(file)
    raise CollectionError(
        f"{file.name}: cannot be read as {form} ({said(error, file.path, file.name)})",
        remedy="correct the file, or `format` in auditor.toml",
    ) from error


def refuse_absent(
    connection: duckdb.DuckDBPyConnection, file: files.SourceFile, counts: Sequence[int], wanted: Sequence[str]
) -> None:
    """Refuse JSON lines none of which has a mapped member; one that is null in every line is there.

    ``counts`` are the values that are not null in each column of ``wanted``.
    """
    unseen = [column for column, count in zip(wanted, counts, strict=True) if not count]
    if unseen:
        keys = connection.execute(
            f"select distinct unnest(json_keys(json)) as key from read_json_objects({exactly(file.path)}, "
            f"{_compression(file)}, format = 'newline_delimited', maximum_object_size = {files.MAX_LINE}) order by key"
        ).fetchall()
        refuse_missing(file.name, unseen, [key[0] for key in keys])


def _compression(file: files.SourceFile) -> str:
    """Return what DuckDB must know, whatever the name of the file says."""
    return f"compression = '{'gzip' if file.compressed else 'none'}'"


def _jsonl(file: files.SourceFile, wanted: Sequence[str]) -> str:
    declared = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in wanted)
    return (
        f"read_json({exactly(file.path)}, {_compression(file)}, format = 'newline_delimited', records = true, "
        f"columns = {{{declared}}}, maximum_object_size = {files.MAX_LINE})"
    )


def _parquet(file: files.SourceFile, wanted: Sequence[str]) -> str:
    import pyarrow as pa  # noqa: PLC0415 - heavy
    import pyarrow.parquet as pq  # noqa: PLC0415 - heavy

    try:
        found = pq.read_schema(file.path)
    except (pa.ArrowException, OSError) as error:
        raise CollectionError(
            f"{file.name}: cannot be read as parquet ({said(error, file.path, file.name)})",
            remedy="correct the file, or `format` in auditor.toml",
        ) from error
    refuse_missing(file.name, wanted, found.names)
    for column in wanted:
        kind = found.field(column).type
        if pa.types.is_nested(kind) or pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
            raise CollectionError(
                f"{file.name}: column {column!r} is {kind}, expected a number, an instant or text",
                remedy="correct the mapping in auditor.toml",
            )
    return f"read_parquet({exactly(file.path)})"


def _csv(file: files.SourceFile, wanted: Sequence[str]) -> str:
    _, header = next(csv_records(file), (1, []))
    if not header:
        raise CollectionError(f"{file.name}, line 1: is blank, expected the header", remedy=AGAIN)
    refuse_missing(file.name, wanted, header)
    declared = ", ".join(f"'column{number}': 'VARCHAR'" for number in range(len(header)))
    picked = ", ".join(f"column{header.index(name)} as {quoted(name)}" for name in wanted)
    return (
        f"(select {picked} from read_csv({exactly(file.path)}, {_compression(file)}, columns = {{{declared}}}, "
        "auto_detect = false, header = true, strict_mode = true, delim = ',', quote = '\"', escape = '\"', "
        f"comment = '', max_line_size = {files.MAX_LINE}))"
    )


def csv_records(file: files.SourceFile) -> Iterator[tuple[int, list[str]]]:
    """Yield the records of a CSV file, each with the number of its last line."""
    try:
        with gzip.open(file.path, "rb") if file.compressed else file.path.open("rb") as stream:
            text = io.TextIOWrapper(stream, encoding="utf-8-sig", newline="")
            reader = csv.reader(text, strict=True)
            try:
                for record in reader:
                    yield reader.line_num, record
            except UnicodeDecodeError as error:
                raise CollectionError(f"{file.name}: not UTF-8 ({error.reason})", remedy=AGAIN) from error
            except csv.Error as error:
                raise CollectionError(
                    f"{file.name}, line {reader.line_num}: not CSV ({error})", remedy=AGAIN
                ) from error
    except (OSError, EOFError, zlib.error) as error:
        raise CollectionError(
            f"{file.name}: cannot be read a second time ({error})",
            remedy="collect files that are no longer written to",
        ) from error


def _refuse_ragged(file: files.SourceFile) -> None:
    """Refuse the first record that has not as many values as the header."""
    records = csv_records(file)
    _, header = next(records)
    for line, record in records:
        if record and len(record) != len(header):
            raise CollectionError(
                f"{file.name}, line {line}: found {len(record)} values, expected {len(header)} as in the header",
                remedy=AGAIN,
            )

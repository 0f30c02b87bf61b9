"""One file of a mapped source, parsed into a spilled Parquet file of values beside the texts that they came from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor_collectors.batches import exactly, is_ours, literal
from auditor_collectors.request_files import refuse_absent, refuse_unreadable, table_function

if TYPE_CHECKING:
    from collections.abc import Mapping

    import duckdb

    from auditor.collector import CollectContext
    from auditor_collectors.files import SourceFile


def parse_file(
    connection: duckdb.DuckDBPyConnection,
    file: SourceFile,
    form: str,
    texts: Mapping[str, str],
    parsed: str,
    context: CollectContext,
    *,
    number: int,
) -> str:
    """Parse ``file`` and return the path of its rows: ``file_number``, ``row_number`` and the columns of ``parsed``.

    ``texts`` is the source's column by the name under which ``parsed`` keeps its text.
    """
    import duckdb  # noqa: PLC0415 - heavy

    source = table_function(file, form, list(dict.fromkeys(texts.values())))
    target = str(context.work / f"{number}.parquet")
    try:
        connection.execute(
            f"""
            copy (
                select {number} as file_number, row_number() over () as row_number, {parsed}
                from {source}
            ) to {literal(target)} (format parquet, compression lz4)
            """
        )
        if form == "jsonl":
            counted = connection.execute(
                f"select {', '.join(f'count({text})' for text in texts)} from read_parquet({exactly(target)})"
            ).fetchone()
            refuse_absent(connection, file, counted or (), list(texts.values()))
    except duckdb.Error as error:
        if is_ours(error, context):
            raise
        refuse_unreadable(file, form, error)
    return target

"""How CloudTrail files become rows: whole JSON values, then ``unnest`` of a declared structure.

Rules kept here: the fast route is DuckDB's, each value parsed once; what is too big for it in bounded memory (parsed,
a document is many times its size: measured on 2.0.1) goes the slow one, to the same rows; the rows of a file stay in
the order of its records.
"""

from __future__ import annotations

import json
from itertools import count
from typing import TYPE_CHECKING

from auditor.errors import CollectionError
from auditor_collectors.batches import exactly, is_ours, literal, rfc3339, said
from auditor_collectors.jsonlines import AGAIN
from auditor_collectors.trail_documents import write_records

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import duckdb

    from auditor.collector import CollectContext
    from auditor_collectors.files import SourceFile

MAX_DOCUMENT = 64 << 20
DIRECT_DOCUMENT = 16 << 20
FILES_AT_ONCE = 200
STRUCTURE: dict[str, str | dict[str, str]] = {
    "eventID": "VARCHAR",
    "eventTime": "VARCHAR",
    "eventSource": "VARCHAR",
    "eventName": "VARCHAR",
    "eventCategory": "VARCHAR",
    "awsRegion": "VARCHAR",
    "recipientAccountId": "VARCHAR",
    "readOnly": "VARCHAR",
    "managementEvent": "VARCHAR",
    "errorCode": "VARCHAR",
    "requestID": "VARCHAR",
    "userIdentity": {"accountId": "VARCHAR"},
    "requestParameters": {"modelId": "VARCHAR"},
    "additionalEventData": {"inferenceRegion": "VARCHAR"},
}


def read_all(connection: duckdb.DuckDBPyConnection, found: Sequence[SourceFile], context: CollectContext) -> list[Path]:
    """Parse every file into scratch; return the Parquet files. Raises ``CollectionError`` for what is no JSON."""
    numbers = count()
    parts: list[Path] = []
    for compressed in (False, True):  # apart, for the name of a file does not tell
        alike = [file for file in found if file.compressed == compressed]
        for start in range(0, len(alike), FILES_AT_ONCE):
            parts += _read(connection, alike[start : start + FILES_AT_ONCE], context, numbers)
    return parts


def _read(
    connection: duckdb.DuckDBPyConnection, batch: Sequence[SourceFile], context: CollectContext, numbers: Iterator[int]
) -> list[Path]:
    import duckdb  # noqa: PLC0415 - heavy

    target = context.work / f"{next(numbers)}.parquet"
    paths = exactly(*(file.path for file in batch))
    compression = "gzip" if batch[0].compressed else "none"
    largest = min(max(file.content for file in batch) + 1, DIRECT_DOCUMENT)
    try:
        connection.execute(_parse(f"{paths}, compression = '{compression}'", "filename", largest, target))
    except duckdb.Error as error:
        too_big = isinstance(error, duckdb.OutOfMemoryException) or "maximum_object_size" in str(error)
        if is_ours(error, context) and not too_big:
            raise
        if len(batch) > 1:  # which of them it was, DuckDB does not always say
            return [part for file in batch for part in _read(connection, [file], context, numbers)]
        if not too_big:
            raise CollectionError(
                f"{batch[0].name}: no CloudTrail JSON ({said(error, batch[0].path, batch[0].name)})", remedy=AGAIN
            ) from error
        lines = context.work / "records.jsonl"
        write_records(batch[0], _members(), MAX_DOCUMENT, lines)
        connection.execute(_parse(exactly(lines), literal(str(batch[0].path)), DIRECT_DOCUMENT, target))
        lines.unlink()
    return [target]


def _members() -> set[str]:
    """Return every name of the structure, at either depth."""
    return STRUCTURE.keys() | {inner for one in STRUCTURE.values() if isinstance(one, dict) for inner in one}


def _parse(source: str, filename: str, largest: int, target: Path) -> str:
    """Return the SQL that writes the records of ``source`` (arguments of a reader), each with its file."""
    whole = literal(json.dumps({"Records": [STRUCTURE], **STRUCTURE}))
    alone = ", ".join(f"'{name}': document.{name}" for name in STRUCTURE)
    return f"""
        copy (
            with documents as (
                select {filename} as filename, json, starts_with(ltrim(json::varchar, E' \\t\\r\\n'), '[') as is_list
                from read_json_objects({source}, format = 'unstructured', filename = true,
                    maximum_object_size = {largest})
            ),
            parsed as (
                select
                    filename,
                    case when is_list then from_json(json, {literal(json.dumps([STRUCTURE]))}) end as list,
                    case when not is_list then from_json(json, {whole}) end as document
                from documents
            ),
            records as (
                select
                    filename,
                    unnest(
                        case
                            when list is not null then list
                            when document.Records is not null then document.Records
                            else [{{{alone}}}]
                        end
                    ) as r
                from parsed
            )
            select
                filename, coalesce(r.eventID, r.eventTime, r.eventName) is null as no_record,
                r.eventID as event_id, r.eventTime as event_time_text, {rfc3339("r.eventTime")} as event_time,
                r.eventSource as event_source, r.eventName as event_name, r.eventCategory as event_category,
                r.awsRegion as region, coalesce(r.recipientAccountId, r.userIdentity.accountId) as account,
                r.readOnly as read_only, r.managementEvent as management_event, r.errorCode as error_code,
                r.requestID as request_id, r.requestParameters.modelId as model_id,
                r.additionalEventData.inferenceRegion as inference_region
            from records
        ) to {literal(str(target))} (format parquet, compression lz4)
    """

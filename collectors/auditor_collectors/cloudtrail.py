"""CloudTrail records from files: S3 log objects ``{"Records": [...]}``, JSON arrays, JSON lines; plain or gzip.

Rules kept here: every record of every file becomes a row or an error; only the declared columns leave (no identity, no
address, no parameters but the model id); a record delivered twice is kept once and counted, two different records with
one eventID are refused. The route is the fast one: whole JSON values, then ``unnest`` of a declared structure.
Source: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field

from auditor.errors import CollectionError
from auditor_collectors import files
from auditor_collectors.batches import (
    FUTURE_TOLERANCE_US,
    connect,
    coverage,
    identifier_columns,
    literal,
    refuse_row,
    rfc3339,
    rows,
    stream,
)
from auditor_collectors.options import problems_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import duckdb

    from auditor.collector import Batch, CollectContext

MAX_DOCUMENT = 64 << 20
FILES_AT_ONCE = 200
STRUCTURE = {
    "eventID": "VARCHAR",
    "eventTime": "VARCHAR",
    "eventSource": "VARCHAR",
    "eventName": "VARCHAR",
    "eventCategory": "VARCHAR",
    "awsRegion": "VARCHAR",
    "recipientAccountId": "VARCHAR",
    "readOnly": "BOOLEAN",
    "managementEvent": "BOOLEAN",
    "errorCode": "VARCHAR",
    "requestID": "VARCHAR",
    "userIdentity": {"accountId": "VARCHAR"},
    "requestParameters": {"modelId": "VARCHAR"},
    "additionalEventData": {"inferenceRegion": "VARCHAR"},
}
REQUIRED = {
    "eventID": "event_id is null or event_id = ''",
    "eventTime": "event_time is null",
    "eventSource": "event_source is null or event_source = ''",
    "eventName": "event_name is null or event_name = ''",
    "awsRegion": "region is null",
    "recipientAccountId": "account is null or not regexp_matches(account, '^[0-9]{12}$')",
}
EXPECTED = {
    "eventTime": "an RFC 3339 instant with a time zone",
    "recipientAccountId": "12 digits (here or in userIdentity.accountId)",
}


EXAMPLE = """\
# CloudTrail log files as AWS delivers them to S3, of every account and region that is enabled, used or not.
[sources.cloudtrail]
kind = "cloudtrail"
files = ["cloudtrail/**/*.json.gz"]
"""


class Options(BaseModel):
    """``[sources.<name>]`` with ``kind = "cloudtrail"``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    files: list[str] = Field(min_length=1)


class CloudTrailCollector:
    """Reads CloudTrail files."""

    example = EXAMPLE

    def check(self, options: dict[str, Any]) -> list[str]:
        """Return what is wrong with ``options``."""
        return problems_of(Options, options)

    def collect(self, options: dict[str, Any], context: CollectContext) -> Iterator[Batch]:
        """Yield audit events, and a coverage row for each account and region seen."""
        wanted = Options.model_validate(options)
        paths = files.find(context.root, wanted.files, context.source)
        found = files.inspect_all(context.root, paths, max_line=None, progress=context.progress)
        with connect(context.work) as connection:
            parts: list[str] = []
            for start in range(0, len(found), FILES_AT_ONCE):
                parts.append(_read(connection, found[start : start + FILES_AT_ONCE], context, len(parts)))
            spilled = f"read_parquet([{', '.join(literal(part) for part in parts)}])"
            names = {str(file.path): file.name for file in found}
            _refuse_empty(connection, spilled, found, names)
            _refuse_wrong(connection, spilled, names, context)
            _refuse_conflicts(connection, spilled, names)
            yield from stream(connection, "audit_events", _select(spilled, context))
            yield rows("coverage", _coverage(connection, spilled, found, context))


def _read(
    connection: duckdb.DuckDBPyConnection, batch: Sequence[files.SourceFile], context: CollectContext, number: int
) -> str:
    """Parse some files into one spilled Parquet file; return its path."""
    import duckdb  # noqa: PLC0415 - heavy

    target = str(context.work / f"{context.source}-{number}.parquet")
    listed = ", ".join(literal(str(file.path)) for file in batch)
    structure = literal(json.dumps([STRUCTURE]))
    largest = min(max(file.content for file in batch) + 1, MAX_DOCUMENT)
    try:
        connection.execute(
            f"""
            copy (
                with documents as (
                    select filename, json
                    from read_json_objects([{listed}], format = 'unstructured', filename = true,
                        maximum_object_size = {largest})
                ),
                lists as (
                    select filename, from_json(
                        case
                            when json_type(json) = 'ARRAY' then json
                            when json_type(json, '$.Records') = 'ARRAY' then json_extract(json, '$.Records')
                            else json_array(json)
                        end, {structure}) as records
                    from documents
                ),
                records as (
                    select filename, unnest(range(1, len(records) + 1)) as row_number, unnest(records) as r
                    from lists
                )
                select
                    filename, row_number, r.eventID as event_id, r.eventTime as event_time_text,
                    {rfc3339("r.eventTime")} as event_time,
                    r.eventSource as event_source, r.eventName as event_name, r.eventCategory as event_category,
                    r.awsRegion as region, coalesce(r.recipientAccountId, r.userIdentity.accountId) as account,
                    r.readOnly as read_only, r.managementEvent as management_event, r.errorCode as error_code,
                    r.requestID as request_id, r.requestParameters.modelId as model_id,
                    r.additionalEventData.inferenceRegion as inference_region
                from records
            ) to {literal(target)} (format parquet, compression lz4)
            """
        )
    except duckdb.Error as error:
        raise _unreadable(batch, error) from error
    return target


def _unreadable(batch: Sequence[files.SourceFile], error: Exception) -> CollectionError:
    """Name the file that DuckDB could not parse."""
    text = str(error)
    for file in batch:
        if str(file.path) in text:
            return CollectionError(
                f"{file.name}: no CloudTrail JSON ({text.replace(str(file.path), file.name)})",
                remedy="export the file again",
            )
    return CollectionError(
        f"{batch[0].name} to {batch[-1].name}: no CloudTrail JSON ({text})", remedy="export the files again"
    )


def _refuse_empty(
    connection: duckdb.DuckDBPyConnection, spilled: str, found: Sequence[files.SourceFile], names: dict[str, str]
) -> None:
    seen = {names[row[0]] for row in connection.execute(f"select distinct filename from {spilled}").fetchall()}
    if not seen:
        raise CollectionError(f"{found[0].name}: holds no CloudTrail record", remedy="check `files` in auditor.toml")


def _refuse_wrong(
    connection: duckdb.DuckDBPyConnection, spilled: str, names: dict[str, str], context: CollectContext
) -> None:
    for column, condition in REQUIRED.items():
        shown = {"eventTime": "event_time_text", "recipientAccountId": "account"}.get(column, "null")
        row = connection.execute(
            f"select filename, row_number, {shown} from {spilled} where {condition} "
            "order by filename, row_number limit 1"
        ).fetchone()
        if row:
            raise refuse_row(names[row[0]], row[1], column, row[2], EXPECTED.get(column, "a value"))
    row = connection.execute(
        f"select filename, row_number, event_time_text from {spilled} "
        "where epoch_us(event_time) > epoch_us($1) + $2 order by filename, row_number limit 1",
        [context.collected_at, FUTURE_TOLERANCE_US],
    ).fetchone()
    if row:
        raise refuse_row(
            names[row[0]],
            row[1],
            "eventTime",
            row[2],
            f"at most 2 minutes after the collection at {context.collected_at.isoformat()}",
        )


def _refuse_conflicts(connection: duckdb.DuckDBPyConnection, spilled: str, names: dict[str, str]) -> None:
    columns = (
        "event_time, event_source, event_name, event_category, region, account, read_only, management_event, "
        "error_code, request_id, model_id, inference_region"
    )
    row = connection.execute(
        f"""
        select event_id, min(filename), max(filename)
        from (select distinct event_id, {columns}, min(filename) as filename from {spilled} group by all)
        group by event_id having count(*) > 1 order by event_id limit 1
        """
    ).fetchone()
    if row:
        raise CollectionError(
            f"{names[row[2]]}: eventID {row[0]} is there with other content, also in {names[row[1]]}",
            remedy="one of the two files was altered; download both again",
        )


def _select(spilled: str, context: CollectContext) -> str:
    return f"""
        select distinct
            {literal(context.scope.system)} as system, {literal(context.scope.environment)} as environment,
            {literal(context.source)} as source, event_time,
            {identifier_columns("event", "event_id")}, {identifier_columns("request", "request_id")},
            account, region, event_source, event_name, event_category, read_only, management_event, error_code,
            model_id, inference_region
        from {spilled}
    """


def _coverage(
    connection: duckdb.DuckDBPyConnection, spilled: str, found: Sequence[files.SourceFile], context: CollectContext
) -> list[dict[str, Any]]:
    cells = connection.execute(
        "select account, region, count(*), count(*) - count(distinct event_id), count(distinct filename) "
        f"from {spilled} group by account, region order by account, region"
    ).fetchall()
    digest = files.listing_digest(found)
    return [
        coverage(
            context, account=account, region=region, pages=pages, records=records, duplicates=duplicates, sha256=digest
        )
        for account, region, records, duplicates, pages in cells
    ]

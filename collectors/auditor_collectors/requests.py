"""Requests of the audited system: JSON lines, CSV or Parquet, plain or gzip, through a declared mapping.

Rules kept here: what cannot be parsed is refused with file, row and column; a value that the mapping does not name
becomes null and is counted, because policy decides what unknown means; a request id is there once; memory is flat, one
file after the other is parsed into scratch.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict

from auditor.tables import schema
from auditor_collectors import files
from auditor_collectors.batches import (
    connect,
    coverage,
    exactly,
    identifier_columns,
    literal,
    rows,
    stream,
)
from auditor_collectors.options import Globs, problems_of
from auditor_collectors.request_checks import MAPPED, refuse_duplicates, refuse_wrong
from auditor_collectors.request_mapping import Columns, parsed
from auditor_collectors.table_files import parse_file

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.collector import Batch, CollectContext


EXAMPLE = """\
# The requests of the audited system, one a line (or a row). Every time and duration says its unit. A value that a
# mapping does not list becomes unknown and is counted; what unknown means is for the policy to say.
[sources.requests]
kind = "requests"
files = ["requests/*.jsonl.gz"]          # plain or gzip
format = "jsonl"                         # or csv, parquet

[sources.requests.columns]
event_time = { column = "timestamp", unit = "rfc3339" }      # or epoch_s, epoch_ms, epoch_us; timestamp in Parquet
request_id = { column = "requestId" }
latency = { column = "latencyMs", unit = "ms" }              # or s, us
route = { column = "routingPath", values = { direct_bedrock = "direct", mcp = "mcp" } }
kind = { column = "type", values = { generation = "generation", cache_hit = "cached", health_check = "health_check" } }
[sources.requests.columns.outcome]
column = "status"
values = { success = "ok", rejected = "client_error", error = "error", timeout = "timeout" }
"""


class Options(BaseModel):
    """``[sources.<name>]`` with ``kind = "requests"``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    files: Globs
    format: Literal["jsonl", "csv", "parquet"]
    columns: Columns


class RequestsCollector:
    """Reads request logs."""

    example = EXAMPLE

    def check(self, options: dict[str, Any]) -> list[str]:
        """Return what is wrong with ``options``; a missing unit is named as such."""
        return problems_of(Options, options)

    def collect(self, options: dict[str, Any], context: CollectContext) -> Iterator[Batch]:
        """Yield requests and one coverage row. Raises ``CollectionError`` naming file, row and column."""
        wanted = Options.model_validate(options)
        paths = files.find(context.root, wanted.files, context.source)
        limit = None if wanted.format == "parquet" else files.MAX_LINE
        found = files.inspect_all(context.root, paths, max_line=limit, progress=context.progress)
        with connect(context) as connection:
            parts, records, unmapped = [], 0, Counter[str]()
            for number, file in enumerate(found):
                columns = wanted.columns
                part = parse_file(
                    connection, file, wanted.format, columns.texts(), parsed(columns), context, number=number
                )
                count, unnamed = refuse_wrong(connection, part, file.name, columns, context)
                records += count
                unmapped.update(unnamed)
                parts.append(part)
            files.refuse_changed(found)
            spilled = f"read_parquet({exactly(*parts)})"
            refuse_duplicates(connection, spilled, [file.name for file in found])
            yield from stream(connection, "requests", _select(spilled, context))
        unnamed_rows = [
            f"{unmapped[key]} rows whose {key} the mapping does not name" for key in MAPPED if unmapped[key]
        ]
        row = coverage(
            context,
            pages=len(found),
            records=records,
            sha256=files.listing_digest(found),
            detail=", ".join(unnamed_rows) or None,
        )
        yield rows("coverage", [row])


def _select(spilled: str, context: CollectContext) -> str:
    """Return the columns of the table; one that no mapping fills yet is null, for the source was not asked."""
    given = {
        "system": literal(context.scope.system),
        "environment": literal(context.scope.environment),
        "source": literal(context.source),
    }
    own = (
        *("event_time", "available_at", "route", "kind", "outcome", "latency_us"),
        *("cache", "input_tokens", "output_tokens", "cost_nano", "currency"),
    )
    identifiers = ("request_hi", "request_lo")
    others = [
        f"{given.get(name, name if name in own else 'null')} as {name}"
        for name in schema("requests").names
        if name not in identifiers
    ]
    return f"select {', '.join(others)}, {identifier_columns('request', 'request_id')} from {spilled}"

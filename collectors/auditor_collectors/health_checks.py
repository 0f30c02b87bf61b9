"""Results of health checks: JSON lines or CSV, plain or gzip, through a declared mapping.

Rules kept here: what cannot be parsed is refused with file, row and column; a status that the mapping does not name is
``unknown`` and counted, never healthy; a result that was delivered twice is kept once and counted; memory is flat.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict

from auditor_collectors import files
from auditor_collectors.batches import connect, coverage, exactly, literal, not_future, rows, stream
from auditor_collectors.health_mapping import Columns  # noqa: TC001 - pydantic reads it
from auditor_collectors.options import Globs, problems_of
from auditor_collectors.table_checks import refuse_first
from auditor_collectors.table_files import parse_file

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.collector import Batch, CollectContext


class Options(BaseModel):
    """``[sources.<name>]`` with ``kind = "health_checks"``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    files: Globs
    format: Literal["jsonl", "csv"]
    columns: Columns


EXAMPLE = """\
# Results of health checks. A status that the mapping does not name is unknown, never healthy.
[sources.health_checks]
kind = "health_checks"
files = ["health/*.jsonl"]
format = "jsonl"                         # or csv

[sources.health_checks.columns]
component = { column = "component" }
event_time = { column = "at", unit = "rfc3339" }
status = { column = "status", values = { UP = "healthy", SLOW = "degraded", DOWN = "unhealthy" } }
"""


class HealthChecksCollector:
    """Reads results of health checks."""

    example = EXAMPLE

    def check(self, options: dict[str, Any]) -> list[str]:
        """Return what is wrong with ``options``."""
        return problems_of(Options, options)

    def collect(self, options: dict[str, Any], context: CollectContext) -> Iterator[Batch]:
        """Yield health checks and one coverage row. Raises ``CollectionError`` naming file, row and column."""
        wanted = Options.model_validate(options)
        columns = wanted.columns
        texts, problems = columns.texts(), columns.problems(not_future(context))
        paths = files.find(context.root, wanted.files, context.source)
        found = files.inspect_all(context.root, paths, max_line=files.MAX_LINE, progress=context.progress)
        parts, records, unnamed = [], 0, 0
        with connect(context) as connection:
            for number, file in enumerate(found):
                part = parse_file(connection, file, wanted.format, texts, columns.parsed(), context, number=number)
                count, lost = refuse_first(
                    connection, part, file.name, problems, texts, ["status"], context, noun="health check"
                )
                parts.append(part)
                records, unnamed = records + count, unnamed + lost["status"]
            files.refuse_changed(found)
            select = _select(exactly(*parts), context)
            kept = 0
            for batch in stream(connection, "health_checks", select):
                kept += batch.rows.num_rows
                yield batch
        row = coverage(
            context,
            pages=len(found),
            records=records,
            duplicates=records - kept,
            sha256=files.listing_digest(found),
            detail=f"{unnamed} rows whose status the mapping does not name" if unnamed else None,
        )
        yield rows("coverage", [row])


def _select(parts: str, context: CollectContext) -> str:
    return f"""
        select distinct
            {literal(context.scope.system)} as system, {literal(context.scope.environment)} as environment,
            {literal(context.source)} as source, event_time, component, coalesce(status, 'unknown') as status,
            latency_us
        from read_parquet({parts})
    """

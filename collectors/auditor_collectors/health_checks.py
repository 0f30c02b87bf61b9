"""Results of health checks: JSON lines or CSV, plain or gzip, through a declared mapping.

Rules kept here: what cannot be parsed is refused with file, row and column; a status that the mapping does not name is
``unknown`` and counted, never healthy; a result that was delivered twice is kept once and counted; memory is flat.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict

from auditor_collectors.batches import literal, not_future
from auditor_collectors.health_mapping import Columns  # noqa: TC001 - pydantic reads it
from auditor_collectors.mapped_source import MappedSource, collect_mapped
from auditor_collectors.options import Globs, problems_of

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
        source = MappedSource(
            table="health_checks",
            noun="health check",
            unnamed="rows whose status the mapping does not name",
            texts=columns.texts(),
            parsed=columns.parsed(),
            problems=columns.problems(not_future(context)),
            named=["status"],
            select=_select,
        )
        return collect_mapped(wanted.files, wanted.format, source, context)


def _select(parts: str, context: CollectContext) -> str:
    return f"""
        select distinct
            {literal(context.scope.system)} as system, {literal(context.scope.environment)} as environment,
            {literal(context.source)} as source, event_time, component, coalesce(status, 'unknown') as status,
            latency_us
        from read_parquet({parts})
    """

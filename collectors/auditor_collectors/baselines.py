"""Baselines: what a metric was before the change, period by period, as somebody measured it then.

One JSON object a line: ``{"metric": "throughput", "stratum": "", "start": "...Z", "end": "...Z", "offered": 72,
"completed": 70}``; ``stratum`` may be left out. Rules kept here: periods of one (metric, stratum) never overlap; no
more is completed than was offered; memory is flat, however many periods there are.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict

from auditor.errors import CollectionError
from auditor.tables import schema
from auditor_collectors import files
from auditor_collectors.batches import (
    FUTURE_TOLERANCE_US,
    connect,
    coverage,
    exactly,
    not_future,
    refuse_row,
    rows,
    stream,
)
from auditor_collectors.instants import instant
from auditor_collectors.jsonlines import AGAIN, objects
from auditor_collectors.options import Globs, problems_of
from auditor_collectors.spilled import placed, spill

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import duckdb

    from auditor.collector import Batch, CollectContext

REQUIRED = {"metric", "start", "end", "offered", "completed"}
MEMBERS = REQUIRED | {"stratum"}


class Options(BaseModel):
    """``[sources.<name>]`` with ``kind = "baselines"``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    files: Globs


EXAMPLE = """\
# What a metric was before the change: {"metric", "start", "end", "offered", "completed"}, one period a line.
[sources.baseline]
kind = "baselines"
files = ["baseline/*.jsonl"]
"""


class BaselinesCollector:
    """Reads baseline files."""

    example = EXAMPLE

    def check(self, options: dict[str, Any]) -> list[str]:
        """Return what is wrong with ``options``."""
        return problems_of(Options, options)

    def collect(self, options: dict[str, Any], context: CollectContext) -> Iterator[Batch]:
        """Yield baselines and one coverage row. Raises ``CollectionError`` naming file and row."""
        wanted = Options.model_validate(options)
        paths = files.find(context.root, wanted.files, context.source)
        found = files.inspect_all(context.root, paths, max_line=files.MAX_LINE, progress=context.progress)
        with connect(context) as connection:
            part = context.work / "baselines.parquet"
            count = spill(part, placed("baselines"), _periods(found, context))
            files.refuse_changed(found)
            if not count:
                raise CollectionError(
                    f"source {context.source!r}: its files hold no period", remedy="export them again"
                )
            spilled = f"read_parquet({exactly(part)})"
            _refuse_overlaps(connection, spilled, [file.name for file in found])
            yield from stream(connection, "baselines", f"select {', '.join(schema('baselines').names)} from {spilled}")
        yield rows("coverage", [coverage(context, pages=len(found), records=count, sha256=files.listing_digest(found))])


def _periods(found: Sequence[files.SourceFile], context: CollectContext) -> Iterator[dict[str, Any]]:
    latest = context.collected_at + timedelta(microseconds=FUTURE_TOLERANCE_US)
    scope = {"system": context.scope.system, "environment": context.scope.environment, "source": context.source}
    for file_number, file in enumerate(found):
        for number, document in objects(file):
            period = _period(file.name, number, document)
            if period["period_end"] > latest:
                raise refuse_row(file.name, number, "end", document["end"], not_future(context), remedy=AGAIN)
            yield scope | period | {"file_number": file_number, "row_number": number}


def _period(name: str, number: int, document: dict[str, Any]) -> dict[str, Any]:
    """Return the period that ``document`` states, or refuse it."""
    if not REQUIRED <= document.keys() <= MEMBERS:
        raise CollectionError(
            f"{name}, line {number}: found members {', '.join(sorted(document)) or 'none'}, "
            f"expected {', '.join(sorted(REQUIRED))}, and perhaps stratum",
            remedy=AGAIN,
        )
    start, end = (instant(name, number, edge, document[edge]) for edge in ("start", "end"))
    if end <= start:
        expected = f"an instant after start ({document['start']})"
        raise refuse_row(name, number, "end", document["end"], expected, remedy=AGAIN)
    for member in ("offered", "completed"):
        value = document[member]
        if not (type(value) is int and 0 <= value < 1 << 63):
            raise refuse_row(name, number, member, value, "a count", remedy=AGAIN)
    if document["completed"] > document["offered"]:
        expected = f"at most what was offered ({document['offered']})"
        raise refuse_row(name, number, "completed", document["completed"], expected, remedy=AGAIN)
    stratum = document.get("stratum", "")
    for member, value in (("metric", document["metric"]), ("stratum", stratum)):
        if not isinstance(value, str) or not (value.isprintable() and value.isascii()):
            raise refuse_row(name, number, member, value, "text in ASCII", remedy=AGAIN)
    if not document["metric"]:
        raise refuse_row(name, number, "metric", "", "the name of a metric", remedy=AGAIN)
    return {
        "metric": document["metric"],
        "stratum": stratum,
        "period_start": start,
        "period_end": end,
        "offered": document["offered"],
        "completed": document["completed"],
    }


def _refuse_overlaps(connection: duckdb.DuckDBPyConnection, spilled: str, names: list[str]) -> None:
    """Refuse a period that begins before the last one of its metric and stratum has ended."""
    row = connection.execute(
        f"""
        with ordered as (
            select
                file_number, row_number, period_start,
                lag(period_end) over series as before_end, lag(file_number) over series as before_file,
                lag(row_number) over series as before_row
            from {spilled}
            window series as (partition by metric, stratum order by period_start, file_number, row_number)
        )
        select file_number, row_number, before_file, before_row
        from ordered
        where period_start < before_end
        order by file_number, row_number
        limit 1
        """
    ).fetchone()
    if row:
        raise CollectionError(
            f"{names[row[0]]}, row {row[1]}: overlaps the period of {names[row[2]]}, row {row[3]}",
            remedy="export each period of a metric once",
        )

"""Heartbeats: an independent observer's record of when a source was alive, and how many records it counted.

One JSON object a line: ``{"start": "...Z", "end": "...Z", "records": 123, "account": "", "region": ""}``; ``records``,
``account`` and ``region`` may be left out. Rules kept here: intervals of one cell never overlap; the rows name the
observed source (``observes``), the coverage row names this one; memory is flat, however many intervals there are.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field

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

MEMBERS = {"start", "end", "records", "account", "region"}


EXAMPLE = """\
# Independent observers: they prove that a source was alive, and count what it should hold. One JSON object a line:
# {"start": "2025-01-14T10:00:00Z", "end": "2025-01-14T10:00:10Z", "records": 123, "account": "", "region": ""}
# Without one, nothing proves that records are not missing, and no gate passes.
[sources.requests_heartbeats]
kind = "heartbeats"
observes = "requests"                    # the name of the source that is observed
files = ["heartbeats/requests.jsonl"]

[sources.cloudtrail_heartbeats]
kind = "heartbeats"
observes = "cloudtrail"
files = ["heartbeats/cloudtrail.jsonl"]
"""


class Options(BaseModel):
    """``[sources.<name>]`` with ``kind = "heartbeats"``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    files: Globs
    observes: str = Field(min_length=1)


class HeartbeatsCollector:
    """Reads heartbeat files."""

    example = EXAMPLE

    def check(self, options: dict[str, Any]) -> list[str]:
        """Return what is wrong with ``options``."""
        return problems_of(Options, options)

    def collect(self, options: dict[str, Any], context: CollectContext) -> Iterator[Batch]:
        """Yield heartbeats and one coverage row. Raises ``CollectionError`` naming file and row."""
        wanted = Options.model_validate(options)
        paths = files.find(context.root, wanted.files, context.source)
        found = files.inspect_all(context.root, paths, max_line=files.MAX_LINE, progress=context.progress)
        with connect(context) as connection:
            part = context.work / "heartbeats.parquet"
            count = spill(part, placed("heartbeats"), _beats(found, wanted.observes, context))
            files.refuse_changed(found)
            if not count:
                raise CollectionError(
                    f"source {context.source!r}: its files hold no heartbeat", remedy="export them again"
                )
            spilled = f"read_parquet({exactly(part)})"
            _refuse_overlaps(connection, spilled, [file.name for file in found])
            yield from stream(
                connection, "heartbeats", f"select {', '.join(schema('heartbeats').names)} from {spilled}"
            )
        yield rows("coverage", [coverage(context, pages=len(found), records=count, sha256=files.listing_digest(found))])


def _beats(found: Sequence[files.SourceFile], observes: str, context: CollectContext) -> Iterator[dict[str, Any]]:
    latest = context.collected_at + timedelta(microseconds=FUTURE_TOLERANCE_US)
    scope = {"system": context.scope.system, "environment": context.scope.environment, "source": observes}
    for file_number, file in enumerate(found):
        for number, document in objects(file):
            beat = _beat(file.name, number, document)
            if beat["end_time"] > latest:
                raise refuse_row(file.name, number, "end", document["end"], not_future(context), remedy=AGAIN)
            yield scope | beat | {"file_number": file_number, "row_number": number}


def _beat(name: str, number: int, document: dict[str, Any]) -> dict[str, Any]:
    """Return the interval that ``document`` states, or refuse it."""
    if not {"start", "end"} <= document.keys() <= MEMBERS:
        raise CollectionError(
            f"{name}, line {number}: found members {', '.join(sorted(document)) or 'none'}, "
            "expected start and end, and perhaps records, account, region",
            remedy=AGAIN,
        )
    start, end = (instant(name, number, edge, document[edge]) for edge in ("start", "end"))
    if end <= start:
        expected = f"an instant after start ({document['start']})"
        raise refuse_row(name, number, "end", document["end"], expected, remedy=AGAIN)
    records = document.get("records")
    if records is not None and not (type(records) is int and 0 <= records < 1 << 63):
        raise refuse_row(name, number, "records", records, "a count, or null", remedy=AGAIN)
    for member in ("account", "region"):
        value = document.get(member, "")
        if not isinstance(value, str) or not (value.isprintable() and value.isascii()):
            raise refuse_row(name, number, member, value, "text in ASCII", remedy=AGAIN)
    return {
        "account": document.get("account", ""),
        "region": document.get("region", ""),
        "start_time": start,
        "end_time": end,
        "records": records,
    }


def _refuse_overlaps(connection: duckdb.DuckDBPyConnection, spilled: str, names: list[str]) -> None:
    """Refuse an interval that begins before its cell's last one has ended: where any two overlap, two such do."""
    row = connection.execute(
        f"""
        with ordered as (
            select
                file_number, row_number, start_time,
                lag(end_time) over cell as before_end, lag(file_number) over cell as before_file,
                lag(row_number) over cell as before_row
            from {spilled}
            window cell as (partition by account, region order by start_time, file_number, row_number)
        )
        select file_number, row_number, before_file, before_row
        from ordered
        where start_time < before_end
        order by file_number, row_number
        limit 1
        """
    ).fetchone()
    if row:
        raise CollectionError(
            f"{names[row[0]]}, row {row[1]}: overlaps the interval of {names[row[2]]}, row {row[3]}",
            remedy="an observer reports each interval once; export the file again",
        )

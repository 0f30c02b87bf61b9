"""Heartbeats: an independent observer's record of when a source was alive, and how many records it counted.

One JSON object a line: ``{"start": "...Z", "end": "...Z", "records": 123, "account": "", "region": ""}``; ``records``,
``account`` and ``region`` may be left out. Rules kept here: intervals of one cell never overlap; the rows name the
observed source (``observes``), the coverage row names this one.
"""

from __future__ import annotations

import gzip
import json
from collections import defaultdict
from datetime import UTC, datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field

from auditor.errors import CollectionError
from auditor_collectors import files
from auditor_collectors.batches import coverage, refuse_row, rows
from auditor_collectors.options import Globs, problems_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.collector import Batch, CollectContext

BATCH_ROWS = 10_000
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
        beats: list[dict[str, Any]] = []
        places: dict[int, tuple[str, int]] = {}
        for file in found:
            for number, text in _lines(file):
                places[len(beats)] = (file.name, number)
                beats.append(_beat(file.name, number, text, wanted.observes, context))
        if not beats:
            raise CollectionError(f"source {context.source!r}: its files hold no heartbeat", remedy="export them again")
        files.refuse_changed(found)
        _refuse_overlaps(beats, places)
        for start in range(0, len(beats), BATCH_ROWS):
            yield rows("heartbeats", beats[start : start + BATCH_ROWS])
        yield rows(
            "coverage", [coverage(context, pages=len(found), records=len(beats), sha256=files.listing_digest(found))]
        )


def _lines(file: files.SourceFile) -> Iterator[tuple[int, str]]:
    opener = gzip.open if file.compressed else open
    with opener(file.path, "rt", encoding="utf-8") as stream:
        try:
            for number, text in enumerate(stream, start=1):
                if text.strip():
                    yield number, text
        except UnicodeDecodeError as error:
            raise CollectionError(f"{file.name}: not UTF-8 ({error.reason})", remedy="export the file again") from error


def _beat(name: str, number: int, text: str, observes: str, context: CollectContext) -> dict[str, Any]:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise CollectionError(f"{name}, row {number}: not JSON ({error})", remedy="export the file again") from error
    if not isinstance(document, dict) or not {"start", "end"} <= document.keys() <= MEMBERS:
        raise CollectionError(f"{name}, row {number}: expected an object of {sorted(MEMBERS)}, with start and end")
    start, end = (_instant(name, number, edge, document[edge]) for edge in ("start", "end"))
    if end <= start:
        raise refuse_row(name, number, "end", document["end"], f"an instant after start ({document['start']})")
    if (end - context.collected_at).total_seconds() > 120:  # noqa: PLR2004 - tolerance of a clock, in seconds
        raise refuse_row(
            name,
            number,
            "end",
            document["end"],
            f"at most 2 minutes after the collection at {context.collected_at.isoformat()}",
        )
    records = document.get("records")
    if records is not None and (
        not isinstance(records, int) or isinstance(records, bool) or not 0 <= records < 1 << 63
    ):
        raise refuse_row(name, number, "records", records, "a count, or null")
    for member in ("account", "region"):
        value = document.get(member, "")
        if not isinstance(value, str) or not (value.isprintable() and value.isascii()):
            raise refuse_row(name, number, member, value, "text in ASCII")
    return {
        "system": context.scope.system,
        "environment": context.scope.environment,
        "source": observes,
        "account": document.get("account", ""),
        "region": document.get("region", ""),
        "start_time": start,
        "end_time": end,
        "records": records,
    }


def _instant(name: str, number: int, member: str, value: Any) -> datetime:
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise refuse_row(name, number, member, value, "an RFC 3339 instant") from error
    if moment.tzinfo is None:
        raise refuse_row(name, number, member, value, "an instant with a time zone, e.g. ending in Z")
    if not 1970 < moment.year < 9999:  # noqa: PLR2004 - from the epoch on; an edge of the calendar has no UTC
        raise refuse_row(name, number, member, value, "an instant of the years 1971 to 9998")
    return moment.astimezone(UTC)


def _refuse_overlaps(beats: list[dict[str, Any]], places: dict[int, tuple[str, int]]) -> None:
    cells: dict[tuple[str, str], list[int]] = defaultdict(list)
    for index, beat in enumerate(beats):
        cells[beat["account"], beat["region"]].append(index)
    for indices in cells.values():
        indices.sort(key=lambda index: beats[index]["start_time"])
        for before, after in pairwise(indices):
            if beats[after]["start_time"] < beats[before]["end_time"]:
                (one, row), (other, other_row) = places[before], places[after]
                raise CollectionError(
                    f"{other}, row {other_row}: overlaps the interval of {one}, row {row}",
                    remedy="an observer reports each interval once; export the file again",
                )

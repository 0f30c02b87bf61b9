"""A baseline that ``auditor baseline capture`` froze before the change: one file of JSON lines.

The first line is the header: period, digest of the snapshot that was measured, and how many lines of each kind follow.
A ``share`` line is a row of ``baselines``, a ``value`` line one of ``baseline_values``. Rules kept here: the file is as
long as its header says; with ``sha256`` it is the very file that was approved, to the byte; every period lies in that
of the header; a metric, stratum and unit has each value once.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field

from auditor.errors import CollectionError
from auditor_collectors import files
from auditor_collectors.batches import FUTURE_TOLERANCE_US, coverage, not_future, refuse_row, rows
from auditor_collectors.instants import instant
from auditor_collectors.jsonlines import AGAIN, objects
from auditor_collectors.options import problems_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from auditor.collector import Batch, CollectContext

HEADER = {"baseline", "snapshot", "collectedAt", "start", "end", "shares", "values"}
SHARE = {"share", "stratum", "start", "end", "offered", "completed"}
VALUE = {"value", "stratum", "unit", "is", "observations"}
NAME = r"[a-z][a-z0-9_]{0,63}"
UNIT = r"us|1e-9 [A-Z]{3}"
DIGEST = r"[0-9a-f]{64}"
LARGEST = 1 << 53
ROWS = 1 << 14


class Options(BaseModel):
    """``[sources.<name>]`` with ``kind = "captured_baseline"``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    file: str = Field(min_length=1)
    sha256: str | None = Field(default=None, pattern=f"^{DIGEST}$")


EXAMPLE = """\
# What `auditor baseline capture` froze before the change. With its digest, no other file is taken for it.
[sources.frozen_baseline]
kind = "captured_baseline"
file = "baseline.jsonl"
# sha256 = "..."                         # as the command printed it
"""


class CapturedBaselineCollector:
    """Reads one captured baseline."""

    example = EXAMPLE

    def check(self, options: dict[str, Any]) -> list[str]:
        """Return what is wrong with ``options``."""
        return problems_of(Options, options)

    def collect(self, options: dict[str, Any], context: CollectContext) -> Iterator[Batch]:
        """Yield the frozen shares and values and two coverage rows. Raises ``CollectionError`` naming file and line."""
        wanted = Options.model_validate(options)
        [path] = files.find(context.root, [wanted.file], context.source)
        [found] = files.inspect_all(context.root, [path], max_line=files.MAX_LINE, progress=context.progress)
        digest = files.listing_digest([found])
        if wanted.sha256 is not None and found.sha256 != wanted.sha256:
            raise CollectionError(
                f"{found.name}: its SHA-256 is {found.sha256}, expected {wanted.sha256}",
                remedy="restore the baseline that was approved, or approve this one",
            )
        reader = _Reader(found, context)
        yield from reader.batches()
        files.refuse_changed([found])
        counts = (("read_files", reader.shares), ("read_values", reader.values))
        yield rows(
            "coverage",
            [coverage(context, pages=1, records=count, sha256=digest) | {"call": call} for call, count in counts],
        )


class _Reader:
    """Reads the lines of one file, once, and counts them."""

    def __init__(self, file: files.SourceFile, context: CollectContext) -> None:
        self._file = file
        self._context = context
        self._seen: set[tuple[str, str, str, int]] = set()
        self.shares = self.values = 0

    def batches(self) -> Iterator[Batch]:
        """Yield the rows of both tables."""
        context = self._context
        scope = {"system": context.scope.system, "environment": context.scope.environment, "source": context.source}
        lines = objects(self._file)
        number, header = next(lines, (1, {}))
        start, end = self._header(number, header)
        waiting: dict[str, list[dict[str, Any]]] = {"baselines": [], "baseline_values": []}
        for number, document in lines:
            table, row = self._row(number, document, start, end)
            waiting[table].append(scope | row)
            if len(waiting[table]) >= ROWS:
                yield rows(table, waiting[table])
                waiting[table] = []
        found = {"shares": self.shares, "values": self.values}
        stated = {name: header[name] for name in found}
        if found != stated:
            raise CollectionError(
                f"{self._file.name}: holds {found}, but its header says {stated}", remedy="restore the whole file"
            )
        for table, left in waiting.items():
            if left:
                yield rows(table, left)

    def _header(self, number: int, header: dict[str, Any]) -> tuple[datetime, datetime]:
        name = self._file.name
        self._members(number, header, HEADER)
        if header["baseline"] != 1:
            raise refuse_row(name, number, "baseline", header["baseline"], "version 1", remedy=AGAIN)
        if not isinstance(header["snapshot"], str) or not re.fullmatch(DIGEST, header["snapshot"]):
            raise refuse_row(name, number, "snapshot", header["snapshot"], "a SHA-256", remedy=AGAIN)
        start, end, taken = (instant(name, number, one, header[one]) for one in ("start", "end", "collectedAt"))
        latest = self._context.collected_at + timedelta(microseconds=FUTURE_TOLERANCE_US)
        if not start < end <= taken <= latest:
            raise refuse_row(name, number, "end", header["end"], f"after start, {not_future(self._context)}")
        return start, end

    def _row(self, number: int, document: dict[str, Any], start: datetime, end: datetime) -> tuple[str, dict[str, Any]]:
        if "share" in document:
            self._members(number, document, SHARE)
            self.shares += 1
            return "baselines", self._share(number, document, start, end)
        self._members(number, document, VALUE)
        self.values += 1
        return "baseline_values", self._value(number, document, start, end)

    def _share(self, number: int, document: dict[str, Any], start: datetime, end: datetime) -> dict[str, Any]:
        name = self._file.name
        first, last = (instant(name, number, one, document[one]) for one in ("start", "end"))
        if not start <= first < last <= end:
            raise refuse_row(name, number, "start", document["start"], "a period within the header's", remedy=AGAIN)
        offered = self._count(number, document, "offered")
        completed = self._count(number, document, "completed")
        if completed > offered:
            raise refuse_row(name, number, "completed", completed, f"at most {offered}", remedy=AGAIN)
        return {
            "metric": self._name(number, document, "share"),
            "stratum": self._text(number, document, "stratum"),
            "period_start": first,
            "period_end": last,
            "offered": offered,
            "completed": completed,
        }

    def _value(self, number: int, document: dict[str, Any], start: datetime, end: datetime) -> dict[str, Any]:
        name, unit = self._file.name, document["unit"]
        if not isinstance(unit, str) or not re.fullmatch(UNIT, unit):
            raise refuse_row(name, number, "unit", unit, "us, or 1e-9 and a currency", remedy=AGAIN)
        metric, stratum = self._name(number, document, "value"), self._text(number, document, "stratum")
        value = self._count(number, document, "is")
        if (metric, stratum, unit, value) in self._seen:
            raise refuse_row(name, number, "is", value, "each value of a metric once", remedy=AGAIN)
        self._seen.add((metric, stratum, unit, value))
        return {
            "metric": metric,
            "stratum": stratum,
            "unit": unit,
            "period_start": start,
            "period_end": end,
            "value": value,
            "observations": self._count(number, document, "observations"),
        }

    def _members(self, number: int, document: dict[str, Any], expected: set[str]) -> None:
        if document.keys() != expected:
            raise CollectionError(
                f"{self._file.name}, line {number}: found members {', '.join(sorted(document)) or 'none'}, "
                f"expected {', '.join(sorted(expected))}",
                remedy="capture the baseline again",
            )

    def _count(self, number: int, document: dict[str, Any], member: str) -> int:
        value = document[member]
        if type(value) is not int or not 0 <= value < LARGEST:
            raise refuse_row(self._file.name, number, member, value, "a count", remedy=AGAIN)
        return value

    def _name(self, number: int, document: dict[str, Any], member: str) -> str:
        value = document[member]
        if not isinstance(value, str) or not re.fullmatch(NAME, value):
            raise refuse_row(self._file.name, number, member, value, "the name of a metric", remedy=AGAIN)
        return value

    def _text(self, number: int, document: dict[str, Any], member: str) -> str:
        value = document[member]
        if not isinstance(value, str) or not (value.isprintable() and value.isascii()):
            raise refuse_row(self._file.name, number, member, value, "text in ASCII", remedy=AGAIN)
        return value

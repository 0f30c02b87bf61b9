"""What each service cost in each period, from the export of a bill: JSON lines or CSV through a declared mapping.

Rules kept here: an amount is rounded up to a billionth; a credit (a negative amount) is refused, because it would hide
what was spent; a service has one amount for any instant, so that nothing is counted twice.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from auditor.errors import CollectionError
from auditor_collectors import files
from auditor_collectors.batches import FUTURE_TOLERANCE_US, coverage, not_future, rows
from auditor_collectors.mapping import Strict
from auditor_collectors.money import Currency, Row, refuse_overlaps, table
from auditor_collectors.options import Globs, problems_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.collector import Batch, CollectContext

BATCH_ROWS = 10_000
TRUTHS = {"true": True, "false": False}


class Columns(Strict):
    """Where each column is; without ``estimated`` every amount is taken for an estimate."""

    period_start: str = Field(min_length=1)
    period_end: str = Field(min_length=1)
    service: str = Field(min_length=1)
    amount: str = Field(min_length=1)
    currency: Currency
    estimated: str | None = Field(default=None, min_length=1)
    available_at: str | None = Field(default=None, min_length=1)


class Options(Strict):
    """``[sources.<name>]`` with ``kind = "costs"``."""

    files: Globs
    format: Literal["jsonl", "csv"]
    columns: Columns


EXAMPLE = """\
# The bill: what each service cost in each period. Amounts are decimal and never converted.
[sources.costs]
kind = "costs"
files = ["costs.jsonl"]
format = "jsonl"                         # or csv

[sources.costs.columns]
period_start = "start"
period_end = "end"
service = "service"
amount = "amount"
currency = { column = "currency" }       # or { value = "EUR" }
estimated = "estimated"                  # without it every amount is taken for an estimate
"""


class CostsCollector:
    """Reads exports of a bill."""

    example = EXAMPLE

    def check(self, options: dict[str, Any]) -> list[str]:
        """Return what is wrong with ``options``."""
        return problems_of(Options, options)

    def collect(self, options: dict[str, Any], context: CollectContext) -> Iterator[Batch]:
        """Yield costs and one coverage row. Raises ``CollectionError`` naming file, row and column."""
        wanted = Options.model_validate(options)
        paths = files.find(context.root, wanted.files, context.source)
        found = files.inspect_all(context.root, paths, max_line=files.MAX_LINE, progress=context.progress)
        read, places = [], []
        for file in found:
            for row in table(file, wanted.format):
                read.append(_cost(row, wanted.columns, context))
                places.append((read[-1]["service"], read[-1]["period_start"], read[-1]["period_end"], row))
        files.refuse_changed(found)
        if not read:
            raise CollectionError(f"source {context.source!r}: its files hold no cost", remedy="export them again")
        refuse_overlaps(places, "service")
        for start in range(0, len(read), BATCH_ROWS):
            yield rows("costs", read[start : start + BATCH_ROWS])
        digest = files.listing_digest(found)
        yield rows("coverage", [coverage(context, pages=len(found), records=len(read), sha256=digest)])


def _cost(row: Row, columns: Columns, context: CollectContext) -> dict[str, Any]:
    start, end = row.period(columns.period_start, columns.period_end)
    return {
        "system": context.scope.system,
        "environment": context.scope.environment,
        "source": context.source,
        "period_start": start,
        "period_end": end,
        "service": row.text(columns.service),
        "amount_nano": row.nano(columns.amount, up=True),
        "currency": row.currency(columns.currency),
        "estimated": _estimated(row, columns.estimated),
        "available_at": _available(row, columns.available_at, context),
    }


def _estimated(row: Row, column: str | None) -> bool:
    if column is None:
        return True
    value = row.values.get(column)
    truth = value if isinstance(value, bool) else TRUTHS.get(value.lower()) if isinstance(value, str) else None
    if truth is None:
        raise row.refuse(column, "true or false")
    return truth


def _available(row: Row, column: str | None, context: CollectContext) -> Any:
    if column is None or row.values.get(column) in (None, ""):
        return None
    moment = row.instant(column)
    if moment > context.collected_at + timedelta(microseconds=FUTURE_TOLERANCE_US):
        raise row.refuse(column, not_future(context))
    return moment

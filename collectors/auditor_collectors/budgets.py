"""What may be spent in each period, from a file that its owner keeps: JSON lines or CSV through a declared mapping.

Rules kept here: an amount is rounded down to a billionth; a budget of one name has one amount for any instant.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from auditor.errors import CollectionError
from auditor_collectors import files
from auditor_collectors.batches import coverage, rows
from auditor_collectors.mapping import Strict
from auditor_collectors.money import Currency, Row, refuse_overlaps, table
from auditor_collectors.options import Globs, problems_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.collector import Batch, CollectContext


class Columns(Strict):
    """Where each column is."""

    name: str = Field(min_length=1)
    period_start: str = Field(min_length=1)
    period_end: str = Field(min_length=1)
    amount: str = Field(min_length=1)
    currency: Currency


class Options(Strict):
    """``[sources.<name>]`` with ``kind = "budgets"``."""

    files: Globs
    format: Literal["jsonl", "csv"]
    columns: Columns


EXAMPLE = """\
# What may be spent.
[sources.budgets]
kind = "budgets"
files = ["budgets.jsonl"]
format = "jsonl"                         # or csv

[sources.budgets.columns]
name = "name"
period_start = "start"
period_end = "end"
amount = "amount"
currency = { column = "currency" }
"""


class BudgetsCollector:
    """Reads budgets."""

    example = EXAMPLE

    def check(self, options: dict[str, Any]) -> list[str]:
        """Return what is wrong with ``options``."""
        return problems_of(Options, options)

    def collect(self, options: dict[str, Any], context: CollectContext) -> Iterator[Batch]:
        """Yield budgets and one coverage row. Raises ``CollectionError`` naming file, row and column."""
        wanted = Options.model_validate(options)
        paths = files.find(context.root, wanted.files, context.source)
        found = files.inspect_all(context.root, paths, max_line=files.MAX_LINE, progress=context.progress)
        read, places = [], []
        for file in found:
            for row in table(file, wanted.format):
                read.append(_budget(row, wanted.columns, context))
                places.append((read[-1]["name"], read[-1]["period_start"], read[-1]["period_end"], row))
        files.refuse_changed(found)
        if not read:
            raise CollectionError(f"source {context.source!r}: its files hold no budget", remedy="export them again")
        refuse_overlaps(places, "budget")
        yield rows("budgets", read)
        digest = files.listing_digest(found)
        yield rows("coverage", [coverage(context, pages=len(found), records=len(read), sha256=digest)])


def _budget(row: Row, columns: Columns, context: CollectContext) -> dict[str, Any]:
    start, end = row.period(columns.period_start, columns.period_end)
    return {
        "system": context.scope.system,
        "environment": context.scope.environment,
        "source": context.source,
        "name": row.text(columns.name),
        "period_start": start,
        "period_end": end,
        "amount_nano": row.nano(columns.amount, up=False),
        "currency": row.currency(columns.currency),
    }

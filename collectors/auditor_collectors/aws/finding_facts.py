"""The findings of one place, from the pages of an answer to rows, in flat memory however many there are.

Rules kept here: a finding that pages list twice is one row, as ``auditor_collectors.finding_rows`` says; what is of
another account or region than was asked is left to those; a finding from after the collection is refused.
"""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from auditor_collectors.batches import FUTURE_TOLERANCE_US, connect, exactly, not_future, refuse_row
from auditor_collectors.finding_rows import merged
from auditor_collectors.spilled import placed, spill

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime

    from auditor.collector import CollectContext
    from auditor_collectors.answers import Answer, Page
    from auditor_collectors.aws.operation import Place
    from auditor_collectors.aws.seam import Fact

ROWS = 1_000


class Findings:
    """Findings as they come, and what they were all together once they were all taken."""

    def __init__(self, place: Place, context: CollectContext) -> None:
        self.place = place
        self.context = context
        self.count = 0
        self.newest_at: datetime | None = None

    def facts(self, pages: Iterable[Page], read: Callable[[Page], list[dict[str, Any]]]) -> Iterator[Fact]:
        """Yield a row of ``security_findings`` for each distinct finding; ``read`` takes those of a page."""
        folder = self.context.work / f"findings-{self.place.account}-{self.place.region}"
        folder.mkdir()
        part = folder / "findings.parquet"
        spill(part, placed("security_findings"), self._rows(pages, read))
        with connect(replace(self.context, work=folder)) as connection:
            found = connection.execute(f"{merged(f'read_parquet({exactly(part)})')} order by all")
            names = [column[0] for column in found.description]
            while rows := found.fetchmany(ROWS):
                for row in rows:
                    one = dict(zip(names, row, strict=True))
                    self.count += 1
                    self.newest_at = max(self.newest_at or one["updated_at"], one["updated_at"])
                    yield "security_findings", {key: one[key] for key in one if key not in _scope(self.context)}
        shutil.rmtree(folder)

    def _rows(self, pages: Iterable[Page], read: Callable[[Page], list[dict[str, Any]]]) -> Iterator[dict[str, Any]]:
        latest = self.context.collected_at + timedelta(microseconds=FUTURE_TOLERANCE_US)
        for number, page in enumerate(pages):
            for row, one in enumerate(read(page), start=1):
                if one["event_time"] > latest:
                    raise refuse_row(page.where, row, "CreatedAt", one["event_time"], not_future(self.context))
                if one["account"] == self.place.account and one["region"] in {self.place.region, ""}:
                    yield _scope(self.context) | one | {"file_number": number, "row_number": row}


def product_fact(name: str, answer: Answer, **stated: Any) -> Fact:
    """Return the row of ``security_products`` that ``answer`` gives; what is not ``stated`` is null."""
    columns = dict.fromkeys(("enabled", "standards", "covered", "findings", "newest_at"))
    return "security_products", answer.place() | columns | {"product": name} | stated


def _scope(context: CollectContext) -> dict[str, Any]:
    return {"system": context.scope.system, "environment": context.scope.environment, "source": context.source}

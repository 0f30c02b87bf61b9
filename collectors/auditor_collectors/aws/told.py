"""What a reply tells: the row of ``source_answers`` that every answer has, and the records that its pages hold.

Rules kept here: an answer that was refused has its row and no record, so "not allowed to look" is told from "nothing is
there"; an answer that lists nothing has a row with 0 records. A reader takes an answer and its pages and knows neither
files nor boto3; it is given no page that is empty: so answers a service that has nothing to say, or that said by an
error that what was asked about is not there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence

    from auditor_collectors.answers import Answer, Page
    from auditor_collectors.aws.seam import Fact, Reply

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Told(Generic[T]):
    """An answer, and the records in it: none where it was refused."""

    answer: Answer
    records: Sequence[T]

    @property
    def known(self) -> bool:
        """Say whether it was answered in full, so that what it doesn't name is not there."""
        return self.answer.status == "ok"

    @property
    def first(self) -> T | None:
        """Return its first record, of a call that answers about one thing; None where there is none."""
        return self.records[0] if self.records else None


def told(
    reply: Reply, subject: str, read: Callable[[Answer, Sequence[Page]], Sequence[T]]
) -> Generator[Fact, None, Told[T]]:
    """Yield the row of the answer to what was asked about ``subject``, and return what ``read`` finds in its pages."""
    answer = reply.answer
    pages = [page for page in reply.pages if page.document]
    records = read(answer, pages)
    found = {"call": answer.call, "subject": subject, "status": answer.status, "records": len(records)}
    yield fact(answer, "source_answers", **found, asked_from=None, asked_until=None)
    return Told(answer, records)


def fact(answer: Answer, table: str, **row: Any) -> Fact:
    """Return a row of ``table`` that ``answer`` states."""
    return table, answer.place() | row

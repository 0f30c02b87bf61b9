"""From a reply to facts: the rows of an answer, and for each thing that was asked about a row that says how it went.

Rules kept here: an answer that was refused is a row of ``source_answers`` and no other, so that nothing is read from
silence; rows are as old as their answer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

from auditor.tables import schema
from auditor_collectors.page_members import Parsed, Subject

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from auditor_collectors.answers import Answer, Page
    from auditor_collectors.aws.seam import Fact, Reply

    Reader = Callable[[Answer, Sequence[Page], str, Mapping[str, str]], Parsed]


class NoOptions(BaseModel):
    """A section of ``auditor.toml`` that has nothing beside what every source of AWS has."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def read(reply: Reply, reader: Reader, subject: str = "") -> tuple[list[Page], list[Fact]]:
    """Return the pages of ``reply`` and its facts; ``subject`` is what was asked about, should it be refused."""
    pages = list(reply.pages)
    answer = reply.answer
    parsed = reader(answer, pages, answer.status, {}) if pages else Parsed([Subject(subject, answer.status)])
    return pages, list(told(answer, parsed))


def told(answer: Answer, parsed: Parsed) -> Iterator[Fact]:
    """Yield the rows of what ``answer`` was read to say."""
    place = answer.place()
    for one in parsed.subjects:
        period = {"asked_from": one.asked_from, "asked_until": one.asked_until}
        stated = {"call": answer.call, "subject": one.name, "status": one.status, "records": one.records}
        yield "source_answers", place | stated | period
    for table, found in parsed.rows.items():
        names = schema(table).names
        for row in found:
            yield table, {key: value for key, value in (place | row).items() if key in names}

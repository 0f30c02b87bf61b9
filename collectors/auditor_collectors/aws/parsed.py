"""Replies that are read as kept answers are: the same reader, so the same rows, whoever asked.

Rules kept here: every answer has its rows of ``source_answers``, also one that was refused or that lists nothing.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from auditor_collectors.aws_answers import answer_row, parsed_of
from auditor_collectors.page_members import Parsed, Subject

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Mapping, Sequence

    from auditor.collector import CollectContext
    from auditor_collectors.answers import Answer, Page
    from auditor_collectors.aws.seam import Fact, Reply


class Read(NamedTuple):
    """An answer with its pages, and what they say."""

    answer: Answer
    pages: Sequence[Page]
    parsed: Parsed


def facts_of(reply: Reply, purposes: Mapping[str, str] | None = None) -> Generator[Fact, None, Read]:
    """Yield the facts that ``reply`` states, by the reader that kept answers of its call have; return what was read."""
    answer = reply.answer
    pages = pages_of(reply)
    parsed = parsed_of(answer, pages, purposes or {})
    yield from stated(answer, parsed)
    return Read(answer, pages, parsed)


def pages_of(reply: Reply) -> list[Page]:
    """Return the pages of ``reply`` that hold anything: where nothing is there, some services say so by an error."""
    return [page for page in reply.pages if page.document]


def stated(answer: Answer, parsed: Parsed) -> Iterator[Fact]:
    """Yield the rows of ``parsed``, which ``answer`` states, and how it was answered about each subject."""
    place = answer.place()
    for subject in parsed.subjects:
        yield "source_answers", place | answer_row(answer.call, subject)
    for table, found in parsed.rows.items():
        for row in found:
            yield table, place | row


def told(answer: Answer, subject: str, records: int, *, status: str | None = None) -> Fact:
    """Return how ``answer`` was answered about ``subject``; ``status`` where its content tells that it is not all."""
    return "source_answers", answer.place() | answer_row(
        answer.call, Subject(subject, status or answer.status, records)
    )


def known_at(context: CollectContext, answer: Answer) -> CollectContext:
    """Return ``context`` for reading what ``answer`` states: it may tell of what happened while we collected."""
    return replace(context, collected_at=max(context.collected_at, answer.answered_at))

"""Between the sources of AWS and whoever asks it: a source says what to ask and reads pages, the asker does the rest.

The asker (``auditor_collectors.aws.asking``) makes the call, or takes its answer from a recording; it retries, keeps to
the rates, records each page, and accounts for every call in table ``coverage``. So a source reads the same pages in the
same way whether AWS was asked now, an interrupted collection is taken up again, or a recording is replayed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pydantic import BaseModel

    from auditor.collector import CollectContext
    from auditor_collectors.answers import Answer, Page
    from auditor_collectors.aws.operation import Operation, Place, Request


class Reply(Protocol):
    """An answer and its pages, in the shapes that kept answers have, so one reader reads both.

    ``answer.status`` is one of ``auditor.tables.state.COVERAGE_STATUSES``; a call that was refused has no page.
    ``pages`` may be iterated once; each is read from the recording as it is reached, so many pages take no memory.
    """

    @property
    def answer(self) -> Answer:
        """What was asked, of whom, when, and how it was answered."""
        ...

    @property
    def pages(self) -> Iterator[Page]:
        """The pages of the answer, in their order."""
        ...

    def body(self, page: Page, member: str) -> Path:
        """Return the file with the bytes of ``member`` of ``page``, which is the operation's ``body``.

        Raises ``CollectionError`` when it is not there, or its bytes are not those that were recorded.
        """
        ...


class Ask(Protocol):
    """Asks one thing of one place. It never raises for what AWS answers; the reply's status tells.

    ``subject`` is what is asked about, for coverage and for a person (a bucket, a table); empty for a listing.
    Raises ``CollectionError`` only for what makes the whole collection void: no credentials, a recording that does not
    hold the call, an endpoint that is not there.
    """

    def __call__(
        self, operation: Operation, place: Place, request: Request | None = None, *, subject: str = ""
    ) -> Reply:
        """Ask, and return the reply."""
        ...


Fact = tuple[str, dict[str, Any]]
"""A table and a row of it, without ``system``, ``environment`` and ``source``, which the asker adds."""


class Source(Protocol):
    """One kind of source of AWS.

    ``operations`` are all calls that it may make; ``options`` is its section of ``auditor.toml`` (beside what every
    source of AWS has: accounts, regions, role). ``facts`` is called once for each place of the source's reach (each
    region; once an account; once in the management account), perhaps for several places at the same time: it shares
    nothing between calls, and yields its rows in an order that depends on the answers alone.
    """

    operations: tuple[Operation, ...]
    options: type[BaseModel]
    reach: str
    example: str

    def facts(self, options: Any, ask: Ask, place: Place, context: CollectContext) -> Iterator[Fact]:
        """Yield what ``place`` answers."""
        ...

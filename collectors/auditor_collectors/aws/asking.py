"""Asks AWS, or a recording of what it answered; every answer is recorded, page by page, before anything reads it.

Rules kept here: what is recorded is not asked again; what is replayed opens no connection, and a call that the
recording does not hold is an error that names it; an answer that was interrupted goes on at its next page, and is asked
for anew where the service does not take its token any more; a call that its source does not declare is not made.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from auditor.errors import CollectionError
from auditor_collectors.answers import Answer, Page, is_cut
from auditor_collectors.aws import paging, sanitised
from auditor_collectors.aws.bodies import Bodies
from auditor_collectors.aws.identity import ASSUME_ROLE
from auditor_collectors.aws.live import Got, Live
from auditor_collectors.aws.operation import Place
from auditor_collectors.aws.recording import Entry, Key, Piece, Recording, key_of
from auditor_collectors.values import instant

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from pathlib import Path

    from auditor_collectors.aws.operation import Operation, Request
    from auditor_collectors.aws.options import AwsOptions

MOST_PAGES = 100_000
MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Recorded:
    """A reply: an answer whose pages are read from the recording as they are reached."""

    answer: Answer
    recording: Recording

    @property
    def pages(self) -> Iterator[Page]:
        """The pages of the answer, in their order."""
        for number, name in enumerate(self.answer.pages, start=1):
            where = f"{self.answer.where}, page {number}"
            yield Page(where, self.recording.page(name, where))

    def body(self, page: Page, member: str) -> Path:
        """Return the file with the bytes of ``member`` of ``page``, which is the operation's ``body``."""
        return Bodies(self.recording.folder).path(page.document.get(member), page.where)


class Asker:
    """Asks for all sources of one collection."""

    def __init__(self, options: AwsOptions, recording: Recording, now: Callable[[], datetime]) -> None:
        self._options = options
        self._recording = recording
        self._now = now
        self._live: Live | None = None
        self._lock = threading.Lock()
        self._busy: dict[Key, threading.Lock] = defaultdict(threading.Lock)

    def ask(self, operation: Operation, place: Place, request: Request, subject: str) -> tuple[Entry, Recorded]:
        """Return the answer to a call: its line of the index, and the reply."""
        entry = self.enter(place.account)
        if entry is None or entry.status == "ok":
            entry = self._entry(operation, place, request, subject)
        else:
            entry = _not_entered(entry, operation, place, request, subject)
        where = f"{operation.name} of {place.account}/{place.region}" + (f", {subject}" if subject else "")
        answer = Answer(
            where,
            operation.name,
            place.account,
            place.region,
            instant(entry.answered_at),
            entry.status,
            entry.pages,
            dict(entry.request),
        )
        return entry, Recorded(answer, self._recording)

    def enter(self, account: str) -> Entry | None:
        """Return how the role of ``account`` could be assumed; None where none is."""
        if self._options.role is None:
            return None
        place = Place(account, self._options.home_region)
        said = {"RoleArn": self._options.role_arn(account), "RoleSessionName": self._options.session_name}
        return self._entry(ASSUME_ROLE, place, said, "")

    def _entry(self, operation: Operation, place: Place, request: Request, subject: str) -> Entry:
        key = key_of(operation, place, request)
        with self._lock:
            busy = self._busy[key]
        with busy:
            entry = self._recording.find(key)
            if entry is None and self._recording.replayed:
                about = f" about {subject!r}" if subject else ""
                raise CollectionError(
                    f"{self._recording.folder}: does not hold {operation.service} {operation.name}{about} of account "
                    f"{place.account}, region {place.region}, as it is asked for here",
                    remedy="record the collection again, with this configuration",
                )
            if entry is None:
                entry = self._asked(operation, place, request, subject, key)
                self._recording.add(entry)
            return entry

    def _asked(self, operation: Operation, place: Place, request: Request, subject: str, key: Key) -> Entry:
        """Ask for every page that is not here yet."""
        pieces = self._recording.begun(key)
        if pieces and pieces[-1].following:
            got = self._pages(operation, place, request, key, pieces)
            if got.status in {"ok", "denied", "expired", "throttled"}:
                return _entry_of(operation, place, request, subject, pieces, got)
            pieces = []
        got = self._pages(operation, place, request, key, pieces)
        return _entry_of(operation, place, request, subject, pieces, got)

    def _pages(self, operation: Operation, place: Place, request: Request, key: Key, pieces: list[Piece]) -> Got:
        """Add the pages that come to ``pieces``, and return how the last request ended."""
        got = Got(None, "ok")
        seen = {sanitised.encoded(one.following) for one in pieces}
        while not pieces or pieces[-1].following:
            begun = self._now()
            parameters = request | (pieces[-1].following if pieces else {})
            got = self._request(operation, place, parameters)
            if got.document is None:
                pieces.append(_piece("", got, begun, self._now(), 0, {}))
                return got
            following = paging.following(operation, got.document)
            token = sanitised.encoded(following)
            if following and (token in seen or len(pieces) + 1 >= MOST_PAGES):
                following = {}
            seen.add(token)
            name = self._recording.keep(got.document)
            first = not pieces
            pieces.append(_piece(name, got, begun, self._now(), paging.records(got.document), following))
            if not following and is_cut([Page("", got.document)]):
                got = replace(got, status="partial", error="PageNotFollowed")
            if following:
                self._recording.note(key, pieces[-1], first=first)
        return got

    def _request(self, operation: Operation, place: Place, parameters: Request) -> Got:
        with self._lock:
            self._live = self._live or Live(self._options, bodies=Bodies(self._recording.folder))
        if operation is ASSUME_ROLE:
            return self._live.assume(place.account)
        return self._live.request(operation, place, parameters)


def _piece(page: str, got: Got, begun: datetime, ended: datetime, records: int, following: Request) -> Piece:
    took = max((ended - begun) // MICROSECOND, 0)
    moment = begun.isoformat().replace("+00:00", "Z")
    return Piece(page, got.raw_sha256, got.request_id, moment, took, got.retries, records, sanitised.request(following))


def _entry_of(
    operation: Operation, place: Place, request: Request, subject: str, pieces: list[Piece], last: Got
) -> Entry:
    """Return the answer that ``pieces`` make; one that broke off after its first page is partial."""
    pages = tuple(one.page for one in pieces if one.page)
    return Entry(
        operation.service,
        operation.name,
        place.account,
        place.region,
        sanitised.request(request),
        subject,
        pieces[0].answered_at,
        "partial" if pages and last.status != "ok" else last.status,
        pages,
        tuple(one.raw_sha256 for one in pieces if one.raw_sha256),
        tuple(one.request_id for one in pieces if one.request_id),
        sum(one.duration_us for one in pieces),
        sum(one.retries for one in pieces),
        sum(one.records for one in pieces),
        last.error,
    )


def _not_entered(entry: Entry, operation: Operation, place: Place, request: Request, subject: str) -> Entry:
    """Return the answer to a call that could not be made, for its role could not be assumed."""
    return Entry(
        operation.service,
        operation.name,
        place.account,
        place.region,
        sanitised.request(request),
        subject,
        entry.answered_at,
        entry.status,
        error=f"AssumeRole {entry.error}",
    )

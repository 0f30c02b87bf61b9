"""What AWS answered, kept as it comes: to replay a collection, to take an interrupted one up again, and to read from.

A recording is a folder: ``recording.json`` (when it was begun and finished), ``index.jsonl`` (a line for each answer,
in the form of ``auditor_collectors.answers``), ``pages/`` (each page by the SHA-256 of its bytes), and while an answer
is still open ``journal.jsonl`` (its pages). Rules kept here: a line is appended in one write and a page is there
before the line that names it, so a process that is killed leaves a recording; a line that was cut off is no line; a
page whose bytes are not those of its name is refused; what nobody may keep is not written (``sanitised``).
"""

from __future__ import annotations

import json
import os
import threading
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from auditor.errors import CollectionError
from auditor_collectors.aws import sanitised
from auditor_collectors.jsonlines import json_object

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from auditor_collectors.aws.operation import Operation, Place, Request

INDEX, JOURNAL, PAGES = "index.jsonl", "journal.jsonl", "pages"
AGAIN = frozenset({"partial", "throttled", "expired", "failed"})
LISTS = ("pages", "raw_sha256", "request_ids")
REMEDY = "record the collection again"

Key = tuple[str, str, str, str, str]


@dataclass(frozen=True, slots=True)
class Entry:
    """One answer: a line of the index."""

    service: str
    call: str
    account: str
    region: str
    request: dict[str, Any]
    subject: str
    answered_at: str
    status: str
    pages: tuple[str, ...] = ()
    raw_sha256: tuple[str, ...] = ()
    request_ids: tuple[str, ...] = ()
    duration_us: int = 0
    retries: int = 0
    records: int = 0
    error: str = ""

    def key(self) -> Key:
        """Return what tells this answer from others."""
        return self.service, self.call, self.account, self.region, _canonical(self.request)


def key_of(operation: Operation, place: Place, request: Request) -> Key:
    """Return the key of a call, as that of its answer."""
    parameters = sanitised.request(request)
    return operation.service, operation.name, place.account, place.region, _canonical(parameters)


@dataclass(frozen=True, slots=True)
class Piece:
    """One page of an answer that is still open, and what asks for the page after it."""

    page: str
    raw_sha256: str
    request_id: str
    answered_at: str
    duration_us: int
    retries: int
    records: int
    following: dict[str, Any]


class Recording:
    """The answers below ``folder``; those that did not end well are asked again unless it is only ``replayed``."""

    def __init__(self, folder: Path, *, replayed: bool) -> None:
        self.folder = folder
        self.replayed = replayed
        self._lock = threading.Lock()
        self._entries: dict[Key, Entry] = {}
        self._open: dict[Key, list[Piece]] = {}
        if not replayed:
            (folder / PAGES).mkdir(parents=True, exist_ok=True)
        for line in self._lines(INDEX):
            one = Entry(**(line | {name: tuple(line[name]) for name in LISTS}))
            self._entries[one.key()] = one
        if not replayed:
            self._entries = {key: one for key, one in self._entries.items() if one.status not in AGAIN}
            for line in self._lines(JOURNAL):
                key = tuple(line.pop("key"))
                if line.pop("first"):
                    self._open[key] = []
                self._open.setdefault(key, []).append(Piece(**line))

    def find(self, key: Key) -> Entry | None:
        """Return the answer to a call, if it is here."""
        with self._lock:
            return self._entries.get(key)

    def begun(self, key: Key) -> list[Piece]:
        """Return the pages of an answer that was interrupted."""
        with self._lock:
            return list(self._open.pop(key, ()))

    def keep(self, document: dict[str, Any]) -> str:
        """Write a page and return its name."""
        content = sanitised.encoded(document)
        name = f"{PAGES}/{sanitised.digest(content)}.json"
        path = self.folder / name
        if not path.exists():
            part = path.with_suffix(f".{os.getpid()}-{threading.get_ident()}")
            part.write_bytes(content)
            part.replace(path)
        return name

    def note(self, key: Key, piece: Piece, *, first: bool) -> None:
        """Remember a page of an answer that goes on."""
        self._append(JOURNAL, {"key": list(key), "first": first, **asdict(piece)})

    def add(self, entry: Entry) -> None:
        """Keep an answer."""
        self._append(INDEX, asdict(entry))
        with self._lock:
            self._entries[entry.key()] = entry

    def page(self, name: str, where: str) -> dict[str, Any]:
        """Return the page called ``name``. Raises ``CollectionError`` when it is not what was recorded."""
        path = self.folder / name
        try:
            content = path.read_bytes()
        except OSError as error:
            raise CollectionError(f"{path}: cannot be read ({error.strerror}): {where}", remedy=REMEDY) from error
        if name != f"{PAGES}/{sanitised.digest(content)}.json":
            raise CollectionError(f"{path}: its bytes are not those that were recorded: {where}", remedy=REMEDY)
        return json_object(where, content)

    def _append(self, name: str, document: dict[str, Any]) -> None:
        line = sanitised.encoded(document)
        with self._lock, (self.folder / name).open("ab", buffering=0) as file:
            file.write(line)

    def _lines(self, name: str) -> Iterator[dict[str, Any]]:
        path = self.folder / name
        with suppress(FileNotFoundError):
            content = path.read_bytes()
            whole = content[: content.rfind(b"\n") + 1]
            if len(whole) < len(content) and not self.replayed:
                os.truncate(path, len(whole))
            for number, line in enumerate(whole.splitlines(), start=1):
                try:
                    yield json.loads(line)
                except ValueError as error:
                    raise CollectionError(f"{path}, line {number}: not JSON", remedy=REMEDY) from error


def _canonical(request: dict[str, Any]) -> str:
    return json.dumps(request, sort_keys=True, separators=(",", ":"))

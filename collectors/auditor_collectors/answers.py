"""Answers of AWS that were kept as files, and the index that says what was asked, of whom, and when.

An answer is a line of JSON, ``{"call": "DescribeAlarms", "account": "", "region": "", "answered_at": "",
"status": "ok", "pages": ["alarms.json"], "request": {}}``. ``pages`` are files with what ``aws ... --output json``
prints (relative to auditor.toml, ``request`` the parameters of the call in their API spelling: some responses do not
repeat what they were asked of). Rules kept here: an answer is as old as its ``answered_at`` says, never as its file; a
call that was refused has a line and no page; the last page that still names a next one makes the answer partial.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from auditor.errors import CollectionError
from auditor.tables.state import COVERAGE_STATUSES
from auditor_collectors import calls, files
from auditor_collectors.flag_documents import MAX_DOCUMENT, whole_document
from auditor_collectors.jsonlines import AGAIN, member, objects
from auditor_collectors.values import not_after

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from datetime import datetime

    from auditor.collector import CollectContext

MEMBERS = frozenset({"call", "account", "region", "answered_at", "status"})
OPTIONAL = frozenset({"pages", "request"})
TOKENS = ("NextToken", "nextToken")


@dataclass(frozen=True, slots=True)
class Answer:
    """What was asked and answered; ``pages`` are the files of an answer, in their order."""

    where: str
    call: str
    account: str
    region: str
    answered_at: datetime
    status: str
    pages: tuple[str, ...]
    request: dict[str, Any]

    def place(self) -> dict[str, Any]:
        """Return the columns that every row of the answer has beside its scope."""
        return {"account": self.account, "region": self.region, "answered_at": self.answered_at}


@dataclass(frozen=True, slots=True)
class Page:
    """One page: its file and the object that it holds."""

    where: str
    document: dict[str, Any]


def read(index: Sequence[files.SourceFile], known: Collection[str], context: CollectContext) -> Iterator[Answer]:
    """Yield each line of ``index``; ``known`` are the calls that may be there. Raises ``CollectionError``."""
    for file in index:
        for number, document in objects(file):
            yield _answer(f"{file.name}, line {number}", document, known, context)


def pages_of(answer: Answer, context: CollectContext) -> tuple[list[files.SourceFile], list[Page]]:
    """Return the files of an answer and what they hold. Raises ``CollectionError``."""
    found = []
    for name in answer.pages:
        path = context.root / name
        if not path.is_file():
            raise CollectionError(
                f"{answer.where}: its page {name!r} is not there", remedy="keep the answers beside their index"
            )
        found.append(files.inspect(path, name, max_line=MAX_DOCUMENT))
    return found, [Page(file.name, whole_document(file)) for file in found]


def is_cut(pages: Sequence[Page]) -> bool:
    """Say whether the last page names one that is not here."""
    return bool(pages) and any(pages[-1].document.get(token) for token in TOKENS)


def _answer(where: str, document: dict[str, Any], known: Collection[str], context: CollectContext) -> Answer:
    names = document.keys()
    if not names >= MEMBERS or names - MEMBERS - OPTIONAL:
        raise CollectionError(
            f"{where}: found members {', '.join(sorted(names)) or 'none'}, expected {', '.join(sorted(MEMBERS))}, "
            f"and perhaps {', '.join(sorted(OPTIONAL))}",
            remedy=AGAIN,
        )
    status = member(where, document, "status", partial(_one_of, known=COVERAGE_STATUSES))
    pages = member(where, document, "pages", _pages)
    if bool(pages) != (status in {"ok", "partial"}):
        raise CollectionError(
            f"{where}: status {status!r} with {len(pages)} pages, expected pages of an answer and none of a refusal",
            remedy=AGAIN,
        )
    return Answer(
        where,
        member(where, document, "call", partial(_one_of, known=sorted(known))),
        member(where, document, "account", _account),
        member(where, document, "region", _plain),
        member(where, document, "answered_at", partial(not_after, context=context)),
        status,
        pages,
        member(where, document, "request", _request),
    )


def _one_of(value: Any, known: Sequence[str]) -> str:
    if isinstance(value, str) and value in known:
        return value
    raise ValueError(f"one of {', '.join(known)}")


def _account(value: Any) -> str:
    if isinstance(value, str) and calls.ACCOUNT.fullmatch(value):
        return value
    raise ValueError("12 digits")


def _plain(value: Any) -> str:
    if calls.plain(value) and value:
        return str(value)
    raise ValueError("a region, in ASCII")


def _request(value: Any) -> dict[str, Any]:
    if value is None:
        return {}
    if isinstance(value, dict):
        return value
    raise ValueError("an object: the parameters of the call")


def _pages(value: Any) -> tuple[str, ...]:
    expected = "paths of files below auditor.toml, each once"
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(one, str) and one.isprintable() and one for one in value):
        raise ValueError(expected)
    paths = [PurePosixPath(one) for one in value]
    if len(set(paths)) < len(paths) or any(path.is_absolute() or ".." in path.parts for path in paths):
        raise ValueError(expected)
    return tuple(value)

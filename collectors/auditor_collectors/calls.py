"""An exporter's own record of what it asked, beside what it exported, and the coverage that follows from both.

A call is a line of JSON, ``{"account": "", "region": "", "call": "", "status": "ok", "records": 0, "answered_at": ""}``
whose ``answered_at`` (RFC 3339) may be missing. Rules kept here: the age of an export is what its source states, never
the time of a file, which copying renews, and never that of the collection; a cell is as old as its first answer, and of
no known age when one of its calls states none; a cell whose calls returned another number than its files hold, or of
which one call was refused, is partial. Coverage has a row for each call, one for each cell, and one for the whole (no
account, no region), so that rows lost later are missed.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from auditor.errors import CollectionError
from auditor.tables.state import COVERAGE_STATUSES
from auditor_collectors import files
from auditor_collectors.batches import coverage, refuse_row
from auditor_collectors.jsonlines import AGAIN, member, objects
from auditor_collectors.values import not_after, optional

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from auditor.collector import CollectContext
    from auditor_collectors.options import Globs

ACCOUNT = re.compile("[0-9]{12}")
MEMBERS = {"account", "region", "call", "status", "records"}
ANSWERED = "answered_at"
READ = "read_files"

Cell = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Calls:
    """The calls of an exporter, and the files that record them; ``made`` is None where nothing does."""

    files: Sequence[files.SourceFile]
    made: Sequence[dict[str, Any]] | None


def inspect(globs: Globs, context: CollectContext) -> list[files.SourceFile]:
    """Return the files of lines that ``globs`` names."""
    paths = files.find(context.root, globs, context.source)
    return files.inspect_all(context.root, paths, max_line=files.MAX_LINE, progress=context.progress)


def read(globs: Globs | None, context: CollectContext) -> Calls:
    """Return the recorded calls. Raises ``CollectionError`` naming file and line."""
    if globs is None:
        return Calls((), None)
    found = inspect(globs, context)
    return Calls(found, list(_calls(found, context)))


def plain(value: Any) -> bool:
    """Say whether ``value`` is printable text in ASCII."""
    return isinstance(value, str) and value.isascii() and (value.isprintable() or not value)


def _calls(asked: Sequence[files.SourceFile], context: CollectContext) -> Iterator[dict[str, Any]]:
    """Yield what the exporter says it asked, each call of a cell once."""
    seen = set()
    when = optional(partial(not_after, context=context))
    for name, number, document in ((file.name, *one) for file in asked for one in objects(file)):
        if document.keys() - {ANSWERED} != MEMBERS:
            raise CollectionError(
                f"{name}, line {number}: found members {', '.join(sorted(document)) or 'none'}, "
                f"expected {', '.join(sorted(MEMBERS))}, and perhaps {ANSWERED}",
                remedy=AGAIN,
            )
        _refuse_call(name, number, document)
        key = (document["account"], document["region"], document["call"])
        if key in seen:
            raise refuse_row(name, number, "call", document["call"], "each call of a cell once", remedy=AGAIN)
        seen.add(key)
        yield document | {ANSWERED: member(f"{name}, line {number}", document, ANSWERED, when)}


def _refuse_call(name: str, number: int, document: dict[str, Any]) -> None:
    where = name, number
    for column in ("region", "call"):
        if not plain(document[column]):
            raise refuse_row(*where, column, document[column], "text in ASCII", remedy=AGAIN)
    if not document["call"] or document["call"] == READ:
        raise refuse_row(*where, "call", document["call"], f"a name, and not {READ}", remedy=AGAIN)
    if not isinstance(document["account"], str) or not ACCOUNT.fullmatch(document["account"]):
        raise refuse_row(*where, "account", document["account"], "12 digits", remedy=AGAIN)
    if document["status"] not in COVERAGE_STATUSES:
        expected = f"one of {', '.join(COVERAGE_STATUSES)}"
        raise refuse_row(*where, "status", document["status"], expected, remedy=AGAIN)
    if not (type(document["records"]) is int and 0 <= document["records"] < 1 << 63):
        raise refuse_row(*where, "records", document["records"], "a count", remedy=AGAIN)


def coverage_rows(
    counted: Mapping[Cell, int], asked: Calls, found: Sequence[files.SourceFile], context: CollectContext
) -> list[dict[str, Any]]:
    """Return the coverage of what ``found`` holds (records by cell) and of the calls that it answers."""
    made: dict[Cell, list[dict[str, Any]]] = defaultdict(list)
    for call in asked.made or ():
        made[call["account"], call["region"]].append(call)
    digest, pages = files.listing_digest(found), len(found)
    result = [coverage(context, pages=pages, records=sum(counted.values()), sha256=digest)]
    for account, region in sorted({*counted, *made}):
        number = counted.get((account, region), 0)
        row = coverage(context, pages=pages, records=number, sha256=digest, account=account, region=region)
        result.append(row if asked.made is None else row | _answers(made[account, region], number))
    listing = files.listing_digest(asked.files)
    for call in asked.made or ():
        row = coverage(context, pages=1, records=call["records"], sha256=listing, account=call["account"])
        stated = {"region": call["region"], "call": call["call"], "status": call["status"]}
        result.append(row | stated | {"available_at": call[ANSWERED]})
    return result


def _answers(calls: Sequence[dict[str, Any]], number: int) -> dict[str, Any]:
    """Return what the calls of a cell change in its row, which holds ``number`` records."""
    changed: dict[str, Any] = {"available_at": _first([call[ANSWERED] for call in calls])}
    refused = ", ".join(call["call"] for call in calls if call["status"] != "ok")
    told = sum(call["records"] for call in calls)
    if not calls:
        return changed | {"status": "partial", "detail": f"no recorded call returned it, the files hold {number}"}
    if told != number:
        return changed | {"status": "partial", "detail": f"the calls returned {told}, the files hold {number}"}
    if refused:
        return changed | {"status": "partial", "detail": f"not answered in full: {refused}"}
    return changed


def _first(instants: Sequence[datetime | None]) -> datetime | None:
    """Return the earliest instant; None when there is none, or one is not stated."""
    stated = [one for one in instants if one is not None]
    return min(stated) if stated and len(stated) == len(instants) else None

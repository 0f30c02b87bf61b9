"""When an export was made, and how many records it held then: an exporter's own record beside what it exported.

An export is a line of JSON, ``{"exported_at": "2025-01-14T12:40:00Z", "records": 3}``, added each time; the last one
speaks for what is here. Rules kept here: the age of an export is what its source states, never the time of a file or of
the collection; where the last export held another number of records than the files do, the answer is partial.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from auditor.errors import CollectionError
from auditor_collectors import calls, files
from auditor_collectors.batches import coverage
from auditor_collectors.jsonlines import AGAIN, member, objects
from auditor_collectors.values import count, not_after

if TYPE_CHECKING:
    from collections.abc import Sequence

    from auditor.collector import CollectContext
    from auditor_collectors.options import Globs

MEMBERS = {"exported_at", "records"}


def inspect(globs: Globs | None, context: CollectContext) -> list[files.SourceFile]:
    """Return the files that record exports; none where nothing does."""
    return [] if globs is None else calls.inspect(globs, context)


def coverage_row(
    exported: Sequence[files.SourceFile],
    found: Sequence[files.SourceFile],
    context: CollectContext,
    *,
    records: int,
    duplicates: int,
) -> dict[str, Any]:
    """Return the coverage of ``found``, which hold ``records``, and what the last export says of them.

    Raises ``CollectionError`` naming file and line.
    """
    row = coverage(
        context, pages=len(found), records=records, duplicates=duplicates, sha256=files.listing_digest(found)
    )
    last = max((_stated(file, context) for file in exported), default=None, key=lambda one: one[0])
    if last is None:
        return row
    row["available_at"] = last[0]
    if last[1] != records:
        row |= {"status": "partial", "detail": f"the last export held {last[1]} records, the files hold {records}"}
    return row


def _stated(file: files.SourceFile, context: CollectContext) -> tuple[Any, int]:
    """Return when the last export of ``file`` was made, and its number of records."""
    when = partial(not_after, context=context)
    last = None
    for number, document in objects(file):
        where = f"{file.name}, line {number}"
        if document.keys() != MEMBERS:
            raise CollectionError(
                f"{where}: found members {', '.join(sorted(document)) or 'none'}, expected exported_at and records",
                remedy=AGAIN,
            )
        one = (member(where, document, "exported_at", when), member(where, document, "records", count))
        if last is not None and one[0] <= last[0]:
            raise CollectionError(f"{where}: expected an export later than the line before", remedy=AGAIN)
        last = one
    if last is None:
        raise CollectionError(f"{file.name}: holds no export", remedy=AGAIN)
    return last

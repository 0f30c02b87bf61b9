"""What one source asked and how it was answered: its rows of table ``coverage``.

Rules kept here: a row for each call of an account and region, with the worst of its answers; ``read_files`` rows say of
each cell, and of the whole, how much was read (resources, where the source lists any, for that is what is held against
them), so that rows lost later are missed; a cell is as old as its first answer, and no better than the calls that fill
it: those of its region, or of its account or of all where the source is asked once for them, and all where nobody was
asked there, for then another place told of it.
"""

from __future__ import annotations

import hashlib
import threading
from collections import Counter, defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from auditor_collectors.aws import status
from auditor_collectors.batches import coverage
from auditor_collectors.values import instant

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from auditor.collector import CollectContext
    from auditor_collectors.aws.operation import Place
    from auditor_collectors.aws.recording import Entry, Key

LISTED = "resources"
TOLD = "source_answers"
MOST_DETAIL = 1000


class Tally:
    """The answers of one source, each once, and how many rows came of them; several threads may add."""

    def __init__(self, reach: str) -> None:
        self._reach = reach
        self._lock = threading.Lock()
        self._answers: dict[Key, Entry] = {}
        self._rows: Counter[str] = Counter()
        self._listed: Counter[tuple[str, str]] = Counter()
        self._told: dict[tuple[str, str, str, datetime], set[str]] = defaultdict(set)

    def answered(self, entry: Entry) -> None:
        """Note an answer."""
        with self._lock:
            self._answers[entry.key()] = entry

    def found(self, table: str, row: dict[str, Any]) -> None:
        """Note a row."""
        with self._lock:
            self._rows[table] += 1
            if table == LISTED:
                self._listed[row["account"], row["region"]] += 1
            if table == TOLD and row["status"] != "ok":
                self._told[row["account"], row["region"], row["call"], row["answered_at"]].add(row["status"])

    def rows(self, places: Sequence[Place], context: CollectContext) -> list[dict[str, Any]]:
        """Return the coverage of all that was asked."""
        cells: dict[tuple[str, str], list[Entry]] = defaultdict(list)
        calls: dict[tuple[str, str, str], list[Entry]] = defaultdict(list)
        for _, entry in sorted(self._answers.items()):
            one = self._read(entry)
            cells[one.account, one.region].append(one)
            calls[one.account, one.region, one.call].append(one)
        everything = [one for found in cells.values() for one in found]
        total = self._listed.total() or self._rows.total()
        result = [_row(everything, total, context, account="", region="")]
        for account, region in sorted({*cells, *self._listed, *((one.account, one.region) for one in places)}):
            filled = list(self._filling(account, region, everything)) or everything
            result.append(_row(filled, self._listed[account, region], context, account=account, region=region))
        for (account, region, call), answers in sorted(calls.items()):
            records = sum(one.records for one in answers)
            row = _row(answers, records, context, account=account, region=region)
            result.append(row | {"call": call})
        return result

    def _read(self, entry: Entry) -> Entry:
        """Return an answer with the status that its content gives it, where that is worse than how it came."""
        told = self._told.get((entry.account, entry.region, entry.call, instant(entry.answered_at)))
        if entry.status != "ok" or not told:
            return entry
        return replace(entry, status=status.worst(told), error="by its content")

    def _filling(self, account: str, region: str, everything: Iterable[Entry]) -> Iterable[Entry]:
        for one in everything:
            own = one.account == account and (one.region == region or self._reach == "account")
            if own or self._reach == "organization":
                yield one


def _row(
    answers: Sequence[Entry], records: int, context: CollectContext, *, account: str, region: str
) -> dict[str, Any]:
    digests = "".join(f"{digest}\n" for one in answers for digest in one.raw_sha256)
    row = coverage(
        context,
        pages=sum(len(one.pages) for one in answers),
        records=records,
        sha256=hashlib.sha256(digests.encode()).hexdigest(),
        account=account,
        region=region,
        detail=_detail(answers),
    )
    return row | {
        "status": status.worst(one.status for one in answers),
        "available_at": min((instant(one.answered_at) for one in answers), default=None),
        "request_ids": ",".join(dict.fromkeys(name for one in answers for name in one.request_ids)) or None,
        "duration_us": sum(one.duration_us for one in answers),
        "retries": sum(one.retries for one in answers),
    }


def _detail(answers: Sequence[Entry]) -> str | None:
    """Return which calls were not answered, and by which error."""
    said = Counter(
        f"{one.call} {one.status}" + (f" ({one.error})" if one.error else "") for one in answers if one.status != "ok"
    )
    text = "; ".join(f"{what}, {count} times" if count > 1 else what for what, count in sorted(said.items()))
    return text[:MOST_DETAIL] or None

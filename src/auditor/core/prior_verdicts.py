"""What earlier runs of a release decided, as the next run knows it: a trigger that fired once stays fired.

Rules kept here: a run hands on what it was handed (``history`` of its ``decisions.json``), one row that it was made,
and one row for each of its latched lines; what two runs hand on of a third must be the same; the rows have one order.
Whether a run was sealed by who may, and is of this release, is ``auditor.shell.prior_runs``.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from auditor.model import epoch_us, isoformat

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

Row = dict[str, Any]
WHOLE_RUN = "run"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class HistoriesDifferError(ValueError):
    """Two runs tell different things of a third."""


def handed_on(statement: str, document: Mapping[str, Any]) -> list[Row]:
    """Return the rows of table ``prior_verdicts`` that the run with that statement hands on.

    ``document`` is its ``decisions.json``, whose form was checked.
    """
    own = {"run": statement, "profile": document["profile"]["id"], "as_of": _us(document["asOf"])}
    latched = [
        own | {name: line[name] for name in ("line", "verdict", "reason")}
        for line in document["lines"]
        if line["latched"]
    ]
    return [
        *map(_row, document["history"]),
        own | {"line": WHOLE_RUN, "verdict": document["result"], "reason": ""},
        *latched,
    ]


def merged(handed: Iterable[Sequence[Row]]) -> list[Row]:
    """Return what several runs hand on as one table.

    Raises:
        HistoriesDifferError: two of them tell different things of a run.
    """
    runs: dict[str, dict[str, Row]] = {}
    for rows in handed:
        told: dict[str, dict[str, Row]] = {}
        for row in rows:
            told.setdefault(row["run"], {})[row["line"]] = row
        for run, lines in told.items():
            if runs.setdefault(run, lines) != lines:
                raise HistoriesDifferError(f"two runs tell different things of run {run[:16]}")
    return sorted((row for lines in runs.values() for row in lines.values()), key=_order)


def history_document(rows: Iterable[Row]) -> list[dict[str, str]]:
    """Return the rows as ``decisions.json`` holds them."""
    return [
        {
            "run": row["run"],
            "profile": row["profile"],
            "asOf": isoformat(EPOCH + timedelta(microseconds=row["as_of"])),
            "line": row["line"],
            "verdict": row["verdict"],
            "reason": row["reason"],
        }
        for row in rows
    ]


def place_rows(ledger: str, sequence: int, previous: str | None) -> list[Row]:
    """Return the row of table ``ledger_places``."""
    return [{"ledger": ledger, "sequence": sequence, "previous": previous}]


def _row(member: Mapping[str, Any]) -> Row:
    values = {name: member[name] for name in ("run", "profile", "line", "verdict", "reason")}
    return values | {"as_of": _us(member["asOf"])}


def _us(instant: str) -> int:
    return epoch_us(datetime.fromisoformat(instant))


def _order(row: Row) -> tuple[int, str, str]:
    return row["as_of"], row["run"], row["line"]

"""The completed checklist: the document that decides a release, each of its boxes filled in from what was decided.

Rules kept here: every row of the document stays, in its place, so that it can be compared with the original; a box is
ticked for a pass and for nothing else, a trigger says whether it fired, and everything else stays empty and says why; a
tick that the document itself printed beside a line that did not pass is taken away; names and dates are filled in from
what people signed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from auditor.model import isoformat

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from auditor.core.summary import LineEntry

BOX = "[ ]"
CHOICE = "[ ] GO [ ] NO-GO"
TICK = " ✓"
OTHER_STATUS = "other_status"  # not ticked: of the three statuses one is, and nobody signs that the others do not apply
# Where the document leaves room to write: escaped underscores between asterisks, as Markdown editors leave them.
ROOM = re.compile(r"\*{2,}(?:\\_)+\*{2,}")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
CHOSEN = {"go_recorded": "[x] GO [ ] NO-GO", "no_go_recorded": "[ ] GO [x] NO-GO"}


@dataclass(frozen=True, slots=True)
class ChecklistEntry:
    """One line of the document as decided. ``row`` is where it is printed, from 1; ``signed`` are (person, instant).

    ``traffic`` is what kinds of traffic other than live it was decided on, by the profile.
    """

    row: int
    number: str
    line: str
    title: str
    verdict: str
    reason: str
    box: str
    why: tuple[str, ...]
    provisional: bool
    signed: tuple[tuple[str, str], ...]
    traffic: tuple[str, ...] = ()

    def document(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {
            "number": self.number,
            "row": self.row,
            "line": self.line,
            "title": self.title,
            "verdict": self.verdict,
            "reason": self.reason,
            "box": self.box,
            "why": list(self.why),
            "provisional": self.provisional,
            "traffic": list(self.traffic),
            "signed": [{"person": person, "signedAt": at} for person, at in self.signed],
        }


def checklist_entries(
    rows: Mapping[str, int],
    document: Mapping[str, Any],
    entries: Sequence[LineEntry],
    sign_offs: Sequence[Mapping[str, Any]] = (),
    traffic: Mapping[str, Sequence[str]] = MappingProxyType({}),
) -> tuple[ChecklistEntry, ...]:
    """Return an entry for each printed line, in the order of the document.

    ``rows`` maps the id of a line to its row, ``document`` is the parsed ``decisions.json`` and ``entries`` are its
    lines as they are worded for people; ``sign_offs`` are the rows of that table; ``traffic`` are
    the kinds of traffic other than live that a line was decided on.
    """
    lines = {line["line"]: line for line in document["lines"]}
    found = []
    for entry in entries:
        row = rows.get(entry.line)
        if row is None:
            continue
        line = lines[entry.line]
        found.append(
            ChecklistEntry(
                row=row,
                number=line["checklist"][0],
                line=entry.line,
                title=entry.title,
                verdict=entry.verdict,
                reason=line["reason"],
                box=BOX if line["reason"] == OTHER_STATUS else entry.mark,
                why=entry.why,
                provisional=line["provisional"],
                signed=_signed(entry.line, lines, document["findings"], sign_offs),
                traffic=tuple(traffic.get(entry.line, ())),
            )
        )
    return tuple(sorted(found, key=lambda one: one.row))


def fill_in(text: str, entries: Sequence[ChecklistEntry], link: str) -> str:
    """Return the document with every entry filled in; ``link`` is where a line's evidence is shown, before its id."""
    rows = text.splitlines()
    noted: dict[int, str] = {}
    for entry in entries:
        row, note = rows[entry.row - 1], _note(entry, link)
        if row.startswith("#"):  # a heading keeps its words, for tables of contents point at them
            noted[entry.row] = note
        else:
            rows[entry.row - 1] = f"{_boxed(row, entry)} — {note}"
    lines = []
    for number, row in enumerate(rows, start=1):
        lines.append(row.rstrip() if number not in noted else f"{row}\n\n> {noted[number]}")
    return "\n".join(lines) + "\n"


def _boxed(row: str, entry: ChecklistEntry) -> str:
    if CHOICE in row:
        return row.replace(CHOICE, CHOSEN.get(entry.reason, CHOICE))
    row = row.replace(BOX, entry.box if entry.box.startswith("[") else f"[{entry.box}]", 1)
    if entry.verdict != "pass":
        row = row.removesuffix(TICK)
    for value in _values(entry):
        row = ROOM.sub(value.replace("\\", "\\\\"), row, count=1)
    return row.rstrip()


def _values(entry: ChecklistEntry) -> tuple[str, ...]:
    """Return what is written where the document leaves room: who signed and when, else nothing."""
    if not entry.signed:
        return ()
    person, at = entry.signed[0]
    return (at,) if entry.title.startswith("Timestamp") else (person, at)


def _note(entry: ChecklistEntry, link: str) -> str:
    provisional = ", provisional until its sources have settled" if entry.provisional else ""
    traffic = f", on {' and '.join(entry.traffic)} traffic" if entry.traffic else ""
    why = "; ".join(one.replace("\n", " ") for one in entry.why)
    verdict = f"**{entry.verdict.replace('_', ' ')}**{traffic}{provisional}"
    return f"{verdict}{': ' if why else ''}{why} [{entry.line}]({link}{entry.line})"


def _signed(
    name: str,
    lines: Mapping[str, Mapping[str, Any]],
    findings: Sequence[Mapping[str, Any]],
    sign_offs: Sequence[Mapping[str, Any]],
) -> tuple[tuple[str, str], ...]:
    """Return who signed what the findings of the line are about, and has not withdrawn it, in order of time."""
    closure = closure_of(name, lines)
    about = {
        (one["evidence"].get("line", one["resource"]), one["evidence"].get("role"))
        for one in findings
        if one["line"] in closure
    }
    found = {
        (row["signed_at"], row["person"])
        for row in sign_offs
        if row["withdrawn_at"] is None and {(row["line"], row["role"]), (row["line"], None)} & about
    }
    return tuple((person, isoformat(EPOCH + timedelta(microseconds=at))) for at, person in sorted(found))


def closure_of(name: str, lines: Mapping[str, Mapping[str, Any]]) -> frozenset[str]:
    """Return a line of parsed decisions with all its members."""
    waiting, seen = [name], set()
    while waiting:
        one = waiting.pop()
        if one not in seen:
            seen.add(one)
            waiting += lines[one]["members"]
    return frozenset(seen)

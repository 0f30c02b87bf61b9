"""Where a release stands: what blocks its next gate, who owes which signature, and what is not known yet.

Rules kept here: everything is read from the decisions of the latest run and from the lines' own windows, so that the
page says nothing that the run did not; what nobody can know yet is kept apart from what somebody should have done.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from auditor.core.summary import LineEntry

    Windows = Mapping[str, tuple[str, str | None]]

SIGNED_BY, RECORDED, MADE_BY = "approvals.signed_by_role", "decisions.recorded", "decisions.made_by_role"
OWED = frozenset(
    {"unsigned", "decision_missing", "not_elapsed", "approval_withdrawn", "approval_expired", "other_role"}
)
NOT_ELAPSED = "not_elapsed"
SLOT = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class OwedSignature:
    """A signature that is missing: of ``role`` on ``line``, that counts from ``opens`` until before ``closes``.

    Instants are RFC 3339; ``opens`` is None where it is not known yet, ``closes`` where there is no end, or none that
    is known. ``decision``: GO or NO-GO is asked, not an approval.
    """

    line: str
    number: str
    title: str
    role: str
    opens: str | None
    closes: str | None
    decision: bool

    def is_open(self, now: datetime) -> bool:
        """Say whether it may be signed at ``now``."""
        return self.opens is not None and _instant(self.opens) <= now and not self.is_over(now)

    def is_over(self, now: datetime) -> bool:
        """Say whether it is too late to sign."""
        return self.closes is not None and _instant(self.closes) <= now


@dataclass(frozen=True, slots=True)
class PendingLine:
    """A line that cannot be known yet; ``known_at`` is the end of its window, None while that is not known itself."""

    line: str
    number: str
    title: str
    known_at: str | None


@dataclass(frozen=True, slots=True)
class BlockingLine:
    """A line that keeps a gate from its go, and why."""

    line: str
    number: str
    title: str
    verdict: str
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReleaseStatus:
    """The page: ``gate`` is the first one that is no go, None when all are; ``status`` and ``rule`` of the release."""

    as_of: str
    status: str | None
    rule: str
    gates: tuple[tuple[str, str, str], ...]
    gate: str | None
    blocking: tuple[BlockingLine, ...]
    owed: tuple[OwedSignature, ...]
    pending: tuple[PendingLine, ...]
    provisional: tuple[str, ...]

    @property
    def known_next(self) -> str | None:
        """Return the earliest instant at which something more can be known."""
        return min((one.known_at for one in self.pending if one.known_at), default=None)


def release_status(document: Mapping[str, Any], entries: Sequence[LineEntry]) -> ReleaseStatus:
    """Return where the release of parsed ``decisions.json`` stands; ``entries`` are its lines in words."""
    lines = {line["line"]: line for line in document["lines"]}
    words = {entry.line: entry for entry in entries}
    windows = _windows(document["findings"], document["asOf"])
    gate = next((one for one in document["gates"] if one["kind"] == "go_no_go" and one["decision"] != "go"), None)
    status = next((one for one in document["gates"] if one["kind"] == "status"), None)
    owed = tuple(_owed(lines, windows))
    signatures = {one.line for one in owed}
    return ReleaseStatus(
        as_of=document["asOf"],
        status=status["decision"] if status else None,
        rule=status["rule"] if status else "",
        gates=tuple((one["gate"], one["title"], one["decision"]) for one in document["gates"]),
        gate=gate["gate"] if gate else None,
        blocking=tuple(_blocking(gate["lines"], lines, words)) if gate else (),
        owed=owed,
        pending=tuple(_pending(lines, windows, signatures)),
        provisional=tuple(name for name, line in lines.items() if line["provisional"] and line["checklist"]),
    )


def _windows(findings: Iterable[Mapping[str, Any]], as_of: str) -> Windows:
    """Return the window of each line; of one that goes on with the as-of no end is known."""
    moment = _instant(as_of)
    found: dict[str, tuple[str, str | None]] = {}
    for one in findings:
        if one["window"]:
            end = one["window"]["end"]
            goes_on = moment <= _instant(end) <= moment + SLOT
            found[one["line"]] = (one["window"]["start"], None if goes_on else end)
    return found


def _owed(lines: Mapping[str, Mapping[str, Any]], windows: Windows) -> Iterable[OwedSignature]:
    deciders = {
        one["parameters"]["line"]: one["parameters"]["role"]
        for line in lines.values()
        for one in line["controls"]
        if one["control"] == MADE_BY
    }
    for name, line in lines.items():
        if line["verdict"] != "inconclusive" or line["reason"] not in OWED or not line["controls"]:
            continue
        own = line["controls"][0]
        if own["control"] not in {SIGNED_BY, RECORDED}:
            continue
        signed = own["parameters"]["line"]
        role = own["parameters"].get("role") or deciders.get(signed, "")
        opens, closes = windows.get(name, (None, None))
        number = next(iter(line["checklist"]), "")
        yield OwedSignature(signed, number, line["title"], role, opens, closes, own["control"] == RECORDED)


def _pending(
    lines: Mapping[str, Mapping[str, Any]],
    windows: Windows,
    signatures: frozenset[str] | set[str],
) -> Iterable[PendingLine]:
    for name, line in lines.items():
        if line["reason"] == NOT_ELAPSED and line["controls"] and name not in signatures:
            known = windows.get(name)
            yield PendingLine(name, next(iter(line["checklist"]), ""), line["title"], known[1] if known else None)


def _blocking(
    names: Sequence[str], lines: Mapping[str, Mapping[str, Any]], words: Mapping[str, LineEntry]
) -> Iterable[BlockingLine]:
    """Yield the lines without members, under ``names``, that are neither a pass nor out of the question."""
    waiting, seen = list(reversed(names)), set()
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        line = lines[name]
        if line["verdict"] in {"pass", "not_applicable"}:
            continue
        waiting += reversed(line["members"])
        if not line["members"]:
            entry = words[name]
            yield BlockingLine(name, next(iter(line["checklist"]), ""), entry.title, entry.verdict, entry.why)


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)

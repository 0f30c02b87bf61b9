"""The form of a profile: its lines, groups and gates, what is declared of sources, and the windows of lines.

Rules kept here: a line binds exactly one control, or has members, or is decided elsewhere (by a status gate, or at
verification); a window is a whole number of 10 s slots from its anchors, so that counting by slots stays exact; unknown
keys are refused and values never coerced.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field, model_validator

from auditor.adapters.policies.metadata import Strict
from auditor.model import Window, epoch_us

if TYPE_CHECKING:
    from collections.abc import Mapping

SLOT_SECONDS = 10
AS_OF = "as_of"
LINE_ID = r"^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*$"
ANCHOR = r"^[a-z][a-z0-9_]*$"

DecidedBy = Literal["status", "verification"]


class LineWindow(Strict):
    """A half-open window from one anchor to another (the same by default), in whole 10 s slots.

    ``or_as_of``: while an anchor is not known yet, the as-of stands for it.
    """

    anchor: str = Field(pattern=ANCHOR)
    start_seconds: int = Field(multiple_of=SLOT_SECONDS)
    end_anchor: str | None = Field(default=None, pattern=ANCHOR)
    end_seconds: int = Field(multiple_of=SLOT_SECONDS)
    or_as_of: bool = False

    @model_validator(mode="after")
    def _ordered(self) -> LineWindow:
        if self.anchors == {self.anchor} and self.end_seconds <= self.start_seconds:
            raise ValueError(f"ends at {self.end_seconds} s, not after its start at {self.start_seconds} s")
        return self

    @property
    def anchors(self) -> set[str]:
        """Return the names of its anchors."""
        return {self.anchor, self.end_anchor or self.anchor}

    def at(
        self, as_of: datetime, shift_seconds: int = 0, anchors: Mapping[str, datetime] | None = None
    ) -> Window | None:
        """Return the window, shifted by ``shift_seconds``; None while an anchor is not known, or it has no length.

        ``anchors`` are the instants of the anchors that are known at ``as_of``; they are rounded down to a slot.
        """
        known = {**(anchors or {}), AS_OF: as_of}
        instants = [
            known.get(one, as_of if self.or_as_of else None) for one in (self.anchor, self.end_anchor or self.anchor)
        ]
        if None in instants:
            return None
        start, end = (_floored(one) for one in instants if one is not None)
        start += timedelta(seconds=self.start_seconds + shift_seconds)
        end += timedelta(seconds=self.end_seconds + shift_seconds)
        return Window(start, end) if start < end else None


def _floored(moment: datetime) -> datetime:
    return moment - timedelta(microseconds=epoch_us(moment) % (SLOT_SECONDS * 1_000_000))


class Line(Strict):
    """One line: a control bound with parameters and a window, or a group of member lines, or decided elsewhere.

    ``checklist`` are the numbers of the document's lines that it decides, and ``at`` the row of the document where it
    is printed. ``with`` names shared sets of parameters. ``settles_seconds``: a pass is provisional until so long
    after its window's end. ``latched``: its verdict is handed to the runs after this one. ``when``: it applies only
    if one of these lines fails.
    """

    id: str = Field(pattern=LINE_ID)
    title: str = Field(min_length=1)
    checklist: list[str] = Field(default_factory=list)
    at: int | None = Field(default=None, ge=1)
    control: str | None = None
    window: LineWindow | None = None
    reads: list[str] = Field(default_factory=list)
    shared: list[str] = Field(default_factory=list, alias="with")
    parameters: dict[str, Any] = Field(default_factory=dict)
    members: list[str] = Field(default_factory=list)
    when: list[str] = Field(default_factory=list)
    settles_seconds: int = Field(default=0, ge=0)
    latched: bool = False
    decided_by: DecidedBy | None = None
    sign_off: str | None = Field(default=None, pattern=LINE_ID)
    role: str | None = Field(default=None, min_length=1)
    status: Literal["successful", "partial", "failed"] | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> Line:
        kinds = [self.control is not None, bool(self.members), self.decided_by is not None]
        if sum(kinds) != 1:
            raise ValueError("needs either a control or members or decided_by, not several and not none")
        if self.control is not None and self.window is None:
            raise ValueError("binds a control, so it needs a window")
        if self.id == "run":
            raise ValueError("cannot be a line: to those who sign, and to later runs, it is the whole run")
        if (self.status is not None) != (self.decided_by == "status"):
            raise ValueError("a line that a status gate decides, and no other, says which status it is")
        if (self.sign_off is not None) != (self.decided_by == "verification") or (self.role and not self.sign_off):
            raise ValueError("a line that is decided at verification, and no other, says which sign-off decides it")
        if self.at is not None and not self.checklist:
            raise ValueError("is printed in the document, so it says which of its lines it decides")
        return self


class Gate(Strict):
    """A named set of lines with a decision of ``kind`` (a policy under gates/).

    A go/no-go point may wait ``settle_seconds`` after the anchor ``after``. Of a status: ``hard`` are lines that may
    not fail, ``triggers`` those that fire, ``no_go`` those that say that somebody decided against it, ``executed``
    those that fail when a rollback was done.
    """

    id: str = Field(pattern=LINE_ID)
    title: str = Field(min_length=1)
    kind: Literal["go_no_go", "rollback", "status"]
    lines: list[str] = Field(min_length=1)
    after: str | None = Field(default=None, pattern=ANCHOR)
    settle_seconds: int = Field(default=0, ge=0)
    hard: list[str] = Field(default_factory=list)
    triggers: list[str] = Field(default_factory=list)
    no_go: list[str] = Field(default_factory=list)
    executed: list[str] = Field(default_factory=list)

    @model_validator(mode="after")
    def _of_its_kind(self) -> Gate:
        named = bool(self.hard or self.triggers or self.no_go or self.executed)
        if named != (self.kind == "status"):
            raise ValueError("a status, and no other gate, names lines that are hard, triggers, no_go and executed")
        if self.settle_seconds and self.after is None:
            raise ValueError("settles after nothing: name the anchor as after")
        return self

    @property
    def named(self) -> list[str]:
        """Return every line that the gate names."""
        return [*self.lines, *self.hard, *self.triggers, *self.no_go, *self.executed]


class Source(Strict):
    """What the profile's approver declares about a source: its clock, and what kind of traffic it holds."""

    clock_skew_seconds: int = Field(default=0, ge=0, multiple_of=SLOT_SECONDS)
    traffic: Literal["live", "canary", "synthetic"] | None = None


class ProfileDocument(Strict):
    """The document ``profiles/<id>.toml``, or the files of ``profiles/<id>/`` put together.

    ``checklist`` is the file, beside them, of the document that the lines fill in; ``anchors`` are the instants other
    than the as-of that windows may start from.
    """

    id: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    version: int = Field(ge=1)
    title: str
    validity_seconds: int = Field(gt=0)
    checklist: str | None = Field(default=None, pattern=r"^[a-z0-9][a-z0-9._-]*\.md$")
    anchors: list[str] = Field(default_factory=list)
    sources: dict[str, Source]
    shared: dict[str, dict[str, Any]] = Field(default_factory=dict)
    lines: list[Line] = Field(min_length=1)
    gates: list[Gate] = Field(min_length=1)

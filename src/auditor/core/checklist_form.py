"""The form of ``checklist.json``, the completed checklist as machines read it: what its published schema says.

Rules kept here: members are exactly those that ``auditor.core.checklist`` and its report write.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from auditor.core.decisions_form import ProfileForm, Reason, VerdictWord
from auditor.core.statement import Exact, Instant, ScopeMember, VersionOne

Traffic = Literal["synthetic", "canary"]
Box = Literal["[x]", "[ ]", "[n/a]", "not fired", "FIRED"]


class SignedForm(Exact):
    """Who signed for a line, and when by their own statement."""

    person: str
    signedAt: Instant


class StatusForm(Exact):
    """The status of the release, and the rule that gave it."""

    status: Literal["successful", "partial", "failed"]
    rule: str


class EntryForm(Exact):
    """One printed line: ``row`` is where the document prints it, from 1; ``number`` is its own."""

    number: Annotated[str, Field(min_length=1)]
    row: int = Field(ge=1)
    line: str
    title: str
    verdict: VerdictWord
    reason: Reason
    box: Box
    why: list[str]
    provisional: bool
    traffic: list[Traffic]
    signed: list[SignedForm]


class ChecklistForm(Exact):
    """The whole document; ``status`` is null in a profile that gives none."""

    schemaVersion: VersionOne
    scope: ScopeMember
    asOf: Instant
    profile: ProfileForm
    status: StatusForm | None
    lines: list[EntryForm]

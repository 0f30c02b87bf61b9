"""What people sign: sign-offs, waivers with their approval, and adjudications of a trigger that fired.

Rules kept here: a statement is about a release and about a run that was sealed before it, named by its digest; it says
who speaks, in which role, and what was shown to them; a waiver names one control and one resource, never a pattern, and
ends; whoever approves a waiver signs a statement of their own. Whether a key may say so is ``auditor.core.authority``;
what becomes of the statements is ``auditor.core.evidence``.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from auditor.core.statement import PREDICATE_BASE, Digest, Exact, Instant, ScopeMember, VersionOne

SIGN_OFF = f"{PREDICATE_BASE}/sign-off/v1"
WAIVER = f"{PREDICATE_BASE}/waiver/v1"
WAIVER_APPROVAL = f"{PREDICATE_BASE}/waiver-approval/v1"
ADJUDICATION = f"{PREDICATE_BASE}/adjudication/v1"

ADJUDICATOR = "security"
MAX_COMMENT = 4000
ASSENT = frozenset({"APPROVED", "GO"})
DISSENT = frozenset({"REJECTED", "NO-GO"})
NOT_APPLICABLE = "NOT_APPLICABLE"  # neither: who signs it says why in the comment

Name = Annotated[str, Field(min_length=1, max_length=200)]
Comment = Annotated[str, Field(max_length=MAX_COMMENT)]
Reason = Annotated[str, Field(min_length=1, max_length=MAX_COMMENT)]
Exactly = Annotated[str, Field(min_length=1, max_length=2000, pattern=r"^[^*?\n]+$")]
Decision = Literal["APPROVED", "REJECTED", "NOT_APPLICABLE", "WITHDRAWN", "GO", "NO-GO"]


class ShownMember(Exact):
    """What the person was shown of the run: its result, and how many lines failed or were not decided."""

    result: Literal["pass", "fail", "inconclusive", "not_applicable"]
    failed: int = Field(ge=0)
    inconclusive: int = Field(ge=0)
    summary: Digest


class _Said(Exact):
    """Members of every statement of a person. ``run`` is the digest of the statement of the run it is about."""

    schemaVersion: VersionOne
    scope: ScopeMember
    run: Digest
    person: Name
    role: Name
    timeSigned: Instant


class SignOffPredicate(_Said):
    """A decision on a line, a gate, or a whole run (``line`` is then ``run``).

    ``acknowledges`` are the other runs of the release that failed, were given up or are open, of which the person was
    told: statements of runs, or of run-started leaves, in order.
    """

    line: Name
    decision: Decision
    withdraws: Digest | None
    acknowledges: list[Digest]
    shown: ShownMember
    comment: Comment
    validUntil: Instant

    @model_validator(mode="after")
    def _whole(self) -> SignOffPredicate:
        if (self.decision == "WITHDRAWN") != (self.withdraws is not None):
            raise ValueError("WITHDRAWN, and nothing else, names the sign-off that it withdraws")
        if sorted(set(self.acknowledges)) != self.acknowledges:
            raise ValueError("acknowledges is not sorted, each once")
        if self.decision == NOT_APPLICABLE and not self.comment.strip():
            raise ValueError("NOT_APPLICABLE needs the reason, as its comment")
        _ordered("validUntil", self.validUntil, "timeSigned", self.timeSigned)
        return self


class WaiverPredicate(_Said):
    """A finding that is accepted for a time: of one release, control and resource, under one set of policies."""

    control: Exactly
    resource: Exactly
    policyDigest: Digest
    reason: Reason
    notBefore: Instant
    expiry: Instant

    @model_validator(mode="after")
    def _ends(self) -> WaiverPredicate:
        _ordered("expiry", self.expiry, "notBefore", self.notBefore)
        return self


class WaiverApprovalPredicate(_Said):
    """The consent of another person to a waiver, named by the digest of its statement."""

    waiver: Digest
    comment: Comment


class AdjudicationPredicate(_Said):
    """Security's finding that a trigger fired through no fault of the release. The firing stays visible."""

    line: Name
    control: Exactly
    resource: Exactly
    decision: Literal["FALSE_POSITIVE"]
    reason: Reason


MODELS: dict[str, type[Exact]] = {
    SIGN_OFF: SignOffPredicate,
    WAIVER: WaiverPredicate,
    WAIVER_APPROVAL: WaiverApprovalPredicate,
    ADJUDICATION: AdjudicationPredicate,
}
KINDS = {
    SIGN_OFF: "sign-off",
    WAIVER: "waiver",
    WAIVER_APPROVAL: "waiver",
    ADJUDICATION: "adjudication",
}

PersonPredicate = SignOffPredicate | WaiverPredicate | WaiverApprovalPredicate | AdjudicationPredicate


def leaf_kind(predicate: PersonPredicate, predicate_type: str) -> str:
    """Return the kind of ledger leaf of a person's statement."""
    if isinstance(predicate, SignOffPredicate) and predicate.decision == "WITHDRAWN":
        return "withdrawal"
    return KINDS[predicate_type]


def run_subject(bundle_id: str, statement: str) -> list[dict[str, Any]]:
    """Return the subject of a statement about the run of bundle ``bundle_id`` whose statement has that SHA-256."""
    return [{"name": bundle_id, "digest": {"sha256": statement}}]


def _ordered(late: str, later: str, early: str, earlier: str) -> None:
    if datetime.fromisoformat(later) <= datetime.fromisoformat(earlier):
        raise ValueError(f"{late} is not after {early}")

"""What is approved for a gate, and how an approval ends.

Rules kept here: approving twice changes nothing; an approval that is replaced or withdrawn is ended and stays, because
what was decided under it stays decided.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from auditor.core.trust import (
    ControlApproval,
    Dated,
    GateApproval,
    PackApproval,
    PolicyApproval,
    ProfileApproval,
    SignOffMember,
)
from auditor.core.trust_revision import change_environment, end, ended_at, find_environment, formed
from auditor.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from auditor.core.authority import Triple
    from auditor.core.trust import TrustPolicy
    from auditor.core.trust_revision import Period


class Approved(NamedTuple):
    """What is approved for a gate: profile, digest of all policies, controls, compiled pack, and who signs what."""

    profile: str
    policy_digest: str
    controls: Sequence[str]
    triple: Triple
    sign_offs: Sequence[tuple[str, str]] = ()


def approve(
    policy: TrustPolicy, environment: str, gate: str, approved: Approved, period: Period, *, replace: bool = False
) -> TrustPolicy:
    """Return ``policy`` with ``approved`` added to a gate; ``replace`` ends what was approved for it before."""
    members = find_environment(policy, environment).gates
    empty = formed(
        GateApproval,
        f"gate {gate!r}",
        gate=gate,
        **{one: [] for one in ("profiles", "policyDigests", "mandatoryControls", "signOffs", "triples")},
    )
    before = next((one for one in members if one.gate == gate), empty)
    dates = period.members
    triple = approved.triple
    wanted: dict[str, list[Dated]] = {
        "profiles": [formed(ProfileApproval, "the profile", id=approved.profile, **dates)],
        "policyDigests": [formed(PolicyApproval, "the policies", sha256=approved.policy_digest, **dates)],
        "mandatoryControls": [
            formed(ControlApproval, f"control {one!r}", control=one, **dates) for one in sorted(set(approved.controls))
        ],
        "triples": [formed(PackApproval, "the compiled pack", **triple._asdict(), **dates)],
        "signOffs": [
            formed(SignOffMember, f"sign-off {line}={role}", line=line, role=role, **dates)
            for line, role in approved.sign_offs
        ],
    }
    ended = {"profiles", "policyDigests", "mandatoryControls", "triples"} if replace else set()
    merged = {
        name: _merged(getattr(before, name), added, period.start, replace=name in ended)
        for name, added in wanted.items()
    }
    after = before.model_copy(update=merged)
    gates = [after if one is before else one for one in members]
    return change_environment(policy, environment, gates=gates if before in members else [*members, after])


def end_approval(
    policy: TrustPolicy, environment: str, gate: str, member: str, matches: Callable[[Any], bool], at: datetime
) -> TrustPolicy:
    """Return ``policy`` in which the approvals of a gate that match hold until ``at``. Raises ``UsageError``."""
    members = find_environment(policy, environment).gates
    before = next((one for one in members if one.gate == gate), None)
    if before is None:
        raise UsageError(f"gate {gate!r} is not in environment {environment!r}")
    what = f"environment {environment!r}, gate {gate!r}: none of {member}"
    after = before.model_copy(update={member: end(getattr(before, member), matches, at, what)})
    return change_environment(policy, environment, gates=[after if one is before else one for one in members])


def _merged(before: Sequence[Dated], wanted: Sequence[Dated], at: datetime, *, replace: bool) -> list[Dated]:
    """Return ``before`` and what of ``wanted`` does not hold already; with ``replace`` the rest of ``before`` ends."""
    values = [_value(one) for one in wanted]
    kept = [ended_at(one, at) if replace and _value(one) not in values else one for one in before]
    open_ones = [_value(one) for one in kept if one.holds(at) and one.notAfter is None]
    return [*kept, *(one for one, value in zip(wanted, values, strict=True) if value not in open_ones)]


def _value(member: Dated) -> dict[str, Any]:
    return member.model_dump(exclude={"notBefore", "notAfter"})

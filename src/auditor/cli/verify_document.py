"""What ``auditor verify --json`` writes: one document, of a bundle that was verified or of one that was refused.

Rules kept here: every member is always there, null where it is not known; a member never changes its meaning.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from auditor.model import isoformat
from auditor.shell.reliance import TrustPolicyReliance

if TYPE_CHECKING:
    from auditor.errors import VerificationError
    from auditor.shell.reliance import Reliance
    from auditor.shell.verify import Verification


def verified_document(done: Verification, relying: Reliance) -> dict[str, Any]:
    """Return what was verified. ``signed.at`` is by a pinned authority's clock, ``signed.stated`` by the signer's."""
    predicate = done.bundle.predicate
    policy = relying if isinstance(relying, TrustPolicyReliance) else None
    standing = None if policy is None else policy.standing
    return {
        "verified": True,
        "code": None,
        "bundle": predicate.bundleId,
        "statement": done.bundle.statement,
        "scope": predicate.scope.model_dump(),
        "asOf": predicate.asOf,
        "validUntil": predicate.validUntil,
        "result": predicate.result,
        "gates": [_gate(gate.model_dump(), policy) for gate in predicate.gates],
        "signed": {
            "keyId": done.key_id,
            "at": None if standing is None else isoformat(standing.signed_at),
            "stated": predicate.timeCreated,
        },
        "trust": None if policy is None else _trust(policy),
        "ledger": None if policy is None else _ledger(policy),
        "replay": {"decidedAgain": done.replayed, "recompiledWith": done.recompiled},
        "isolation": list(done.isolation),
        "notes": list(done.notes),
    }


def refused_document(error: VerificationError) -> dict[str, Any]:
    """Return why something was refused; ``code`` is its stable name (docs/refusals.md)."""
    return {"verified": False, "code": error.code, "message": error.message, "remedy": error.remedy}


def _gate(gate: dict[str, Any], policy: TrustPolicyReliance | None) -> dict[str, Any]:
    """Say with a gate whether the trust policy approved what decided it; null without one."""
    unapproved = None
    if policy is not None and policy.standing is not None:
        why = policy.standing.unapproved.get(gate["gate"])
        unapproved = None if why is None else {"code": why.code, "message": why.message}
    return gate | {"approved": None if policy is None else unapproved is None, "unapproved": unapproved}


def _trust(policy: TrustPolicyReliance) -> dict[str, Any]:
    return {"id": policy.trust.policy.id, "version": policy.trust.policy.version, "statement": policy.trust.digest}


def _ledger(policy: TrustPolicyReliance) -> dict[str, Any] | None:
    if policy.ledger is None:
        return None
    verified = policy.ledger.verified
    return {
        "origin": policy.ledger.view.origin,
        "size": verified.checkpoint.size,
        "anchoredAt": verified.anchored,
        "witnesses": sorted(verified.cosigned),
    }

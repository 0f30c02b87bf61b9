"""Whether what decided each gate of a run was approved by a trust policy, for that environment, then."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from auditor.core.authority import gate_approval
from auditor.core.decisions import gate_controls
from auditor.errors import VerificationError

if TYPE_CHECKING:
    from datetime import datetime

    from auditor.adapters.trust.reader import LoadedTrust
    from auditor.core.authority import Triple


def unapproved_gates(
    trust: LoadedTrust, document: dict[str, Any], policy_digest: str, triple: Triple, at: datetime
) -> dict[str, VerificationError]:
    """Return why each gate of a run's decisions is not approved; nothing for a gate that is."""
    refused: dict[str, VerificationError] = {}
    for gate in document["gates"]:
        try:
            gate_approval(
                trust.policy,
                document["scope"]["environment"],
                gate["gate"],
                profile_id=document["profile"]["id"],
                policy_digest=policy_digest,
                controls=gate_controls(document, gate["gate"]),
                triple=triple,
                at=at,
            )
        except VerificationError as error:
            refused[gate["gate"]] = error
    return refused

"""Which signatures a sealed run still waits for: of the bundle, what was signed since, and the trust policy.

Rules kept here: a sealed bundle never changes, so this is computed each time; what was owed is judged as of the run's
own time, and a sign-off that stood then, or came later, counts for as long as it is not withdrawn.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.core.authority import gate_of, required_sign_offs
from auditor.core.people import ASSENT
from auditor.errors import VerificationError
from auditor.shell.statements import build_evidence, filed_envelopes

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from auditor.adapters.bundle.reader import CheckedBundle
    from auditor.adapters.ledger.reader import LedgerView
    from auditor.adapters.trust.reader import LoadedTrust


def owed_sign_offs(bundle: CheckedBundle, trust: LoadedTrust, view: LedgerView, at: datetime) -> Iterator[str]:
    """Say of each gate who signed it off, or against it, and whose signature it awaits.

    Raises:
        VerificationError: a statement in the ledger is spoiled.
    """
    scope = bundle.predicate.scope
    rows = build_evidence(filed_envelopes(view, scope), trust, scope).tables["sign_offs"]
    about = [row for row in rows if row["run"] == bundle.statement and row["withdrawn_at"] is None]
    for gate in bundle.predicate.gates:
        try:
            required = required_sign_offs(gate_of(trust.policy, scope.environment, gate.gate), at)
        except VerificationError:
            continue  # an unapproved gate is told as such
        for line, role in required:
            latest = {row["person"]: row for row in about if (row["line"], row["role"]) == (line, role)}
            signed = [f"{row['person']}: {row['decision']}" for row in latest.values()]
            said = ", ".join(signed)
            if not any(row["decision"] in ASSENT for row in latest.values()):
                said = ", ".join([*signed, "awaiting sign-off"])
            yield f"gate {gate.gate}, line {line}, {role}: {said}"

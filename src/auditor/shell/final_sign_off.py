"""The lines of a run that are decided when it is verified: what people signed over that very run.

Rules kept here: no run can hold a signature over itself, so these lines are open in every bundle and are decided from
the ledger; only a sign-off about this run's statement counts, that the trust policy accepts and nobody withdrew; a
rejection outweighs an approval.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from auditor.model import LineVerdict, Verdict
from auditor.shell.statements import build_evidence, filed_envelopes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from auditor.adapters.bundle.reader import CheckedBundle
    from auditor.adapters.ledger.reader import LedgerView
    from auditor.adapters.trust.reader import LoadedTrust

Row = dict[str, Any]


def sign_offs_over(bundle: CheckedBundle, trust: LoadedTrust, view: LedgerView) -> list[Row]:
    """Return the sign-offs over a checked bundle that a verified ledger holds and nobody has withdrawn."""
    scope = bundle.predicate.scope
    rows = build_evidence(filed_envelopes(view, scope), trust, scope).tables["sign_offs"]
    return [row for row in rows if row["run"] == bundle.statement and row["withdrawn_at"] is None]


def decide_signed(document: dict[str, Any], rows: Sequence[Row]) -> tuple[LineVerdict, ...]:
    """Return the lines of parsed decisions that are decided at verification, by the sign-offs over the run."""
    return tuple(_decided(line, rows) for line in document["lines"] if line["decidedBy"] == "verification")


def _decided(line: dict[str, Any], rows: Sequence[Row]) -> LineVerdict:
    about = [row for row in rows if row["line"] == line["signOff"]]
    decisions = {row["decision"] for row in about}
    roles = {row["role"] for row in about if row["decision"] == "APPROVED"}
    if decisions & {"REJECTED", "NO-GO"}:
        verdict, reason = Verdict.FAIL, "rejected"
    elif not roles:
        verdict, reason = Verdict.INCONCLUSIVE, "unsigned"
    elif line["role"] is not None and line["role"] not in roles:
        verdict, reason = Verdict.INCONCLUSIVE, "other_role"
    else:
        verdict, reason = Verdict.PASS, "approved"
    return LineVerdict(line["line"], line["title"], verdict, reason)

"""The stable name of every reason for which a release may not pass a gate on a bundle that is genuine.

Rules kept here: a name never changes its meaning; each is documented in ``docs/refusals.md``, which a test compares.
"""

from __future__ import annotations

NOT_ADMITTED: dict[str, str] = {
    "release-mismatch": "the bundle is of another release than the one that asks",
    "environment-mismatch": "the bundle is of another environment",
    "gate-absent": "the run did not decide this gate",
    "gate-not-met": "the gate was decided, and is not met",
    "gate-undecided": "the evidence did not decide the gate",
    "gate-waived": "the gate is met only by waivers, and they were not accepted",
    "gate-unapproved": "the trust policy did not approve what decided the gate",
    "verdict-expired": "the verdict may no longer be acted on",
    "ledger-not-consulted": "the environment has a ledger, and it was not given",
    "checkpoint-stale": "no trusted clock says that the ledger's latest checkpoint is young enough",
    "run-superseded": "a later run of the same release decided the gate",
    "run-unacknowledged": "another run failed, was given up or is open, and nobody who signed knows of it",
    "sign-off-missing": "a sign-off that the gate needs is not there, or no longer valid",
    "sign-off-rejected": "somebody whose sign-off the gate needs decided against it",
}

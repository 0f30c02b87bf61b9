"""The other runs of a release that nobody may pass over: those that failed, were given up, or are still open.

Rules kept here: they are read from the ledger, which no runner can take a run out of; a run is named by the statement
that was filed last of it: its own, or the one with which it began; a run that closes another's beginning, or is not as
it was announced, hides what began there, so it counts among them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from auditor.adapters.trust.opening import open_signed
from auditor.core.leaves import RUN_STARTED_PREDICATE, RunStartedPredicate
from auditor.core.release_history import release_history
from auditor.core.run_predicate import RUN_PREDICATE, RunPredicate
from auditor.model import Scope
from auditor.shell.trusted import announced_otherwise

if TYPE_CHECKING:
    from auditor.adapters.bundle.reader import CheckedBundle
    from auditor.adapters.trust.reader import LoadedTrust
    from auditor.core.release_history import RunRecord
    from auditor.shell.reliance import CheckedLedger


@dataclass(frozen=True, slots=True)
class OtherRun:
    """Another run: ``state`` is open, abandoned, contradicted, or the result; ``failed`` are gates it did not meet.

    ``sequence`` is of the leaf that began it, ``started`` when its runner says it began.
    """

    sequence: int
    state: str
    started: str
    statement: str
    failed: tuple[str, ...] = ()
    gates: tuple[str, ...] = ()

    @property
    def without_verdict(self) -> bool:
        """Say whether what began there came to no verdict that can be relied on."""
        return self.state in {"open", "abandoned", "contradicted"}


def all_other_runs(bundle: CheckedBundle, trust: LoadedTrust, ledger: CheckedLedger) -> tuple[OtherRun, ...]:
    """Return every other run of the bundle's release, in the order in which they began.

    Raises:
        VerificationError: one of their statements is not what the trust policy accepts.
    """
    scope = Scope(**bundle.predicate.scope.model_dump())
    history = release_history(ledger.verified.leaves, scope)
    found = (_read(one, trust, ledger, scope.environment) for one in history.runs)
    return tuple(one for one in found if one.statement != bundle.statement)


def other_runs(bundle: CheckedBundle, trust: LoadedTrust, ledger: CheckedLedger) -> tuple[OtherRun, ...]:
    """Return those of ``all_other_runs`` that a person must know of: without a verdict, or with a gate that failed."""
    return tuple(one for one in all_other_runs(bundle, trust, ledger) if one.failed or one.without_verdict)


def _read(record: RunRecord, trust: LoadedTrust, ledger: CheckedLedger, environment: str) -> OtherRun:
    sequence, leaf = record.started
    models = {RUN_STARTED_PREDICATE: RunStartedPredicate}
    begun = open_signed(ledger.view.envelope(leaf.statement), trust, models, environment, f"leaf {sequence}")
    announced = cast("RunStartedPredicate", begun.statement.predicate)
    started = announced.timeStarted
    closed = record.closed
    if closed is None or closed.leaf.kind != "run":
        return OtherRun(sequence, record.state, started, leaf.statement)
    envelope = ledger.view.envelope(closed.leaf.statement)
    sealed = open_signed(envelope, trust, {RUN_PREDICATE: RunPredicate}, environment, f"leaf {closed.sequence}")
    predicate = cast("RunPredicate", sealed.statement.predicate)
    failed = tuple(gate.gate for gate in predicate.gates if gate.verdict == "fail")
    gates = tuple(gate.gate for gate in predicate.gates)
    chain = predicate.chain
    belongs = chain is not None and (chain.ledger, chain.sequence) == (ledger.view.origin, sequence)
    kept = belongs and not announced_otherwise(announced, predicate)
    state = predicate.result if kept else "contradicted"
    return OtherRun(sequence, state, started, closed.leaf.statement, failed, gates)

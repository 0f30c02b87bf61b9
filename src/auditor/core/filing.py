"""Whether a leaf says of its statement what the statement says.

Rules kept here: the kind of a leaf follows from the statement, and so does the release under which it is filed; an
abandonment names the ledger and the leaf that it closes; so a reader who goes by leaves misses nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args

from auditor.core.leaves import (
    ABANDONED_PREDICATE,
    RUN_STARTED_PREDICATE,
    AbandonedPredicate,
    Leaf,
    RunStartedPredicate,
    read_abandoned,
    read_run_started,
)
from auditor.core.people import MODELS, PersonPredicate, leaf_kind
from auditor.core.release_history import scope_of
from auditor.core.run_predicate import RUN_PREDICATE, RunPredicate
from auditor.core.statement import Exact, read_statement
from auditor.errors import VerificationError

if TYPE_CHECKING:
    from collections.abc import Sequence

FILED: dict[str, type[Exact]] = {
    RUN_STARTED_PREDICATE: RunStartedPredicate,
    RUN_PREDICATE: RunPredicate,
    ABANDONED_PREDICATE: AbandonedPredicate,
    **MODELS,
}


def leaf_of(document: Any, digest: str, key_id: str, closed: tuple[int, Leaf] | None = None) -> Leaf:
    """Return the leaf of a parsed statement with that digest, signed by that key.

    ``closed`` is the run-started leaf, with its sequence, that a run or an abandonment closes.

    Raises:
        VerificationError: the statement is malformed or of a kind that no ledger holds, or closes nothing.
    """
    kind, scope, sequence = _said(document, closed)
    return Leaf(
        schemaVersion=1,
        kind=kind,
        system=scope[0],
        environment=scope[1],
        release=scope[2],
        statement=digest,
        keyId=key_id,
        closes=sequence,
    )


def check_filed(leaf: Leaf, document: Any, leaves: Sequence[Leaf], origin: str, where: str) -> None:
    """Check that ``leaf`` tells its statement rightly; ``leaves`` are those of the ledger ``origin`` that it may close.

    Raises:
        VerificationError: ``ledger-leaf-contradicts``, or the statement is malformed.
    """
    closed = None
    if leaf.closes is not None and leaf.closes < len(leaves):
        closed = (leaf.closes, leaves[leaf.closes])
    told = leaf_of(document, leaf.statement, leaf.keyId, closed)
    if told != leaf:
        differs = [name for name in Leaf.model_fields if getattr(told, name) != getattr(leaf, name)]
        said = ", ".join(f"{name} {getattr(leaf, name)!r} for {getattr(told, name)!r}" for name in differs)
        raise VerificationError("ledger-leaf-contradicts", f"{where}: the leaf says {said} of its statement")
    if leaf.kind == "abandoned":
        named = document["predicate"]
        if (named["ledger"], named["sequence"]) != (origin, leaf.closes):
            raise VerificationError(
                "ledger-leaf-contradicts",
                f"{where}: abandons leaf {named['sequence']} of {named['ledger']}, is filed in {origin} closing "
                f"{leaf.closes}",
            )


def _said(document: Any, closed: tuple[int, Leaf] | None) -> tuple[Any, tuple[str, str, str], int | None]:
    """Return kind, scope and what is closed."""
    statement = read_statement(document, FILED)
    predicate = statement.predicate
    if isinstance(predicate, get_args(PersonPredicate)):
        return leaf_kind(predicate, statement.predicate_type), _scope(predicate), None
    if isinstance(predicate, RunStartedPredicate):
        read_run_started(document)
        return "run-started", _scope(predicate), None
    if closed is None:
        raise VerificationError("ledger-closes-wrong", "a run or an abandonment closes no run-started leaf before it")
    sequence, started = closed
    if isinstance(predicate, AbandonedPredicate):
        read_abandoned(document, started.statement)
        return "abandoned", scope_of(started), sequence
    return "run", _scope(predicate), sequence


def _scope(predicate: Any) -> tuple[str, str, str]:
    return predicate.scope.system, predicate.scope.environment, predicate.scope.release

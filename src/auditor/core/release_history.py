"""What a ledger tells of one release: which runs began, how each ended, and what people stated.

Rules kept here: every run that began is told, in order, and one without an end is open: nobody can let a run that would
fail disappear; an end belongs to one beginning of the same scope, before it; a statement is filed once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from auditor.core.leaves import Entry
from auditor.errors import VerificationError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from auditor.core.leaves import Leaf
    from auditor.model import Scope


@dataclass(frozen=True, slots=True)
class RunRecord:
    """A run that began, and the leaf that closed it, if one did."""

    started: Entry
    closed: Entry | None

    @property
    def state(self) -> str:
        """``open``, ``run`` (it was sealed) or ``abandoned``."""
        return "open" if self.closed is None else self.closed.leaf.kind


@dataclass(frozen=True, slots=True)
class ReleaseHistory:
    """The runs of a release in the order in which they began, and what people stated, by kind, in order."""

    runs: tuple[RunRecord, ...]
    statements: Mapping[str, tuple[Entry, ...]]

    def in_state(self, state: str) -> tuple[RunRecord, ...]:
        """Return the runs that are ``open``, sealed (``run``) or ``abandoned``."""
        return tuple(one for one in self.runs if one.state == state)

    @property
    def open(self) -> tuple[RunRecord, ...]:
        """The runs that began and were neither sealed nor abandoned."""
        return self.in_state("open")


def release_history(leaves: Sequence[Leaf], scope: Scope) -> ReleaseHistory:
    """Return the history of ``scope`` (its phase is not looked at) in the leaves of a ledger, from the first.

    Raises:
        VerificationError: the leaves contradict each other (``check_history``).
    """
    closed_by = check_history(leaves)
    asked = (scope.system, scope.environment, scope.release)
    mine = [Entry(sequence, leaf) for sequence, leaf in enumerate(leaves) if scope_of(leaf) == asked]
    runs = tuple(
        RunRecord(one, None if end is None else Entry(end, leaves[end]))
        for one in mine
        if one.leaf.kind == "run-started"
        for end in [closed_by.get(one.sequence)]
    )
    stated: dict[str, tuple[Entry, ...]] = {}
    for one in mine:
        if one.leaf.closes is None and one.leaf.kind != "run-started":
            stated[one.leaf.kind] = (*stated.get(one.leaf.kind, ()), one)
    return ReleaseHistory(runs, stated)


def check_history(leaves: Sequence[Leaf]) -> dict[int, int]:
    """Return sequence of a run-started leaf -> sequence of the leaf that closes it.

    Raises:
        VerificationError: ``ledger-statement-repeated``, or ``ledger-closes-wrong`` when a leaf closes what is no
            open run-started leaf of its own scope before it.
    """
    seen: dict[str, int] = {}
    closed_by: dict[int, int] = {}
    for sequence, leaf in enumerate(leaves):
        if leaf.statement in seen:
            raise VerificationError(
                "ledger-statement-repeated",
                f"leaves {seen[leaf.statement]} and {sequence} hold the same statement {leaf.statement[:16]}",
            )
        seen[leaf.statement] = sequence
        if leaf.closes is not None:
            _check_closes(leaves, sequence, leaf.closes, closed_by)
            closed_by[leaf.closes] = sequence
    return closed_by


def scope_of(leaf: Leaf) -> tuple[str, str, str]:
    """Return system, environment and release of a leaf."""
    return leaf.system, leaf.environment, leaf.release


def _check_closes(leaves: Sequence[Leaf], sequence: int, closes: int, closed_by: Mapping[int, int]) -> None:
    leaf = leaves[sequence]
    if closes >= sequence:
        problem = f"closes leaf {closes}, which does not come before it, expected an earlier run-started leaf"
    elif leaves[closes].kind != "run-started":
        problem = f"closes leaf {closes} ({leaves[closes].kind}), expected an earlier run-started leaf"
    elif scope_of(leaves[closes]) != scope_of(leaf):
        problem = f"is of {'/'.join(scope_of(leaf))} and closes leaf {closes} of {'/'.join(scope_of(leaves[closes]))}"
    elif closes in closed_by:
        problem = f"closes leaf {closes}, which leaf {closed_by[closes]} has closed"
    else:
        return
    raise VerificationError("ledger-closes-wrong", f"leaf {sequence} ({leaf.kind}) {problem}")

"""What a ledger says belongs with a bundle in an archive: its own place, what people signed about it, a checkpoint."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.adapters.ledger import layout
from auditor.adapters.ledger.reader import read_ledger
from auditor.adapters.signing.envelope import MAX_BYTES, unverified_payload
from auditor.core.canonical import StrictJSONError, strict_json
from auditor.errors import UsageError, VerificationError
from auditor.shell.archive import Push
from auditor.shell.ledger_proof import statement_digest
from auditor.shell.statements import PERSONAL

if TYPE_CHECKING:
    from pathlib import Path

    from auditor.adapters.ledger.reader import LedgerView


def push_of(bundle: Path, statement: str, ledger: Path) -> Push:
    """Return what to archive of ``bundle``, whose statement has the digest ``statement``, going by the ledger.

    Its key is the place of the run's own leaf; what people signed about the run, and the latest checkpoint, go along.

    Raises:
        UsageError: there is no ledger, or it does not hold the run.
        VerificationError: the ledger's folder is malformed.
    """
    view = read_ledger(ledger)
    found = [number for number, leaf in enumerate(view.leaves) if (leaf.kind, leaf.statement) == ("run", statement)]
    if not found:
        raise UsageError(
            f"{ledger}: no leaf files the run {statement[:16]}",
            remedy="a run is archived once it is in the ledger: see `auditor ledger show`",
        )
    return Push(bundle, view.origin, found[0], _about(view, statement), (ledger / layout.CHECKPOINT,))


def statement_of(bundle: Path) -> str:
    """Return the digest of the statement in a bundle's folder. Raises ``UsageError`` for what is no folder of one."""
    if not bundle.is_dir():
        raise UsageError(
            f"{bundle}: no folder of a bundle", remedy="unpack the tar first, or give --origin and --sequence"
        )
    return statement_digest(str(bundle), bundle)


def _about(view: LedgerView, run: str) -> tuple[Path, ...]:
    """Return the envelopes of what people signed about ``run``."""
    return tuple(
        view.path / layout.statement(leaf.statement)
        for leaf in view.leaves
        if leaf.kind in PERSONAL and _run_of(view, leaf.statement) == run
    )


def _run_of(view: LedgerView, digest: str) -> str:
    payload, _ = unverified_payload(view.envelope(digest), f"statement {digest[:16]}")
    try:
        return str(strict_json(payload, max_bytes=MAX_BYTES)["predicate"]["run"])
    except (StrictJSONError, LookupError, TypeError) as error:
        raise VerificationError("statement-malformed", f"statement {digest[:16]}: names no run ({error})") from error

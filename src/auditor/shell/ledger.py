"""``ledger``: files statements in a ledger, and checks one against keys and anchors from outside.

Rules kept here: a leaf is made from the statement and never told beside it; who may sign what is the trust policy's
question, and the caller's to ask.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.adapters.ledger.checking import LedgerTrust, VerifiedLedger, checkpoint_times, verify_ledger
from auditor.adapters.ledger.directory import LedgerDirectory
from auditor.adapters.ledger.note_keys import ledger_key, witness_key
from auditor.adapters.ledger.reader import read_ledger
from auditor.adapters.signing.envelope import MAX_BYTES, sign, unverified_payload
from auditor.adapters.signing.timestamps import Authority
from auditor.core.canonical import StrictJSONError, sha256_hex, strict_json
from auditor.core.filing import leaf_of
from auditor.core.leaves import AbandonedPredicate, abandoned_statement
from auditor.errors import UsageError, VerificationError
from auditor.model import isoformat

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from auditor.adapters.ledger.directory import Appended
    from auditor.adapters.signing.sslib import Signer
    from auditor.core.leaves import Leaf


def read_trust(origin: str, key: Path, witnesses: Mapping[str, Path], threshold: int) -> LedgerTrust:
    """Return who is believed, from files of public keys (PEM). Raises ``UsageError``."""
    if threshold > len(witnesses):
        raise UsageError(f"{threshold} witnesses are asked for, {len(witnesses)} are given")
    return LedgerTrust(
        ledger_key(origin, read_bytes(key, "public key of the ledger"), str(key)),
        tuple(witness_key(name, read_bytes(path, "public key"), str(path)) for name, path in witnesses.items()),
        threshold,
    )


def check_ledger(path: Path, trust: LedgerTrust, anchor: Path | None = None) -> VerifiedLedger:
    """Check the ledger in ``path``, against the checkpoint in the file ``anchor`` too.

    Raises:
        UsageError: there is no ledger, or the anchor cannot be read.
        VerificationError: the ledger does not hold.
    """
    return verify_ledger(read_ledger(path), trust, None if anchor is None else read_bytes(anchor, "anchor"))


def ledger_times(path: Path, trust: LedgerTrust, roots: Sequence[Path]) -> dict[int, datetime]:
    """Return size -> trusted time of each checkpoint that carries a timestamp; ``roots`` are pinned certificates (PEM).

    Raises:
        UsageError: a certificate cannot be read.
        VerificationError: a timestamp is not over its checkpoint, or by no TSA under these roots.
    """
    pinned = [Authority(str(one), (read_text(one, "certificate"),)) for one in roots]
    return checkpoint_times(read_ledger(path), trust.key, pinned)


def file_statement(path: Path, envelope: bytes, signer: Signer, *, closes: int | None = None) -> Appended:
    """File the statement in ``envelope`` in the ledger; its signature is the caller's to check.

    ``closes`` is the sequence of the run-started leaf that a run or an abandonment closes.

    Raises:
        UsageError: there is no ledger, ``signer`` is not its key, or ``closes`` cannot be closed.
        VerificationError: the statement is malformed, or the ledger does not hold.
        EngineError: the disk or the signer failed.
    """
    where = "the statement to file"
    payload, key_id = unverified_payload(envelope, where)
    try:
        document = strict_json(payload, max_bytes=MAX_BYTES)
    except StrictJSONError as error:
        raise VerificationError("statement-malformed", f"{where}: {error}") from error
    closed = None if closes is None else (closes, started_leaf(path, closes))
    leaf = leaf_of(document, sha256_hex(payload), key_id, closed)
    return LedgerDirectory(path).append(leaf, envelope, signer)


def abandon(path: Path, sequence: int, reason: str, author: Signer, signer: Signer, now: datetime) -> Appended:
    """File that the run begun by leaf ``sequence`` gives no verdict: stated by ``author``, signed in by ``signer``.

    Raises:
        UsageError: the leaf begins no run, it is closed already, or the reason is empty or too long.
        VerificationError, EngineError: as ``file_statement``.
    """
    if not 1 <= len(reason) <= 2000:  # noqa: PLR2004 - as the predicate has it
        raise UsageError(f"the reason has {len(reason)} characters, expected 1 to 2000")
    predicate = AbandonedPredicate(
        schemaVersion=1,
        ledger=read_ledger(path).origin,
        sequence=sequence,
        reason=reason,
        timeAbandoned=isoformat(now),
    )
    payload = abandoned_statement(predicate, started_leaf(path, sequence).statement)
    return file_statement(path, sign(payload, author), signer, closes=sequence)


def started_leaf(path: Path, sequence: int) -> Leaf:
    """Return the run-started leaf at ``sequence``. Raises ``UsageError`` when there is none."""
    leaves = read_ledger(path).leaves
    if not 0 <= sequence < len(leaves) or leaves[sequence].kind != "run-started":
        found = leaves[sequence].kind if 0 <= sequence < len(leaves) else f"none of {len(leaves)} leaves"
        raise UsageError(
            f"{path}: leaf {sequence} is {found}, expected run-started", remedy="see `auditor ledger show`"
        )
    return leaves[sequence]


def read_bytes(path: Path, what: str) -> bytes:
    """Return the bytes of a file that a person named. Raises ``UsageError``."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path}: the {what} cannot be read ({error.strerror})") from error


def read_text(path: Path, what: str) -> str:
    """Return the ASCII text of a file that a person named. Raises ``UsageError``."""
    try:
        return read_bytes(path, what).decode("ascii")
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: the {what} is not ASCII at byte {error.start}; expected PEM") from error

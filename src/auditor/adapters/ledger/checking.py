"""Checks a ledger against keys from outside: that it is whole, says of its statements what they say, and never forked.

Rules kept here: the root is computed from the leaves and compared with every checkpoint that was kept; a cut tail or a
fork shows only against what lies outside (an anchor, witnesses), so both are asked for here and their absence is told;
whether a statement's own signature counts is the trust policy's to say, not the ledger's.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from auditor.adapters.ledger import layout
from auditor.adapters.ledger.note_keys import NoteKey, SignedCheckpoint, cosigners, open_checkpoint
from auditor.adapters.signing.envelope import MAX_BYTES, unverified_payload
from auditor.adapters.signing.timestamps import token_time
from auditor.core.canonical import StrictJSONError, sha256_hex, strict_json
from auditor.core.filing import check_filed
from auditor.core.merkle import leaf_hash, root, roots
from auditor.core.release_history import check_history
from auditor.errors import VerificationError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from auditor.adapters.ledger.reader import LedgerView
    from auditor.adapters.signing.timestamps import Authority
    from auditor.core.checkpoint import Checkpoint
    from auditor.core.leaves import Leaf


@dataclass(frozen=True, slots=True)
class LedgerTrust:
    """Who is believed: the ledger's key, and how many of which witnesses must have cosigned."""

    key: NoteKey
    witnesses: tuple[NoteKey, ...] = ()
    threshold: int = 0


@dataclass(frozen=True, slots=True)
class VerifiedLedger:
    """A ledger that held: its checkpoint and leaves, who cosigned (name -> seconds since the Unix epoch).

    ``pending`` leaves lie beyond the checkpoint and are not among ``leaves``. ``anchored`` is the size of the anchor.
    """

    checkpoint: Checkpoint
    leaves: tuple[Leaf, ...]
    cosigned: Mapping[str, int]
    pending: int
    anchored: int | None
    hashes: tuple[bytes, ...] = field(repr=False)


def verify_ledger(view: LedgerView, trust: LedgerTrust, anchor: bytes | None = None) -> VerifiedLedger:
    """Check everything that a ledger's folder says. ``anchor`` is a checkpoint of it (signed note) kept elsewhere.

    Raises:
        VerificationError: a code that begins with ``ledger-``, or that of a malformed statement.
    """
    signed, hashes, anchored = check_tree(view, trust.key, anchor)
    _check_kept(view, trust.key, hashes)
    check_history(view.leaves)
    for leaf in view.leaves:
        check_entry(view, leaf)
    cosigned = check_witnesses(signed, trust, str(view.path / layout.CHECKPOINT))
    return VerifiedLedger(signed.checkpoint, view.leaves, cosigned, view.pending, anchored, hashes)


def check_tree(
    view: LedgerView, key: NoteKey, anchor: bytes | None = None
) -> tuple[SignedCheckpoint, tuple[bytes, ...], int | None]:
    """Check the leaves against the latest checkpoint; return it, the hashes of the leaves, and the anchor's size.

    Of the checkpoints that were kept it is asked only that none is later: what they say, ``verify_ledger`` checks.

    Raises:
        VerificationError: ``ledger-origin-mismatch``, ``ledger-signature-invalid``, ``ledger-truncated``,
            ``ledger-root-mismatch``, ``ledger-forked``.
    """
    if view.origin != key.name:
        raise VerificationError("ledger-origin-mismatch", f"{view.path}: the ledger {view.origin}, expected {key.name}")
    signed = open_checkpoint(view.checkpoint, key, str(view.path / layout.CHECKPOINT))
    hashes = tuple(leaf_hash(one) for one in view.contents)
    if root(hashes) != signed.checkpoint.root:
        raise VerificationError(
            "ledger-root-mismatch", f"{view.path}: the leaves are not those that its checkpoint was signed over"
        )
    if view.kept:
        last = view.kept[-1]
        _check_covered(last, len(hashes), str(view.path / layout.kept(last)))
    if anchor is None:
        return signed, hashes, None
    anchored = open_checkpoint(anchor, key, "the anchor").checkpoint
    _check_covered(anchored.size, len(hashes), "the anchor")
    _check_same(anchored, root(hashes[: anchored.size]), "the anchor")
    return signed, hashes, anchored.size


def check_entry(view: LedgerView, leaf: Leaf) -> None:
    """Check that the statement of a leaf (whose place ``check_history`` has seen) is there and is what the leaf says.

    Raises:
        VerificationError: ``ledger-statement-missing``, ``ledger-statement-mismatch``, ``ledger-leaf-contradicts``, or
            that of a malformed envelope or statement.
    """
    where = str(view.path / layout.statement(leaf.statement))
    check_envelope(leaf, view.envelope(leaf.statement), view.leaves, view.origin, where)


def check_envelope(leaf: Leaf, envelope: bytes, leaves: Sequence[Leaf], origin: str, where: str) -> None:
    """Check that ``envelope`` holds the statement of ``leaf``; its signature is not looked at. Raises as above."""
    payload, key_id = unverified_payload(envelope, where)
    found = sha256_hex(payload)
    if (found, key_id) != (leaf.statement, leaf.keyId):
        raise VerificationError(
            "ledger-statement-mismatch",
            f"{where}: statement {found[:16]} by key {key_id[:16]}, the leaf names {leaf.statement[:16]} by "
            f"{leaf.keyId[:16]}",
        )
    try:
        document = strict_json(payload, max_bytes=MAX_BYTES)
    except StrictJSONError as error:
        raise VerificationError("statement-malformed", f"{where}: {error}") from error
    check_filed(leaf, document, leaves, origin, where)


def check_witnesses(signed: SignedCheckpoint, trust: LedgerTrust, where: str) -> dict[str, int]:
    """Return who cosigned a checkpoint, and when, once they are enough: distinct keys are counted, not names.

    Raises:
        VerificationError: ``ledger-unwitnessed``, ``ledger-cosignature-invalid``.
    """
    found = cosigners(signed, trust.witnesses, where)
    distinct = {key.public for key in trust.witnesses if key.name in found}
    if len(distinct) < trust.threshold:
        raise VerificationError(
            "ledger-unwitnessed",
            f"{where}: cosigned by {', '.join(sorted(found)) or 'no witness'}, {trust.threshold} expected of "
            f"{', '.join(key.name for key in trust.witnesses) or 'none'}",
            remedy="have the witnesses cosign it: `auditor ledger witness`, then `auditor ledger cosign`",
        )
    return found


def checkpoint_times(view: LedgerView, key: NoteKey, authorities: Sequence[Authority]) -> dict[int, datetime]:
    """Return size -> trusted time of each kept checkpoint that carries a timestamp, in order.

    A leaf was in the ledger at the time of the first one that covers it.

    Raises:
        VerificationError: ``timestamp-invalid``, ``timestamp-untrusted``, or what is wrong with a checkpoint.
    """
    times: dict[int, datetime] = {}
    for size in view.kept:
        token = view.token(size)
        if token is not None:
            signed = open_checkpoint(view.kept_checkpoint(size), key, str(view.path / layout.kept(size)))
            times[size] = token_time(token, signed.signature, authorities, str(view.path / layout.token(size)))
    return times


def _check_kept(view: LedgerView, key: NoteKey, hashes: Sequence[bytes]) -> None:
    """Check that every checkpoint that was kept is of this very history."""
    wanted = set(view.kept)
    for size, prefix in enumerate(roots(hashes)):
        if size in wanted:
            where = str(view.path / layout.kept(size))
            one = open_checkpoint(view.kept_checkpoint(size), key, where).checkpoint
            if one.size != size:
                raise VerificationError("ledger-malformed", f"{where}: a checkpoint of {one.size} leaves")
            _check_same(one, prefix, where)


def _check_covered(size: int, there: int, where: str) -> None:
    if size > there:
        raise VerificationError(
            "ledger-truncated",
            f"{where}: covers {size} leaves, the ledger's latest checkpoint only {there}",
            remedy="somebody cut the ledger, or gave an old copy of it: restore it from the archive",
        )


def _check_same(checkpoint: Checkpoint, found: bytes, where: str) -> None:
    if found != checkpoint.root:
        raise VerificationError(
            "ledger-forked",
            f"{where}: at {checkpoint.size} leaves the ledger signed another history than it now shows",
            remedy="keep both: two signed checkpoints that disagree prove that its key was misused",
        )

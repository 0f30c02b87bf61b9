"""``ledger prove`` and ``ledger verify --proof``: that a statement is in a ledger, for whoever has no copy of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from auditor.adapters.bundle.layout import ATTESTATION
from auditor.adapters.ledger.checking import check_witnesses, verify_ledger
from auditor.adapters.ledger.note_keys import open_checkpoint
from auditor.adapters.ledger.reader import read_ledger
from auditor.adapters.signing.envelope import unverified_payload
from auditor.core.canonical import sha256_hex
from auditor.core.ledger_proof import check_extends, check_proof, prove, read_proof
from auditor.errors import UsageError
from auditor.shell.ledger import read_bytes

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from auditor.adapters.ledger.checking import LedgerTrust
    from auditor.core.checkpoint import Checkpoint
    from auditor.core.leaves import Leaf

DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class CheckedProof:
    """A leaf, its index, the checkpoint whose tree holds it, who cosigned that, and the size of the anchor if any."""

    leaf: Leaf
    index: int
    checkpoint: Checkpoint
    cosigned: Mapping[str, int]
    anchored: int | None


def statement_digest(what: str, place: Path) -> str:
    """Return the statement's digest that ``what`` names: itself, or that of the bundle or envelope at ``place``.

    Raises:
        UsageError: it is no digest and no file.
        VerificationError: the file is no envelope.
    """
    if DIGEST.fullmatch(what):
        return what
    path = place / ATTESTATION if place.is_dir() else place
    return sha256_hex(unverified_payload(read_bytes(path, "statement"), str(path))[0])


def prove_statement(path: Path, digest: str, trust: LedgerTrust, anchor: Path | None = None) -> bytes:
    """Return the proof (C2SP tlog-proof) that the statement is in the ledger at ``path``, which is checked first.

    With ``anchor``, the proof also shows that the ledger still begins with what that checkpoint covers.

    Raises:
        UsageError: there is no ledger, or the statement is not in it.
        VerificationError: the ledger does not hold.
    """
    view = read_ledger(path)
    done = verify_ledger(view, trust, None if anchor is None else read_bytes(anchor, "anchor"))
    found = next((number for number, leaf in enumerate(done.leaves) if leaf.statement == digest), None)
    if found is None:
        raise UsageError(
            f"{path}: no leaf holds the statement {digest[:16]}",
            remedy="see `auditor ledger show`; a run that is not in the ledger was not filed, or in another one",
        )
    return prove(done.leaves[found], found, done.hashes, view.checkpoint, done.anchored).content()


def verify_proof(file: Path, trust: LedgerTrust, anchor: Path | None = None) -> CheckedProof:
    """Check a proof without the ledger.

    Raises:
        UsageError: a file cannot be read.
        VerificationError: ``ledger-proof-malformed``, ``ledger-proof-invalid``, or what is wrong with its checkpoint.
    """
    where = str(file)
    proof = read_proof(read_bytes(file, "proof"), where)
    signed = open_checkpoint(proof.checkpoint, trust.key, where)
    point = signed.checkpoint
    check_proof(proof, point.size, point.root, where)
    cosigned = check_witnesses(signed, trust, where)
    anchored = None
    if anchor is not None:
        old = open_checkpoint(read_bytes(anchor, "anchor"), trust.key, str(anchor)).checkpoint
        check_extends(proof, point.size, point.root, (old.size, old.root), where)
        anchored = old.size
    return CheckedProof(proof.extra.leaf, proof.index, point, cosigned, anchored)

"""Keys of ledgers and witnesses: who signs a checkpoint, and whether a signature on one is theirs.

Rules kept here: Ed25519 only, since every other tool that reads checkpoints reads that; a key comes from outside the
ledger; a line that names a known key and does not verify refuses the whole note; unknown lines are ignored.
Sources: C2SP signed-note and tlog-cosignature; RFC 8032 (Ed25519).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from auditor.core.checkpoint import (
    Checkpoint,
    cosignature,
    cosigned_message,
    read_checkpoint,
    read_cosignature,
)
from auditor.core.note import COSIGNATURE, ED25519, Note, NoteError, NoteSignature, key_id, read_note, valid_name
from auditor.core.note import verifier_key as as_text
from auditor.errors import EngineError, UsageError, VerificationError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from auditor.adapters.signing.sslib import Key, Signer

PLAIN_NAME = "use a name like audit.example/payments/production: ASCII, no space, no plus"


@dataclass(frozen=True, slots=True)
class NoteKey:
    """A public key under a name: of a ledger (``ED25519``; the name is its origin) or a witness (``COSIGNATURE``)."""

    name: str
    kind: int
    public: bytes

    @property
    def key_id(self) -> bytes:
        """The four bytes that a signature line names it by."""
        return key_id(self.name, self.kind, self.public)

    @property
    def text(self) -> str:
        """The key as one line, as other tools take it."""
        return as_text(self.name, self.kind, self.public)


@dataclass(frozen=True, slots=True)
class SignedCheckpoint:
    """A checkpoint whose ledger's signature verified; ``signature`` are its 64 bytes, which a timestamp is over."""

    checkpoint: Checkpoint
    note: Note
    signature: bytes


def ledger_key(origin: str, pem: bytes, where: str) -> NoteKey:
    """Return the key of the ledger ``origin``. Raises ``UsageError`` for a bad name or no Ed25519 key."""
    return _note_key(origin, ED25519, pem, where)


def witness_key(name: str, pem: bytes, where: str) -> NoteKey:
    """Return the key of the witness ``name``. Raises ``UsageError`` for a bad name or no Ed25519 key."""
    return _note_key(name, COSIGNATURE, pem, where)


def key_of(name: str, signer: Signer, kind: int = ED25519) -> NoteKey:
    """Return the public key of ``signer`` under ``name``. Raises ``UsageError``."""
    return _named(name, kind, signer.public_key, "the signing key")


def sign_checkpoint(checkpoint: Checkpoint, signer: Signer) -> SignedCheckpoint:
    """Return the note of ``checkpoint``, signed by the ledger's key.

    Raises:
        UsageError: the key is not Ed25519.
        EngineError: the signer gave a signature that does not verify under its own public key.
    """
    key = key_of(checkpoint.origin, signer)
    signature = _signed(signer, key, checkpoint.text().encode())
    note = Note(checkpoint.text(), (NoteSignature(key.name, key.key_id, signature),))
    return SignedCheckpoint(checkpoint, note, signature)


def cosign(signed: SignedCheckpoint, name: str, signer: Signer, time: int) -> NoteSignature:
    """Return the line of the witness ``name`` on a checkpoint, at ``time`` (seconds since the Unix epoch).

    The witness says by it that every checkpoint that it saw of this ledger is a prefix: the caller has checked that.

    Raises:
        UsageError, EngineError: as ``sign_checkpoint``.
    """
    key = key_of(name, signer, COSIGNATURE)
    signature = _signed(signer, key, cosigned_message(signed.note.text, time))
    return NoteSignature(key.name, key.key_id, cosignature(time, signature))


def open_checkpoint(content: bytes, key: NoteKey, where: str) -> SignedCheckpoint:
    """Return a checkpoint of the ledger of ``key`` once its signature verifies.

    Raises:
        VerificationError: ``ledger-checkpoint-malformed``, ``ledger-origin-mismatch``, ``ledger-signature-invalid``.
    """
    try:
        note = read_note(content)
        checkpoint = read_checkpoint(note.text)
    except NoteError as error:
        raise VerificationError("ledger-checkpoint-malformed", f"{where}: {error}") from error
    if checkpoint.origin != key.name:
        raise VerificationError(
            "ledger-origin-mismatch", f"{where}: a checkpoint of {checkpoint.origin}, expected {key.name}"
        )
    lines = note.by(key.name, key.key_id)
    if not lines or not _verifies(key, lines[0].content, note.text.encode()):
        found = "its signature does not verify" if lines else "not signed by it"
        raise VerificationError(
            "ledger-signature-invalid",
            f"{where}: {found} (key {key.key_id.hex()} of {key.name})",
            remedy="give the public key of the ledger, from a channel that you trust",
        )
    return SignedCheckpoint(checkpoint, note, lines[0].content)


def cosigners(signed: SignedCheckpoint, witnesses: Sequence[NoteKey], where: str) -> dict[str, int]:
    """Return name -> time (seconds since the Unix epoch) of the given witnesses that cosigned a checkpoint.

    Raises:
        VerificationError: ``ledger-cosignature-invalid`` when a line names a witness and is not theirs.
    """
    found: dict[str, int] = {}
    for key in witnesses:
        for line in signed.note.by(key.name, key.key_id):
            try:
                time, signature = read_cosignature(line.content)
            except NoteError as error:
                raise VerificationError("ledger-cosignature-invalid", f"{where}: {error}") from error
            if not _verifies(key, signature, cosigned_message(signed.note.text, time)):
                raise VerificationError(
                    "ledger-cosignature-invalid", f"{where}: the cosignature of {key.name} does not verify"
                )
            found[key.name] = time
    return found


def _note_key(name: str, kind: int, pem: bytes, where: str) -> NoteKey:
    from auditor.adapters.signing.keys import load_public_key  # noqa: PLC0415 - heavy

    return _named(name, kind, load_public_key(pem, where), where)


def _named(name: str, kind: int, public: Key, where: str) -> NoteKey:
    if not valid_name(name):
        raise UsageError(f"{name!r} cannot name a ledger or a witness", remedy=PLAIN_NAME)
    if public.scheme != "ed25519":
        raise UsageError(
            f"{where}: a {public.scheme} key; checkpoints are signed with Ed25519",
            remedy="make one with `auditor keygen --scheme ed25519`",
        )
    return NoteKey(name, kind, bytes.fromhex(public.keyval["public"]))


def _signed(signer: Signer, key: NoteKey, message: bytes) -> bytes:
    signature = bytes.fromhex(signer.sign(message).signature)
    if not _verifies(key, signature, message):
        raise EngineError(
            f"the signer of key {key.key_id.hex()} ({key.name}) does not work: its signature is not its own"
        )
    return signature


def _verifies(key: NoteKey, signature: bytes, message: bytes) -> bool:
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 - heavy
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey  # noqa: PLC0415 - heavy

    try:
        Ed25519PublicKey.from_public_bytes(key.public).verify(signature, message)
    except InvalidSignature:
        return False
    return True

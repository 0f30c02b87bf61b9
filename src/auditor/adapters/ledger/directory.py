"""Writes a ledger in a folder: one writer at a time, whole at every instant.

Rules kept here: the order of an append is statement, leaf, checkpoint, kept copy, each on the disk before the next, so
that whoever dies in between leaves no gap, and at most one leaf that no checkpoint covers: the next writer checks it
and signs it in, since a run that began is never to be forgotten; nothing is signed over leaves that do not come to the
last checkpoint's root; a statement is filed once, and filing it again gives back its place.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from auditor.adapters.durable import put, sync_folder
from auditor.adapters.ledger import layout
from auditor.adapters.ledger.checking import check_entry, check_envelope, check_tree
from auditor.adapters.ledger.note_keys import cosigners, key_of, open_checkpoint, sign_checkpoint
from auditor.adapters.ledger.reader import LedgerView, read_entry, read_ledger
from auditor.core.checkpoint import Checkpoint
from auditor.core.leaves import read_leaf
from auditor.core.merkle import EMPTY_ROOT, leaf_hash, root
from auditor.core.release_history import check_history
from auditor.errors import EngineError, UsageError, VerificationError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from auditor.adapters.ledger.note_keys import NoteKey, SignedCheckpoint
    from auditor.adapters.signing.sslib import Signer
    from auditor.core.leaves import Leaf
    from auditor.core.note import NoteSignature


@dataclass(frozen=True, slots=True)
class Appended:
    """Where a statement is filed, and a checkpoint (signed note) that covers it; ``new`` is false if it was before."""

    sequence: int
    checkpoint: bytes
    new: bool


def init_ledger(path: Path, origin: str, signer: Signer) -> LedgerDirectory:
    """Make an empty ledger in the new folder ``path``, whole or not at all, and return it.

    Raises:
        UsageError: something is there, the folder cannot be made, or origin or key cannot be a ledger's.
    """
    signed = sign_checkpoint(Checkpoint(origin, 0, EMPTY_ROOT), signer)
    if path.exists() or path.is_symlink():
        raise UsageError(f"{path}: exists; a ledger is made in a folder of its own", remedy="give another path")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(prefix=f".{path.name}.", dir=path.parent))
    except OSError as error:
        raise UsageError(f"{path}: no ledger can be made here ({error.strerror})") from error
    try:
        for folder in (layout.ENTRIES, layout.STATEMENTS, layout.CHECKPOINTS):
            (made / folder).mkdir()
        scratch = made / layout.SCRATCH
        for name in (layout.CHECKPOINT, layout.kept(0)):
            put(made / name, signed.note.content(), scratch)
        put(made / layout.LOCK, b"", scratch)
        put(made / layout.ORIGIN, f"{origin}\n".encode(), scratch)
        made.chmod(0o755)
        made.rename(path)
        sync_folder(path.parent)
    except OSError as error:
        shutil.rmtree(made, ignore_errors=True)
        raise EngineError(f"{path}: the ledger cannot be written ({error.strerror})") from error
    return LedgerDirectory(path)


@dataclass(frozen=True, slots=True)
class LedgerDirectory:
    """The ledger in a folder, for those who may write to it."""

    path: Path

    def append(self, leaf: Leaf, envelope: bytes, signer: Signer) -> Appended:
        """File a statement: its leaf, its envelope, and a new checkpoint, signed by the ledger's key.

        The envelope's own signature is the caller's to check: the ledger knows no trust policy.

        Raises:
            UsageError: there is no ledger, the key is not its, or the leaf closes what it cannot close.
            VerificationError: the folder does not hold what was signed, or the envelope is not the leaf's.
            EngineError: the disk or the signer failed; a leaf that was written stands: file it again to complete it.
        """
        with self._locked():
            view, signed = self._healed(signer)
            for sequence, one in enumerate(view.leaves):
                if one.statement == leaf.statement:
                    return self._again(sequence, one == leaf, signed)
            try:
                check_history((*view.leaves, leaf))
            except VerificationError as error:
                raise UsageError(f"{self.path}: {error.message}", remedy="see `auditor ledger show`") from error
            check_envelope(leaf, envelope, view.leaves, view.origin, "the statement to file")
            sequence = len(view.leaves)
            if sequence >= layout.MAX_ENTRIES:
                raise UsageError(f"{self.path}: is full", remedy="begin another ledger")
            self._put(layout.statement(leaf.statement), envelope)
            self._put(layout.entry(sequence), leaf.content())
            signed = self._publish(view.origin, (*view.contents, leaf.content()), signer)
        return Appended(sequence, signed.note.content(), new=True)

    def heal(self, signer: Signer) -> bytes:
        """Sign in a leaf whose writer was killed, if there is one; return the latest checkpoint. Raises as above."""
        with self._locked():
            return self._healed(signer)[1].note.content()

    def add_cosignature(self, key: NoteKey, witness: NoteKey, size: int, signature: NoteSignature) -> bytes:
        """Add a witness's line to the checkpoint of that size; ``key`` is the ledger's. Return the cosigned note.

        Raises:
            UsageError: no such checkpoint was kept.
            VerificationError: the line is not the witness's over this checkpoint, or the folder is not as was signed.
        """
        with self._locked():
            view = read_ledger(self.path)
            latest, _, _ = check_tree(view, key)
            if size not in view.kept:
                raise UsageError(f"{self.path}: no checkpoint of {size} leaves was kept")
            where = str(self.path / layout.kept(size))
            note = open_checkpoint(view.kept_checkpoint(size), key, where).note.with_signature(signature)
            content = note.content()
            if witness.name not in cosigners(open_checkpoint(content, key, where), [witness], where):
                raise VerificationError(
                    "ledger-cosignature-invalid", f"{where}: the line is of {signature.name}, expected {witness.name}"
                )
            if size == latest.checkpoint.size:
                self._put(layout.CHECKPOINT, content)
            self._put(layout.kept(size), content)
        return content

    def stamp(self, key: NoteKey, timestamper: Callable[[bytes], bytes]) -> int:
        """Put a timestamp over the latest checkpoint's signature beside it, unless one is there; return its size.

        ``timestamper`` gives the DER of a TimeStampResp over what it is given (RFC 3161). Nobody waits while it does.

        Raises:
            VerificationError: the folder does not hold what was signed by ``key``.
            EngineError: the disk or the timestamp authority failed.
        """
        view = read_ledger(self.path)
        signed, _, _ = check_tree(view, key)
        size = signed.checkpoint.size
        if view.token(size) is None:
            token = timestamper(signed.signature)
            with self._locked():
                if view.token(size) is None:
                    self._put(layout.token(size), token)
        return size

    def _again(self, sequence: int, same: bool, signed: SignedCheckpoint) -> Appended:  # noqa: FBT001 - one caller
        if not same:
            raise UsageError(
                f"{self.path}: leaf {sequence} holds this statement already, and says something else of it"
            )
        return Appended(sequence, signed.note.content(), new=False)

    def _healed(self, signer: Signer) -> tuple[LedgerView, SignedCheckpoint]:
        """Return the ledger with every leaf under a checkpoint, and that checkpoint."""
        view = read_ledger(self.path)
        signed, _, _ = check_tree(view, key_of(view.origin, signer))
        size = len(view.leaves)
        if not view.pending:
            if size not in view.kept:
                self._put(layout.kept(size), view.checkpoint)
            return view, signed
        if view.pending > 1:
            raise VerificationError(
                "ledger-malformed",
                f"{self.path}: {view.pending} leaves lie beyond the checkpoint; a writer that was killed leaves one",
                remedy="somebody else wrote to the folder: find out who, and restore it from the archive",
            )
        content = read_entry(self.path, size)
        leaf = read_leaf(content, str(self.path / layout.entry(size)))
        check_history((*view.leaves, leaf))
        check_entry(view, leaf)
        self._publish(view.origin, (*view.contents, content), signer)
        return self._healed(signer)

    def _publish(self, origin: str, contents: tuple[bytes, ...], signer: Signer) -> SignedCheckpoint:
        """Sign the checkpoint of these leaves and put it in place; the kept copy comes last, as readers expect."""
        total = root([leaf_hash(one) for one in contents])
        signed = sign_checkpoint(Checkpoint(origin, len(contents), total), signer)
        self._put(layout.CHECKPOINT, signed.note.content())
        self._put(layout.kept(len(contents)), signed.note.content())
        return signed

    def _put(self, name: str, content: bytes) -> None:
        try:
            put(self.path / name, content, self.path / layout.SCRATCH)
        except OSError as error:
            raise EngineError(
                f"{self.path / name}: cannot be written ({error.strerror})",
                remedy="mend the disk and file it again: what is there stays whole",
            ) from error

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Be the only writer; another waits. The lock falls with the process, however that ends."""
        try:
            descriptor = os.open(self.path / layout.LOCK, os.O_RDWR | os.O_NOFOLLOW)
        except FileNotFoundError as error:
            raise UsageError(
                f"{self.path}: no ledger lies here", remedy="make one with `auditor ledger init`"
            ) from error
        except OSError as error:
            raise EngineError(f"{self.path}: cannot be written to ({error.strerror})") from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

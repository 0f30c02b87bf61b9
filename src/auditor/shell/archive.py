"""``archive push`` and ``archive restore``: bundles go into an archive and come out of it, verified each way.

Rules kept here: what goes in is verified first, on the very bytes that are sent; what was written is read back and
hashed before it counts as archived; something else under the same key is never replaced and never taken for the same;
whatever is tried again after it was killed ends as if it had not been.
"""

from __future__ import annotations

import hashlib
import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from auditor.adapters.archive import names
from auditor.adapters.archive.retention import ATTESTATION, retain, retain_until
from auditor.adapters.archive.store import COMPLIANCE
from auditor.adapters.bundle.container import pack_bundle
from auditor.adapters.bundle.container_reader import unpack_bundle
from auditor.adapters.bundle.digests import plain_blocks, write_hashed
from auditor.adapters.bundle.manifest import Entry
from auditor.adapters.signing.envelope import MAX_BYTES, payload_digest
from auditor.core.canonical import sha256_hex
from auditor.errors import EngineError, UsageError, VerificationError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime, timedelta

    from auditor.adapters.archive.store import ObjectStore, ObjectVersion
    from auditor.adapters.bundle.reader import CheckedBundle

    Check = Callable[[Path], CheckedBundle]
    Progress = Callable[[int, int, str], None]

TREE_SIZE = re.compile(rb"[^\n]+\n(0|[1-9][0-9]{0,17})\n[A-Za-z0-9+/]{43}=\n")
PRIVATE = 0o600


class Archived(NamedTuple):
    """An object that is in the archive, read back; ``until`` is its retention, where the store locks."""

    key: str
    version: str
    sha256: str
    until: datetime | None


class Push(NamedTuple):
    """What goes into an archive: a bundle (folder or tar) as leaf ``sequence`` of a ledger, and what belongs to it."""

    bundle: Path
    ledger: str
    sequence: int
    sign_offs: Sequence[Path] = ()
    checkpoints: Sequence[Path] = ()


def push(
    store: ObjectStore,
    request: Push,
    check: Check,
    declared: Mapping[str, int],
    now: datetime,
    progress: Progress = lambda _done, _total, _what: None,
) -> list[Archived]:
    """Archive a bundle, its sign-offs and checkpoints; ``check`` verifies a tar, ``declared`` is class -> days.

    Raises:
        VerificationError: the bundle or a sign-off is refused, or the archive holds something else under a key.
        UsageError: a retention is missing, a file is none, or the store is no archive.
        EngineError: the store cannot be reached or does not keep what it was given.
    """
    key = names.bundle_key(request.ledger, request.sequence)
    steps = 3 + len(request.sign_offs) + len(request.checkpoints)
    with tempfile.TemporaryDirectory(prefix="auditor-archive-") as scratch:
        progress(0, steps, "packing")
        tar = Path(scratch) / "bundle.tar"
        entry = _packed(request.bundle, tar)
        progress(1, steps, "verifying")
        checked = check(tar)
        kept = _kept(store, declared, {member.dataClass for member in checked.predicate.files})
        attested = _kept(store, declared, {ATTESTATION})
        small = _small(request, checked.statement)
        if store.locks:
            store.check()
        progress(2, steps, key)
        done = [place(store, key, tar, entry, now, kept)]
        for number, (name, content) in enumerate(small):
            progress(3 + number, steps, name)
            copy = Path(scratch) / f"{number}"
            copy.write_bytes(content)
            done.append(place(store, name, copy, Entry(sha256_hex(content), len(content)), now, attested))
        progress(steps, steps, "")
    return done


def place(store: ObjectStore, key: str, source: Path, entry: Entry, now: datetime, kept: timedelta | None) -> Archived:
    """Put a file under a key, read back what is there, and see that it is kept as long as it is to be.

    Raises:
        VerificationError: ``archive-conflict``: another object is, or was, under that key.
        EngineError: the store does not show, keep or lock what it was given.
    """
    until = None if kept is None else retain_until(now, kept)
    shown = _shown(store, key, entry)
    if shown is None:
        store.put_absent(key, source, entry, until)
        shown = _shown(store, key, entry)
    if shown is None:
        raise EngineError(f"{key}: was written and is not there", remedy="look at the archive's settings, try again")
    if kept is not None and until is not None and not _locked(store, shown, now + kept):
        store.extend(shown, until)
        if not _locked(store, shown, now + kept):
            raise EngineError(f"{key}: the store does not keep it until {now + kept:%Y-%m-%d}")
    return Archived(key, shown.version, entry.sha256, until if store.locks else None)


def restore(
    store: ObjectStore, key: str, target: Path, check: Check, progress: Progress = lambda _done, _total, _what: None
) -> tuple[CheckedBundle, list[Path]]:
    """Restore the newest bundle under ``key`` to the new folder ``target``, once ``check`` verified its tar.

    Sign-offs of that run go into ``<target>.sign-offs/<digest>.sigstore.json``; whose they are is not judged here.

    Raises:
        VerificationError: the bundle or a sign-off is refused.
        UsageError: there is no such key, or the folder exists.
        EngineError: the store cannot be read.
    """
    name = names.read_key(key)
    found = [one for one in store.versions(key) if one.key == key and not one.deleted]
    if name is None or name.kind != "bundle" or not found:
        raise UsageError(f"{key}: no bundle in the archive", remedy="auditor archive list STORE")
    newest = max(found, key=lambda one: (one.latest, one.modified))
    with tempfile.TemporaryDirectory(prefix="auditor-archive-") as scratch:
        tar = Path(scratch) / "bundle.tar"
        progress(0, 3, "reading")
        write_hashed(store.read(newest), tar, PRIVATE)
        progress(1, 3, "verifying")
        checked = check(tar)
        progress(2, 3, "unpacking")
        unpack_bundle(tar, target)
    progress(3, 3, "")
    return checked, _sign_offs(store, checked.statement, target.with_name(f"{target.name}.sign-offs"))


def tree_size(checkpoint: bytes, where: str) -> int:
    """Return the size of the tree that a C2SP checkpoint speaks of; no signature is checked. Raises ``UsageError``."""
    match = TREE_SIZE.match(checkpoint)
    if match is None:
        raise UsageError(f"{where}: no checkpoint of a ledger", remedy="give the checkpoint file of a ledger")
    return int(match[1])


def _packed(bundle: Path, tar: Path) -> Entry:
    """Make a private tar of a folder, or a private copy of a tar."""
    if not bundle.exists():
        raise UsageError(f"{bundle}: no such folder or tar", remedy="name the folder of a bundle, or its tar")
    if not bundle.is_file():
        return pack_bundle(bundle, tar)
    size = bundle.stat().st_size
    return Entry(write_hashed(plain_blocks(bundle, bundle.name, size), tar, PRIVATE), size)


def _small(request: Push, run: str) -> list[tuple[str, bytes]]:
    """Return key and content of what goes along with a bundle, all of it read before anything is written."""
    found = []
    for path in request.sign_offs:
        content = _content(path)
        found.append((names.sign_off_key(run, payload_digest(content, str(path))), content))
    for path in request.checkpoints:
        content = _content(path)
        found.append((names.checkpoint_key(tree_size(content, str(path)), sha256_hex(content)), content))
    return found


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror})", remedy="name a file") from error
    if len(content) > MAX_BYTES:
        raise UsageError(f"{path}: over {MAX_BYTES} bytes", remedy="name a sign-off or a checkpoint")
    return content


def _kept(store: ObjectStore, declared: Mapping[str, int], classes: Iterable[str]) -> timedelta | None:
    """Return how long to keep; a store that locks nothing needs no declaration."""
    return retain(declared, classes) if store.locks or declared else None


def _shown(store: ObjectStore, key: str, entry: Entry) -> ObjectVersion | None:
    """Return the version that a key shows, once every version of it has been read and found to be this content."""
    shown = None
    for one in store.versions(key):
        if one.key != key or one.deleted:
            continue
        if content_digest(store, one) != entry.sha256:
            raise VerificationError(
                "archive-conflict",
                f"{key}: the archive holds another object (version {one.version or 'only'})",
                remedy="run auditor archive audit; a ledger's sequence names one bundle, so see which of the two it is",
            )
        shown = one if one.latest else shown
    return shown


def content_digest(store: ObjectStore, version: ObjectVersion) -> str:
    """Return the SHA-256 (hex) of a version as it is read now. Raises ``EngineError``."""
    digest = hashlib.sha256()
    for block in store.read(version):
        digest.update(block)
    return digest.hexdigest()


def _locked(store: ObjectStore, version: ObjectVersion, until: datetime) -> bool:
    if not store.locks:
        return True
    found = store.retention(version)
    return found is not None and found.mode == COMPLIANCE and found.until >= until


def _sign_offs(store: ObjectStore, run: str, folder: Path) -> list[Path]:
    written = []
    for one in store.versions(f"{names.SIGN_OFFS}{run}/"):
        name = names.read_key(one.key)
        if one.deleted or not one.latest or name is None:
            continue
        content = b"".join(store.read(one))
        if payload_digest(content, one.key) != name.digest:
            raise VerificationError("archive-conflict", f"{one.key}: carries another statement than its name says")
        folder.mkdir(exist_ok=True)
        path = folder / f"{name.digest}.sigstore.json"
        path.write_bytes(content)
        written.append(path)
    return written

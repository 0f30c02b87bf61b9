"""``archive audit``: everything in an archive is looked at, every version of it, and what is wrong is reported.

Rules kept here: nothing found is fatal and nothing ends the walk, for whoever can write one bad object could else hide
all others; a delete marker, a second version and a key of no form are findings though what lies beneath is sound; what
the ledger names must be there and valid, and nothing may be there that it does not name; memory is the listing's.
"""

from __future__ import annotations

import tempfile
from collections import defaultdict
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

from auditor.adapters.archive import names
from auditor.adapters.archive.retention import ATTESTATION, CLASSES, retain
from auditor.adapters.archive.store import COMPLIANCE
from auditor.adapters.bundle.digests import write_hashed
from auditor.adapters.signing.envelope import MAX_BYTES, payload_digest
from auditor.core.canonical import sha256_hex
from auditor.errors import AuditorError, VerificationError
from auditor.shell.archive import PRIVATE, tree_size

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from auditor.adapters.archive.names import Name
    from auditor.adapters.archive.store import ObjectStore, ObjectVersion
    from auditor.shell.archive import Check, Progress

PROBLEMS: dict[str, str] = {
    "misnamed": "its key is none that an archive has",
    "hidden": "a delete marker lies on it, so that a plain listing no longer shows it",
    "overwritten": "there is more than one version of it",
    "unreadable": "it could not be read or checked",
    "invalid": "it is refused, or is not what its key says",
    "duplicate": "the same run, or another of the same bundle id, lies under another key",
    "orphaned": "it is about a run whose bundle is not in the archive",
    "unlisted": "the ledger does not name it",
    "missing": "the ledger names it, and it is not in the archive",
    "retention": "it may be deleted, or sooner than was declared",
}
STATEMENTS = {"sign-off", "withdrawal", "waiver", "adjudication"}


class Problem(NamedTuple):
    """One finding; ``kind`` is a name of ``PROBLEMS``, ``version`` empty where it is of a key as a whole."""

    kind: str
    key: str
    version: str
    message: str


class LeafLike(Protocol):
    """What the audit asks of a leaf of a ledger: its kind, and the SHA-256 of the statement it names."""

    @property
    def kind(self) -> str:
        """Return ``run``, ``sign-off`` and so on."""

    @property
    def statement(self) -> str:
        """Return the digest of the signed payload."""


@dataclass(slots=True)
class Audit:
    """What was looked at, and what was found: sound objects by kind, problems in the order of the walk."""

    sound: dict[str, int] = field(default_factory=lambda: {"bundle": 0, "sign-off": 0, "checkpoint": 0})
    problems: list[Problem] = field(default_factory=list)
    looked_at: int = 0


@dataclass(slots=True)
class _Walk:
    """One audit under way: what it was given, what it gathers, and the statements found sound, by kind and key."""

    store: ObjectStore
    check: Check
    declared: Mapping[str, int]
    audit: Audit = field(default_factory=Audit)
    runs: dict[str, str] = field(default_factory=dict)
    ids: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    about: dict[str, tuple[str, str]] = field(default_factory=dict)

    def found(self, kind: str, key: str, message: str, version: str = "") -> None:
        self.audit.problems.append(Problem(kind, key, version, message))


def audit(
    store: ObjectStore,
    check: Check,
    declared: Mapping[str, int],
    ledgers: Mapping[str, Iterable[LeafLike]] | None = None,
    progress: Progress = lambda _done, _total, _what: None,
) -> Audit:
    """Look at every version in ``store``; ``check`` verifies the tar of a bundle, ``ledgers`` is origin -> leaves.

    Without ``ledgers`` nothing can be told missing. ``declared`` is class -> days; a store that locks needs it.

    Raises:
        UsageError: the store is no archive.
        EngineError: it cannot be listed.
    """
    store.check()
    if store.locks:
        retain(declared, CLASSES)
    walk = _Walk(store, check, declared)
    listed = sorted(store.versions(), key=lambda one: (one.key, one.modified, one.version))
    with tempfile.TemporaryDirectory(prefix="auditor-archive-") as scratch:
        for key, group in groupby(listed, key=lambda one: one.key):
            versions = list(group)
            progress(walk.audit.looked_at, len(listed), key)
            _key(walk, key, versions, Path(scratch))
            walk.audit.looked_at += len(versions)
    _relations(walk)
    if ledgers is not None:
        _against_ledgers(walk, ledgers)
    progress(len(listed), len(listed), "")
    return walk.audit


def _key(walk: _Walk, key: str, versions: list[ObjectVersion], scratch: Path) -> None:
    name = names.read_key(key)
    if name is None:
        walk.found("misnamed", key, "no bundle, sign-off or checkpoint")
        return
    kept = [one for one in versions if not one.deleted]
    if any(one.deleted and one.latest for one in versions):
        walk.found("hidden", key, f"a delete marker hides {len(kept)} version(s)")
    elif len(kept) < len(versions):
        walk.found("hidden", key, "a delete marker lies between its versions")
    if len(kept) > 1:
        walk.found("overwritten", key, f"{len(kept)} versions")
    for one in kept:
        try:
            classes = _bundle(walk, name, one, scratch) if name.kind == "bundle" else _small(walk, name, one)
            walk.audit.sound[name.kind] += 1
            _retention(walk, one, classes)
        except VerificationError as error:
            walk.found("invalid", key, f"[{error.code}] {error.message}", one.version)
        except AuditorError as error:
            walk.found("unreadable", key, error.message, one.version)


def _bundle(walk: _Walk, name: Name, version: ObjectVersion, scratch: Path) -> set[str]:
    """Verify one version of a bundle and return the classes of data in it."""
    del name
    tar = scratch / "bundle.tar"
    try:
        write_hashed(walk.store.read(version), tar, PRIVATE)
        checked = walk.check(tar)
    finally:
        tar.unlink(missing_ok=True)
    known = walk.runs.setdefault(version.key, checked.statement)
    if known != checked.statement:
        raise VerificationError("archive-conflict", "another run than an older version under the same key")
    walk.ids[checked.predicate.bundleId].append(version.key)
    return {member.dataClass for member in checked.predicate.files}


def _small(walk: _Walk, name: Name, version: ObjectVersion) -> set[str]:
    """See that a sign-off or checkpoint is what its key says; whose signature it bears is not judged here."""
    if version.size > MAX_BYTES:
        raise VerificationError("limit-exceeded", f"{version.size} bytes")
    content = b"".join(walk.store.read(version))
    if name.kind == "sign-off":
        same = payload_digest(content, version.key) == name.digest
        walk.about[version.key] = (name.group, name.digest)
    else:
        same = sha256_hex(content) == name.digest and _size(content, version.key) == name.group
    if not same:
        walk.about.pop(version.key, None)
        raise VerificationError("archive-conflict", "not what its key says")
    return {ATTESTATION}


def _size(content: bytes, key: str) -> str:
    return str(tree_size(content, key))


def _retention(walk: _Walk, version: ObjectVersion, classes: set[str]) -> None:
    if not walk.store.locks:
        return
    due = version.modified + retain(walk.declared, classes)
    found = walk.store.retention(version)
    if found is None or found.mode != COMPLIANCE:
        mode = "not locked" if found is None else f"locked in {found.mode} mode"
        walk.found("retention", version.key, f"{mode}, expected COMPLIANCE until {due:%Y-%m-%d}", version.version)
    elif found.until < due:
        said = f"locked until {found.until:%Y-%m-%d}, declared until {due:%Y-%m-%d}"
        walk.found("retention", version.key, said, version.version)


def _relations(walk: _Walk) -> None:
    """Find what lies twice, and what is about nothing."""
    for bundle, keys in sorted(walk.ids.items()):
        distinct = sorted(set(keys))
        for key in distinct[1:]:
            walk.found("duplicate", key, f"bundle {bundle} lies under {distinct[0]} too")
    runs = set(walk.runs.values())
    for key, (run, _) in sorted(walk.about.items()):
        if run not in runs:
            walk.found("orphaned", key, "its run's bundle is not here, or not valid")


def _against_ledgers(walk: _Walk, ledgers: Mapping[str, Iterable[LeafLike]]) -> None:
    """Compare both ways: what the leaves name with what is here and valid."""
    signed = {statement for _, statement in walk.about.values()}
    leaves = list(_leaves(ledgers))
    named = {leaf.statement for _, leaf in leaves if leaf.kind in STATEMENTS}
    for key, leaf in leaves:
        if leaf.kind in STATEMENTS and leaf.statement not in signed:
            walk.found("missing", key, f"{leaf.kind} {leaf.statement}")
    _runs_against(walk, {key: leaf.statement for key, leaf in leaves if leaf.kind == "run"})
    for key, (_, statement) in sorted(walk.about.items()):
        if statement not in named:
            walk.found("unlisted", key, "no such statement in any leaf")


def _runs_against(walk: _Walk, expected: Mapping[str, str]) -> None:
    for key, statement in sorted(expected.items()):
        if key not in walk.runs:
            walk.found("missing", key, f"run {statement}")
        elif walk.runs[key] != statement:
            walk.found("unlisted", key, f"the ledger names run {statement}, this is {walk.runs[key]}")
    for key in sorted(walk.runs.keys() - expected.keys()):
        walk.found("unlisted", key, "no run at that sequence")


def _leaves(ledgers: Mapping[str, Iterable[LeafLike]]) -> Iterator[tuple[str, LeafLike]]:
    for origin, leaves in ledgers.items():
        for sequence, leaf in enumerate(leaves):
            yield names.bundle_key(origin, sequence), leaf

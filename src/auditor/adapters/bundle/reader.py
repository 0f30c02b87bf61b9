"""Checks a bundle on disk against a key from outside, in the order of ``auditor.core.refusals``.

Rules kept here: nothing in the bundle is trusted before the signature over the manifests has been checked, and nothing
is executed here; every file and folder is accounted for, in both directions; each refusal has its own name and names
the file; what is said twice (predicate, manifest, bag-info, decisions, snapshot) must be said alike. Left to
``auditor.shell.verify``: the private copy, and deciding again.
Sources: BagIt 1.0, RFC 8493; in-toto Statement v1.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from auditor.adapters.bundle import layout, manifest
from auditor.adapters.bundle.digests import file_digests
from auditor.adapters.bundle.manifest import Entry
from auditor.adapters.signing.envelope import MAX_BYTES, open_envelope, signer_of
from auditor.core.canonical import StrictJSONError, canonical_json, sha256_hex, strict_json
from auditor.core.decisions import SCHEMA_VERSION
from auditor.core.decisions_form import decisions_problem
from auditor.core.run_predicate import RunPredicate, read_run_statement
from auditor.core.statement import subject
from auditor.errors import EngineError, VerificationError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from auditor.adapters.signing.envelope import OpenedEnvelope
    from auditor.adapters.signing.sslib import Key

GATE_MEMBERS = ("gate", "kind", "decision", "verdict")


@dataclass(frozen=True, slots=True)
class CheckedBundle:
    """A bundle whose signature and files were checked; ``decisions`` are its bytes, ``document`` their content.

    ``files`` is every file that a manifest lists (path -> SHA-256), ``present`` every file there is (path -> size);
    ``opened`` is the signed wrapper of its statement.
    """

    root: Path
    opened: OpenedEnvelope
    predicate: RunPredicate
    decisions: bytes
    document: dict[str, Any]
    files: Mapping[str, str]
    present: Mapping[str, int]

    @property
    def statement(self) -> str:
        """Return the SHA-256 of the signed statement, by which others name this run."""
        return sha256_hex(self.opened.payload)


def check_bundle(
    root: Path,
    key_of: Callable[[str], Key],
    copied: Mapping[str, str] | None = None,
    judge: Callable[[OpenedEnvelope, RunPredicate], None] = lambda _opened, _predicate: None,
) -> CheckedBundle:
    """Check the bundle at ``root``; ``copied`` are digests (path -> SHA-256) of what was written there just now.

    ``key_of`` gives the key of an id from outside, or refuses it; ``judge`` may refuse the signature's time and right.
    Only who wrote the files where nobody else can may give ``copied``; the files are then not read again to be hashed.

    Raises:
        VerificationError: with the name of the first refusal.
        EngineError: a file cannot be read.
    """
    present = list_files(root)
    _declaration(root, present)
    attestation = _read(root, layout.ATTESTATION, present, MAX_BYTES)
    key = key_of(signer_of(attestation, layout.ATTESTATION))
    opened = open_envelope(attestation, key, layout.ATTESTATION)
    subjects, predicate = _statement(opened.payload)
    judge(opened, predicate)
    if predicate.producer.keyId != key.keyid:
        raise VerificationError("producer-key-mismatch", f"{layout.ATTESTATION}: producer.keyId is of another key")
    _subjects(subjects, root, present)
    listed = _manifest(root, layout.MANIFEST, present)
    tags = _manifest(root, layout.TAG_MANIFEST, present)
    _file_set(present, {*listed, *tags, layout.TAG_MANIFEST, layout.ATTESTATION})
    _sizes(present, predicate)
    if copied is None:
        check_digests(root, {**listed, **tags}, present)
    else:
        compare_digests(copied, {**listed, **tags})
    _signed_files(predicate, {name: Entry(digest, present[name]) for name, digest in listed.items()})
    _bag_info(_read(root, layout.BAG_INFO, present), predicate)
    if predicate.policyDigest != manifest.policy_digest(listed):
        raise VerificationError("policy-digest-mismatch", "the policies are not the ones that the statement names")
    decisions = _read(root, layout.DECISIONS, present, layout.MAX_DECISIONS_BYTES)
    document = check_decisions(decisions, predicate)
    _snapshot(_read(root, layout.SNAPSHOT_MANIFEST, present), predicate)
    return CheckedBundle(root, opened, predicate, decisions, document, {**listed, **tags}, present)


def list_files(root: Path, limits: layout.Limits = layout.LIMITS) -> dict[str, int]:
    """Return every file below ``root`` (POSIX path -> size), sorted; refuse anything but plain files and folders.

    A folder with nothing in it counts as a file, its path ending in ``/``, so that it too must be accounted for.

    Raises:
        VerificationError: an entry that no bundle holds, or too much of it.
        EngineError: a folder cannot be read.
    """
    if root.is_symlink() or not root.is_dir():
        raise VerificationError("not-a-bundle", f"{root}: no folder", remedy="name the folder of a bundle")
    files: dict[str, int] = {}
    waiting = [""]
    entries = total = 0
    while waiting:
        prefix = waiting.pop()
        inside = _entries(root, prefix)
        if not inside and prefix:
            files[prefix] = 0
        entries += len(inside)
        for name, status in inside:
            if stat.S_ISDIR(status.st_mode):
                waiting.append(name + "/")
            else:
                files[name] = status.st_size
                total += status.st_size
        if entries > limits.entries or total > limits.total_bytes:
            raise VerificationError("limit-exceeded", f"{root}: more or larger files than a bundle may have")
    if not files:
        raise VerificationError("not-a-bundle", f"{root}: empty", remedy="name the folder of a bundle")
    return dict(sorted(files.items()))


def check_digests(root: Path, listed: Mapping[str, str], sizes: Mapping[str, int]) -> None:
    """Hash every listed file (path -> SHA-256) and compare. Raises ``VerificationError``, ``EngineError``."""
    compare_digests(file_digests(root, {name: sizes.get(name, 0) for name in listed}), listed)


def compare_digests(found: Mapping[str, str], listed: Mapping[str, str]) -> None:
    """Compare digests of files (path -> SHA-256) with those listed, each of which must be there."""
    for name, expected in listed.items():
        if found.get(name) != expected:
            raise VerificationError(
                "digest-mismatch", f"{name}: SHA-256 {found.get(name)}, the manifest says {expected}"
            )


def _entries(root: Path, prefix: str) -> list[tuple[str, os.stat_result]]:
    """Return the names and states of what one folder holds, sorted; links and devices are refused."""
    found = []
    try:
        with os.scandir(root / prefix) as scan:
            for entry in scan:
                name = prefix + entry.name
                if not layout.safe(name):
                    raise VerificationError("unsafe-name", f"{name!r}: not a name that a bundle may hold")
                found.append((name, entry.stat(follow_symlinks=False)))
    except OSError as error:
        raise EngineError(f"{root / prefix}: cannot be read ({error.strerror})") from error
    for name, status in found:
        plain = stat.S_ISREG(status.st_mode) and status.st_nlink == 1
        if not plain and not stat.S_ISDIR(status.st_mode):
            raise VerificationError("unsafe-entry", f"{name}: a link, a file with a second name, or no plain file")
    return sorted(found, key=lambda one: one[0])


def _read(root: Path, name: str, present: Mapping[str, int], max_bytes: int = layout.MAX_TAG_BYTES) -> bytes:
    if name not in present:
        raise VerificationError("file-missing", f"{name}: not there")
    if present[name] > max_bytes:
        raise VerificationError("limit-exceeded", f"{name}: {present[name]} bytes, at most {max_bytes} are read")
    try:
        return (root / name).read_bytes()
    except OSError as error:
        raise EngineError(f"{root / name}: cannot be read ({error.strerror})") from error


def _declaration(root: Path, present: Mapping[str, int]) -> None:
    if layout.DECLARATION not in present:
        raise VerificationError("not-a-bundle", "bagit.txt: not there", remedy="name the folder of a bundle")
    if _read(root, layout.DECLARATION, present) != layout.BAGIT_TXT:
        raise VerificationError("container-malformed", "bagit.txt: not the declaration of a BagIt 1.0 bag in UTF-8")


def _statement(payload: bytes) -> tuple[list[dict[str, Any]], RunPredicate]:
    try:
        statement = strict_json(payload, max_bytes=MAX_BYTES)
    except StrictJSONError as error:
        raise VerificationError("statement-malformed", f"{layout.ATTESTATION}: the statement {error}") from error
    return read_run_statement(statement)


def _subjects(subjects: list[dict[str, Any]], root: Path, present: Mapping[str, int]) -> None:
    """Refuse a statement whose subjects are not this bundle's manifests."""
    expected = [subject(name, _read(root, name, present)) for name in (layout.MANIFEST, layout.TAG_MANIFEST)]
    if subjects != expected:
        raise VerificationError("subject-mismatch", "the manifests are not the ones that were signed")


def _manifest(root: Path, name: str, present: Mapping[str, int]) -> dict[str, str]:
    listed = manifest.parse(_read(root, name, present), name)
    if name == layout.TAG_MANIFEST:
        right = tuple(listed) == layout.TAG_FILES
    else:
        right = all(one.startswith(layout.PAYLOAD) for one in listed)
    if not right:
        raise VerificationError("manifest-malformed", f"{name}: lists files that are not for it to list")
    return listed


def _file_set(present: Mapping[str, int], expected: set[str]) -> None:
    for name in sorted(expected - present.keys()):
        raise VerificationError("file-missing", f"{name}: listed, but not there")
    for name in sorted(present.keys() - expected):
        raise VerificationError("file-unexpected", f"{name}: there, but in no manifest")


def _sizes(present: Mapping[str, int], predicate: RunPredicate) -> None:
    for member in predicate.files:
        found = present.get(member.name, member.size)
        if found != member.size:
            raise VerificationError("size-mismatch", f"{member.name}: {found} bytes, {member.size} were signed")


def _signed_files(predicate: RunPredicate, files: Mapping[str, Entry]) -> None:
    """Compare name, digest and size; media type and data class are the signer's word alone."""
    signed = [(member.name, member.sha256, member.size) for member in predicate.files]
    if signed != [(name, entry.sha256, entry.size) for name, entry in files.items()]:
        raise VerificationError("files-mismatch", "the signed list of files differs from the manifest")


def _bag_info(content: bytes, predicate: RunPredicate) -> None:
    expected = manifest.bag_info(predicate)
    oxum = expected.splitlines()[-1]
    if oxum not in content.splitlines():
        raise VerificationError("oxum-mismatch", f"{layout.BAG_INFO}: does not say {oxum.decode()!r}")
    if content != expected:
        raise VerificationError("container-malformed", f"{layout.BAG_INFO}: not what the statement says of the run")


def check_decisions(content: bytes, predicate: RunPredicate, where: str = layout.DECISIONS) -> dict[str, Any]:
    """Return the parsed decisions, once they are canonical and the predicate says the same of them.

    Raises ``VerificationError``, which names the file ``where``.
    """
    if sha256_hex(content) != predicate.replay.decisionsDigest:
        raise VerificationError("decisions-digest-mismatch", f"{where}: not the one that was signed")
    try:
        document: Any = strict_json(content, max_bytes=layout.MAX_DECISIONS_BYTES)
        canonical = canonical_json(document) == content
        version = document["schemaVersion"]
        stated = {name: document[name] for name in ("scope", "asOf", "profile", "result")}
        stated["gates"] = [{name: gate[name] for name in GATE_MEMBERS} for gate in document["gates"]]
    except (ValueError, LookupError, TypeError) as error:
        raise VerificationError("decisions-malformed", f"{where}: {error}") from error
    if not canonical or version != SCHEMA_VERSION:
        raise VerificationError("decisions-malformed", f"{where}: not canonical JSON of version 1")
    said = predicate.model_dump(include=set(stated))
    for member, value in stated.items():
        if said[member] != value:
            raise VerificationError(
                "predicate-contradicts-decisions", f"the statement's {member} is not that of {where}"
            )
    problem = decisions_problem(document)
    if problem:
        raise VerificationError("decisions-malformed", f"{where}: {problem}")
    return dict(document)


def _snapshot(content: bytes, predicate: RunPredicate) -> None:
    try:
        scope = strict_json(content, max_bytes=layout.MAX_TAG_BYTES)["scope"]
    except (StrictJSONError, LookupError, TypeError) as error:
        raise VerificationError(
            "snapshot-contradicts-predicate", f"{layout.SNAPSHOT_MANIFEST}: names no scope ({error})"
        ) from error
    if scope != predicate.scope.model_dump():
        raise VerificationError(
            "snapshot-contradicts-predicate", f"{layout.SNAPSHOT_MANIFEST}: is of {scope}, not of the statement's scope"
        )

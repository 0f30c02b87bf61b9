"""Checks a bundle on disk against a key from outside, in the order of ``auditor.core.refusals``.

Rules kept here: nothing in the bundle is trusted before the signature over the manifests has been checked, and nothing
is executed here; every file is accounted for, in both directions; each refusal has its own name and names the file.
Source: BagIt 1.0, RFC 8493.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from auditor.adapters.bundle import layout
from auditor.adapters.bundle.writer import file_members, policy_digest
from auditor.adapters.signing.envelope import open_envelope
from auditor.core.canonical import StrictJSONError, canonical_json, sha256_hex, strict_json
from auditor.core.statement import RunPredicate, read_run_statement, subject
from auditor.errors import VerificationError

if TYPE_CHECKING:
    from pathlib import Path

    from securesystemslib.signer import SSlibKey

MAX_STATEMENT_BYTES = 48 * 1024 * 1024
MANIFEST_LINE = re.compile(r"([0-9a-f]{64})  ([^\r\n]+)")
BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class CheckedBundle:
    """A bundle whose signature and files were checked; ``decisions`` are its bytes, ``document`` their content."""

    root: Path
    predicate: RunPredicate
    decisions: bytes
    document: dict[str, Any]


def check_bundle(root: Path, key: SSlibKey) -> CheckedBundle:
    """Check the bundle at ``root``. Raises ``VerificationError`` with the name of the first refusal."""
    present = list_files(root)
    _container(root, present)
    payload = open_envelope(_read(root, layout.ATTESTATION, present), key, layout.ATTESTATION)
    subjects, predicate = read_run_statement(_statement(payload))
    tags = {name: _read(root, name, present) for name in (layout.MANIFEST, layout.TAG_MANIFEST)}
    if subjects != [subject(name, content) for name, content in tags.items()]:
        raise VerificationError("subject-mismatch", "the manifests are not the ones that were signed")
    listed = _manifest(tags[layout.MANIFEST], layout.MANIFEST)
    tag_listed = _manifest(tags[layout.TAG_MANIFEST], layout.TAG_MANIFEST)
    if tuple(sorted(tag_listed)) != tuple(sorted(layout.TAG_FILES)):
        raise VerificationError("manifest-malformed", f"{layout.TAG_MANIFEST}: lists {sorted(tag_listed)}")
    _file_set(present, set(listed) | set(tag_listed) | {layout.TAG_MANIFEST, layout.ATTESTATION})
    files = check_digests(root, {**listed, **tag_listed})
    payload_files = {name: entry for name, entry in files.items() if name in listed}
    if [member.model_dump() for member in predicate.files] != file_members(payload_files):
        raise VerificationError("files-mismatch", "the signed list of files differs from the manifest")
    _bag_info(_read(root, "bag-info.txt", present).decode(), predicate, payload_files)
    if predicate.policyDigest != policy_digest(payload_files):
        raise VerificationError("policy-digest-mismatch", "the policies are not the ones that the statement names")
    decisions = _read(root, layout.DECISIONS, present)
    return CheckedBundle(root, predicate, decisions, _decisions(decisions, predicate))


def list_files(root: Path) -> dict[str, int]:
    """Return every file below ``root`` (POSIX path -> size); refuse anything but plain files and folders."""
    if not root.is_dir() or root.is_symlink():
        raise VerificationError("not-a-bundle", f"{root}: no folder", remedy="name the folder of a bundle")
    files: dict[str, int] = {}
    folders = [(root, "")]
    while folders:
        folder, prefix = folders.pop()
        for entry in os.scandir(folder):
            name = prefix + entry.name
            if not layout.safe(name):
                raise VerificationError("unsafe-name", f"{name!r}: not a name that a bundle may hold")
            status = entry.stat(follow_symlinks=False)
            if stat.S_ISDIR(status.st_mode):
                folders.append((folder / entry.name, name + "/"))
            elif not stat.S_ISREG(status.st_mode) or status.st_nlink != 1:
                raise VerificationError("unsafe-entry", f"{name}: a link or no plain file")
            else:
                files[name] = status.st_size
            if len(files) > layout.MAX_FILES or status.st_size > layout.MAX_FILE_BYTES:
                raise VerificationError("limit-exceeded", f"{name}: more or larger files than a bundle may have")
    if not files:
        raise VerificationError("not-a-bundle", f"{root}: empty")
    return files


def check_digests(root: Path, listed: dict[str, str]) -> dict[str, tuple[str, int]]:
    """Hash every listed file and compare; return name -> (digest, size)."""
    files: dict[str, tuple[str, int]] = {}
    for name, expected in listed.items():
        digest, size = hashlib.sha256(), 0
        with (root / name).open("rb") as reader:
            while block := reader.read(BLOCK):
                digest.update(block)
                size += len(block)
        if digest.hexdigest() != expected:
            raise VerificationError(
                "digest-mismatch", f"{name}: SHA-256 {digest.hexdigest()}, the manifest says {expected}"
            )
        files[name] = (expected, size)
    return files


def _read(root: Path, name: str, present: dict[str, int]) -> bytes:
    if name not in present:
        raise VerificationError("file-missing", f"{name}: not there")
    if present[name] > layout.MAX_DECISIONS_BYTES:
        raise VerificationError("limit-exceeded", f"{name}: {present[name]} bytes")
    return (root / name).read_bytes()


def _container(root: Path, present: dict[str, int]) -> None:
    if "bagit.txt" not in present:
        raise VerificationError("not-a-bundle", f"{root}: no bagit.txt", remedy="name the folder of a bundle")
    if _read(root, "bagit.txt", present) != layout.BAGIT_TXT:
        raise VerificationError("container-malformed", "bagit.txt: not the declaration of a BagIt 1.0 bag in UTF-8")


def _statement(payload: bytes) -> Any:
    try:
        return strict_json(payload, max_bytes=MAX_STATEMENT_BYTES)
    except StrictJSONError as error:
        raise VerificationError("statement-malformed", f"{layout.ATTESTATION}: the statement {error}") from error


def _manifest(content: bytes, name: str) -> dict[str, str]:
    """Parse a manifest strictly: ``<sha256>  <path>`` lines, sorted, unique, ending in a line feed."""
    try:
        text = content.decode("ascii")
    except UnicodeDecodeError as error:
        raise VerificationError("manifest-malformed", f"{name}: not ASCII at byte {error.start}") from error
    lines = text.split("\n")
    if lines.pop() != "":
        raise VerificationError("manifest-malformed", f"{name}: does not end in a line feed")
    listed: dict[str, str] = {}
    previous = ""
    for number, line in enumerate(lines, start=1):
        match = MANIFEST_LINE.fullmatch(line)
        if match is None or not layout.safe(match[2]) or match[2] <= previous:
            raise VerificationError("manifest-malformed", f"{name}, line {number}: not a sorted, unique sha256sum line")
        listed[match[2]] = match[1]
        previous = match[2]
    return listed


def _file_set(present: dict[str, int], expected: set[str]) -> None:
    for name in sorted(expected - present.keys()):
        raise VerificationError("file-missing", f"{name}: listed, but not there")
    for name in sorted(present.keys() - expected):
        raise VerificationError("file-unexpected", f"{name}: there, but in no manifest")


def _bag_info(text: str, predicate: RunPredicate, files: dict[str, tuple[str, int]]) -> None:
    found = dict(line.split(": ", 1) for line in text.splitlines() if ": " in line)
    oxum = f"{sum(size for _, size in files.values())}.{len(files)}"
    for member, expected in (("Payload-Oxum", oxum), ("External-Identifier", predicate.bundleId)):
        if found.get(member) != expected:
            raise VerificationError(
                "container-malformed", f"bag-info.txt: {member} is {found.get(member)}, expected {expected}"
            )


def _decisions(content: bytes, predicate: RunPredicate) -> dict[str, Any]:
    if sha256_hex(content) != predicate.replay.decisionsDigest:
        raise VerificationError(
            "decisions-digest-mismatch", f"{layout.DECISIONS}: not the one that the statement names"
        )
    try:
        document = strict_json(content, max_bytes=layout.MAX_DECISIONS_BYTES)
        canonical = canonical_json(document) == content
    except (StrictJSONError, ValueError) as error:
        raise VerificationError("decisions-malformed", f"{layout.DECISIONS}: {error}") from error
    if not canonical or not isinstance(document, dict):
        raise VerificationError("decisions-malformed", f"{layout.DECISIONS}: not canonical JSON (RFC 8785)")
    try:
        stated = {
            "scope": document["scope"],
            "asOf": document["asOf"],
            "profile": document["profile"],
            "result": document["result"],
            "gates": [
                {name: gate[name] for name in ("gate", "kind", "decision", "verdict")} for gate in document["gates"]
            ],
        }
    except (KeyError, TypeError) as error:
        raise VerificationError("decisions-malformed", f"{layout.DECISIONS}: no {error}") from error
    for member, value in stated.items():
        if predicate.model_dump()[member] != value:
            raise VerificationError(
                "predicate-contradicts-decisions", f"the statement's {member} is not that of {layout.DECISIONS}"
            )
    return document

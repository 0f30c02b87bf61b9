"""Seals a run: writes the bag, hashing while it writes, signs its statement, and only then gives it its name.

Rules kept here: a bundle appears whole or not at all (private folder, fsync, rename); nothing in it is a key or a trust
root; every file under data/ is in the signed list with digest, size, media type and data class.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from auditor import __version__
from auditor.adapters.bundle import layout
from auditor.adapters.signing.envelope import sign
from auditor.core.canonical import sha256_hex
from auditor.core.statement import RunPredicate, run_statement, subject
from auditor.errors import EngineError, UsageError
from auditor.model import isoformat

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from securesystemslib.signer import CryptoSigner

BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class SealRequest:
    """What goes into a bundle. ``document`` is the parsed ``decisions``; ``reports`` and ``environment`` are files."""

    bundle_id: str
    snapshot: Path
    policies: Path
    policy_files: tuple[str, ...]
    decisions: bytes
    document: dict[str, Any]
    reports: Mapping[str, bytes]
    environment_files: Mapping[str, bytes]
    environment: Mapping[str, str]
    time_created: datetime
    valid_until: datetime
    settings: Mapping[str, str]
    development_key: bool


def seal(request: SealRequest, output: Path, signer: CryptoSigner) -> Path:
    """Write and sign the bundle ``output/<bundle id>`` and return its path.

    Raises:
        UsageError: the folder cannot be written, or the bundle is there already.
        EngineError: the disk is full, or a file of the run cannot be read.
    """
    target = output / request.bundle_id
    try:
        output.mkdir(parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(prefix=".sealing-", dir=output))
    except OSError as error:
        raise UsageError(
            f"{output}: no bundle can be written here ({error.strerror})", remedy="give another --output"
        ) from error
    try:
        _write(request, scratch, signer)
        scratch.chmod(0o755)
        if target.exists():
            raise UsageError(f"{target}: exists already; a sealed bundle never changes")
        scratch.rename(target)
        _sync(output)
    except OSError as error:
        raise EngineError(
            f"{error.filename or scratch}: the bundle could not be written ({error.strerror}); nothing was left behind",
            remedy="free some space, or give another --output",
        ) from error
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return target


def _write(request: SealRequest, root: Path, signer: CryptoSigner) -> None:
    files: dict[str, tuple[str, int]] = {}
    for path in sorted(request.snapshot.iterdir()):
        _copy(path, root, f"{layout.SNAPSHOT}/{path.name}", files)
    for name in request.policy_files:
        _copy(request.policies / name, root, f"{layout.POLICIES}/{name}", files)
    _put(request.decisions, root, layout.DECISIONS, files)
    for folder, contents in ((layout.REPORT, request.reports), (layout.ENVIRONMENT, request.environment_files)):
        for name, content in sorted(contents.items()):
            _put(content, root, f"{folder}/{name}", files)
    manifest = _manifest({name: digest for name, (digest, _) in files.items()})
    tags = {layout.MANIFEST: manifest, "bagit.txt": layout.BAGIT_TXT, "bag-info.txt": bag_info(request, files)}
    tag_manifest = _manifest({name: sha256_hex(content) for name, content in tags.items()})
    for name, content in {**tags, layout.TAG_MANIFEST: tag_manifest}.items():
        _put(content, root, name, {})
    subjects = [subject(layout.MANIFEST, manifest), subject(layout.TAG_MANIFEST, tag_manifest)]
    statement = run_statement(subjects, _predicate(request, files, signer.public_key.keyid))
    _put(sign(statement, signer), root, layout.ATTESTATION, {})
    for path in root.rglob("*"):
        if path.is_dir():
            _sync(path)
    _sync(root)


def _predicate(request: SealRequest, files: Mapping[str, tuple[str, int]], key_id: str) -> RunPredicate:
    document = request.document
    members = ("gate", "kind", "decision", "verdict")
    return RunPredicate.model_validate(
        {
            "schemaVersion": 1,
            "bundleId": request.bundle_id,
            "scope": document["scope"],
            "asOf": document["asOf"],
            "timeCreated": isoformat(request.time_created),
            "profile": document["profile"],
            "gates": [{name: gate[name] for name in members} for gate in document["gates"]],
            "result": document["result"],
            "validUntil": isoformat(request.valid_until),
            "files": file_members(files),
            "policyDigest": policy_digest(files),
            "approval": "unapproved",
            "producer": {
                "name": "auditor",
                "version": __version__,
                "keyId": key_id,
                "development": request.development_key,
            },
            "environment": dict(request.environment),
            "replay": {
                "sqlEngine": f"duckdb {request.environment['duckdb']}",
                "regoEngine": f"wasm, compiled by opa {request.environment['opa']}",
                "settings": dict(request.settings),
                "decisionsDigest": sha256_hex(request.decisions),
            },
            "chain": None,
            "privacy": {"vault": None, "scheme": "identifiers reduced to 128-bit digests"},
        }
    )


def file_members(files: Mapping[str, tuple[str, int]]) -> list[dict[str, Any]]:
    """Return the signed list of files from name -> (digest, size)."""
    return [
        {
            "name": name,
            "sha256": digest,
            "size": size,
            "mediaType": layout.media_type(name),
            "dataClass": layout.data_class(name),
        }
        for name, (digest, size) in sorted(files.items())
    ]


def policy_digest(files: Mapping[str, tuple[str, int]]) -> str:
    """Return the SHA-256 over the manifest lines of everything under data/policies."""
    policies = {name: digest for name, (digest, _) in files.items() if name.startswith(layout.POLICIES + "/")}
    return sha256_hex(_manifest(policies))


def bag_info(request: SealRequest, files: Mapping[str, tuple[str, int]]) -> bytes:
    """Return bag-info.txt: date, payload size and count, and what the bag is of."""
    scope = request.document["scope"]
    lines = {
        "Bag-Software-Agent": f"auditor {__version__}",
        "Bagging-Date": request.time_created.date().isoformat(),
        "External-Description": f"Evidence of {scope['system']} in {scope['environment']}, release {scope['release']}",
        "External-Identifier": request.bundle_id,
        "Payload-Oxum": f"{sum(size for _, size in files.values())}.{len(files)}",
    }
    return "".join(f"{name}: {' '.join(value.split())}\n" for name, value in lines.items()).encode()


def _manifest(digests: Mapping[str, str]) -> bytes:
    """Return sha256sum lines, sorted by name."""
    return "".join(f"{digest}  {name}\n" for name, digest in sorted(digests.items())).encode()


def _copy(source: Path, root: Path, name: str, files: dict[str, tuple[str, int]]) -> None:
    digest, size = hashlib.sha256(), 0
    target = _place(root, name)
    with source.open("rb") as reader, target.open("xb") as writer:
        while block := reader.read(BLOCK):
            digest.update(block)
            size += len(block)
            writer.write(block)
        writer.flush()
        os.fsync(writer.fileno())
    files[name] = (digest.hexdigest(), size)


def _put(content: bytes, root: Path, name: str, files: dict[str, tuple[str, int]]) -> None:
    with _place(root, name).open("xb") as writer:
        writer.write(content)
        writer.flush()
        os.fsync(writer.fileno())
    files[name] = (sha256_hex(content), len(content))


def _place(root: Path, name: str) -> Path:
    if not layout.safe(name):
        raise UsageError(
            f"{name!r} cannot be a name in a bundle", remedy="use lower-case letters, digits, '.', '_' and '-'"
        )
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

"""Seals a run: writes the bag, hashing while it writes, signs its statement, and only then gives it its name.

Rules kept here: a bundle appears whole or not at all (private folder, fsync, rename); nothing in it is a key or a trust
root; every file under data/ is in the signed list with digest, size, media type and data class.
Source: BagIt 1.0, RFC 8493.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from auditor import __version__
from auditor.adapters.bundle import layout, manifest, ustar
from auditor.adapters.bundle.manifest import Entry
from auditor.adapters.signing.envelope import sign
from auditor.core.canonical import canonical_json, sha256_hex
from auditor.core.evidence import NO_STATEMENTS, EvidenceTables
from auditor.core.run_predicate import RunPredicate, run_statement
from auditor.core.statement import subject
from auditor.errors import EngineError, UsageError
from auditor.model import isoformat

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from auditor.adapters.signing.sslib import Signer
    from auditor.adapters.signing.timestamps import Timestamper

BLOCK = 1 << 20
SCRATCH = ".sealing-"


@dataclass(frozen=True, slots=True)
class SealRequest:
    """What goes into a bundle. ``document`` is the parsed ``decisions``; ``reports`` and ``environment`` are files.

    ``statements`` are the original envelopes of what people signed, by digest; ``prior`` the files of earlier runs, by
    their path in the bundle; ``evidence`` the rows made of both.
    """

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
    rego_engine: str = "wasm"
    sql_engine: str | None = None  # name and version; None: DuckDB, as the environment has it
    evidence: EvidenceTables = NO_STATEMENTS
    statements: Mapping[str, bytes] = field(default_factory=dict)
    prior: Mapping[str, bytes] = field(default_factory=dict)
    approval: str = "unapproved"
    trust: dict[str, Any] | None = None
    chain: dict[str, Any] | None = None
    timestamper: Timestamper | None = None


def seal(request: SealRequest, output: Path, signer: Signer) -> Path:
    """Write and sign the bundle ``output/<bundle id>`` and return its path.

    Raises:
        UsageError: the folder cannot be written, the bundle is there already, or a name cannot be one in a bundle.
        EngineError: the disk is full, a file of the run cannot be read, or the signer or the timestamper does not work.
    """
    made = [folder for folder in (output, *output.parents) if not folder.exists()]
    try:
        output.mkdir(parents=True, exist_ok=True)
        _remove_abandoned(output)
        scratch = Path(tempfile.mkdtemp(prefix=SCRATCH, dir=output))
        lock = _lock(scratch)
    except OSError as error:
        _remove_empty(made)
        raise UsageError(
            f"{output}: no bundle can be written here ({error.strerror})", remedy="give another --output"
        ) from error
    try:
        return _sealed(request, scratch, output, signer)
    except OSError as error:
        raise EngineError(
            f"{error.filename or scratch}: sealing failed ({error.strerror}); no bundle was left behind",
            remedy="free some space, give another --output, or restore the file",
        ) from error
    finally:
        os.close(lock)
        shutil.rmtree(scratch, ignore_errors=True)
        _remove_empty(made)


def _sealed(request: SealRequest, scratch: Path, output: Path, signer: Signer) -> Path:
    if "/" in request.bundle_id or not layout.safe(request.bundle_id):
        raise UsageError(f"{request.bundle_id!r} cannot be the name of a bundle")
    target = output / request.bundle_id
    _write(request, scratch, signer)
    scratch.chmod(0o755)
    if target.exists() or target.is_symlink():
        raise UsageError(f"{target}: exists already; a sealed bundle never changes")
    scratch.rename(target)
    _sync(output)
    return target


def _lock(scratch: Path) -> int:
    """Hold a folder as one that is being sealed; the lock falls with the process, however that ends."""
    descriptor = os.open(scratch, os.O_RDONLY | os.O_CLOEXEC)
    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return descriptor


def _remove_abandoned(output: Path) -> None:
    """Remove what a killed process left half-sealed; what another one is sealing just now stays."""
    for left in output.glob(f"{SCRATCH}*"):
        try:
            lock = _lock(left)
        except OSError:  # another process has it, or has just removed it
            continue
        shutil.rmtree(left, ignore_errors=True)
        os.close(lock)


def _remove_empty(made: list[Path]) -> None:
    """Remove the folders that were made for nothing, innermost first."""
    for folder in made:
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()


def _write(request: SealRequest, root: Path, signer: Signer) -> None:
    files = dict(_payload(request, root))
    _transportable(request.bundle_id, files)
    predicate = _predicate(request, files, signer.public_key.keyid)
    payload_manifest = manifest.render({name: entry.sha256 for name, entry in files.items()})
    tags = {
        layout.BAG_INFO: manifest.bag_info(predicate),
        layout.DECLARATION: layout.BAGIT_TXT,
        layout.MANIFEST: payload_manifest,
    }
    tag_manifest = manifest.render({name: sha256_hex(content) for name, content in tags.items()})
    subjects = [subject(layout.MANIFEST, payload_manifest), subject(layout.TAG_MANIFEST, tag_manifest)]
    attestation = sign(run_statement(subjects, predicate), signer, request.timestamper)
    for name, content in {**tags, layout.TAG_MANIFEST: tag_manifest, layout.ATTESTATION: attestation}.items():
        _put(content, root, name)
    for folder, _, _ in os.walk(root):
        _sync(Path(folder))


def _transportable(bundle_id: str, files: Mapping[str, Entry]) -> None:
    """Refuse what no canonical tar can hold, so that whatever is sealed can be archived."""
    try:
        for name, entry in files.items():
            ustar.header(f"{bundle_id}/{name}", entry.size)
    except ValueError as error:
        raise UsageError(str(error), remedy="use shorter names, or collect such a table in parts") from error


def _payload(request: SealRequest, root: Path) -> Iterator[tuple[str, Entry]]:
    """Write everything under data/ and yield each file's path in the bundle with its digest and size."""
    for path in sorted(request.snapshot.iterdir()):
        name = f"{layout.SNAPSHOT}/{path.name}"
        yield name, _copy(path, root, name)
    for one in request.policy_files:
        name = f"{layout.POLICIES}/{one}"
        yield name, _copy(request.policies / one, root, name)
    for digest, envelope in sorted(request.statements.items()):
        name = layout.statement_name(digest)
        yield name, _put(envelope, root, name)
    for name, content in sorted(request.prior.items()):
        yield name, _put(content, root, name)
    tables = canonical_json(request.evidence.document())
    yield layout.EVIDENCE_TABLES, _put(tables, root, layout.EVIDENCE_TABLES)
    yield layout.DECISIONS, _put(request.decisions, root, layout.DECISIONS)
    for folder, contents in ((layout.REPORT, request.reports), (layout.ENVIRONMENT, request.environment_files)):
        for one, content in sorted(contents.items()):
            name = f"{folder}/{one}"
            yield name, _put(content, root, name)


def _predicate(request: SealRequest, files: Mapping[str, Entry], key_id: str) -> RunPredicate:
    document = request.document
    members = ("gate", "kind", "decision", "verdict")
    stated = {
        "schemaVersion": 1,
        "bundleId": request.bundle_id,
        "scope": document["scope"],
        "asOf": document["asOf"],
        "timeCreated": isoformat(request.time_created),
        "profile": document["profile"],
        "gates": [{name: gate[name] for name in members} for gate in document["gates"]],
        "result": document["result"],
        "validUntil": isoformat(request.valid_until),
        "files": manifest.file_members(files),
        "policyDigest": manifest.policy_digest({name: entry.sha256 for name, entry in files.items()}),
        "approval": request.approval,
        "trust": request.trust,
        "producer": {
            "name": "auditor",
            "version": __version__,
            "keyId": key_id,
            "development": request.development_key,
        },
        "environment": dict(request.environment),
        "replay": {
            "sqlEngine": request.sql_engine or f"duckdb {request.environment['duckdb']}",
            "regoEngine": request.rego_engine,
            "settings": dict(request.settings),
            "decisionsDigest": sha256_hex(request.decisions),
        },
        "chain": request.chain,
        "privacy": {"vault": None, "scheme": "identifiers reduced to 128-bit digests"},
    }
    try:
        return RunPredicate.model_validate(stated)
    except ValidationError as error:
        raise EngineError(f"{request.bundle_id}: the run cannot be stated ({error.errors()[0]['msg']})") from error


def _copy(source: Path, root: Path, name: str) -> Entry:
    """Copy a file and return what was written of it."""
    digest, size = hashlib.sha256(), 0
    with source.open("rb") as reader, _place(root, name).open("xb") as writer:
        while block := reader.read(BLOCK):
            digest.update(block)
            size += len(block)
            writer.write(block)
        writer.flush()
        os.fsync(writer.fileno())
    return Entry(digest.hexdigest(), size)


def _put(content: bytes, root: Path, name: str) -> Entry:
    with _place(root, name).open("xb") as writer:
        writer.write(content)
        writer.flush()
        os.fsync(writer.fileno())
    return Entry(sha256_hex(content), len(content))


def _place(root: Path, name: str) -> Path:
    if not layout.safe(name):
        raise UsageError(
            f"{name!r} cannot be a name in a bundle", remedy="use lower-case letters, digits, '.', '_' and '-'"
        )
    path = root / name
    if not path.parent.is_dir():
        path.parent.mkdir(parents=True, exist_ok=True)
    return path


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

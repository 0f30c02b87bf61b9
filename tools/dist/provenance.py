"""The attestation of what was built: SLSA provenance v1 in an in-toto statement, signed in a sigstore bundle.

Rules kept here: its subjects are the very files, with SHA-256 and SHA-512; it names the commit and says whether the tree
was clean; it claims no more than who holds the key can know: the builder is the one that the caller names.
Sources: https://slsa.dev/spec/v1.0/provenance, https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md
"""

from __future__ import annotations

import hashlib
import platform
import subprocess
from typing import TYPE_CHECKING, Any

from auditor.adapters.signing.envelope import sign
from auditor.core.canonical import canonical_json
from auditor.core.statement import STATEMENT_TYPE, subject

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from auditor.adapters.signing.sslib import Signer

PREDICATE_TYPE = "https://slsa.dev/provenance/v1"
BUILD_TYPE = "urn:auditor:tools.dist:v1"
LOCKS = ("requirements.lock", "requirements-dev.lock")


def provenance(files: Sequence[Path], root: Path, epoch: int, builder: str) -> bytes:
    """Return the statement about ``files``, RFC 8785, as built of ``root`` by ``builder`` (a URI)."""
    statement = {
        "_type": STATEMENT_TYPE,
        "subject": [subject(path.name, path.read_bytes()) for path in sorted(files, key=lambda path: path.name)],
        "predicateType": PREDICATE_TYPE,
        "predicate": {
            "buildDefinition": {
                "buildType": BUILD_TYPE,
                "externalParameters": {"command": "python -m tools.dist", "sourceDateEpoch": str(epoch)},
                "internalParameters": {"python": platform.python_version()},
                "resolvedDependencies": [*_commit(root), *(_lock(root / name) for name in LOCKS)],
            },
            "runDetails": {"builder": {"id": builder}},
        },
    }
    return canonical_json(statement)


def attest(files: Sequence[Path], root: Path, epoch: int, builder: str, signer: Signer) -> bytes:
    """Return the signed attestation, a sigstore bundle v0.3 that ``cosign verify-blob-attestation`` reads."""
    return sign(provenance(files, root, epoch, builder), signer)


def _commit(root: Path) -> list[dict[str, Any]]:
    """Name the commit of a clone; a source distribution has none to name."""
    head = _git(root, "rev-parse", "HEAD")
    if head is None:
        return []
    clean = _git(root, "status", "--porcelain", "--untracked-files=no") == ""
    return [{"name": "source", "digest": {"gitCommit": head}, "annotations": {"treeIsClean": clean}}]


def _git(root: Path, *words: str) -> str | None:
    done = subprocess.run(["git", *words], cwd=root, capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else None


def _lock(path: Path) -> dict[str, Any]:
    return {"name": path.name, "digest": {"sha256": hashlib.sha256(path.read_bytes()).hexdigest()}}

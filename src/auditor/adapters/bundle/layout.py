"""Names, limits and media types of a bundle (a BagIt 1.0 bag, RFC 8493).

Rules kept here: a name is one that every file system and every tool reads alike, so two names never fold into one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

BAGIT_TXT = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
MANIFEST = "manifest-sha256.txt"
TAG_MANIFEST = "tagmanifest-sha256.txt"
DECLARATION = "bagit.txt"
BAG_INFO = "bag-info.txt"
TAG_FILES = (BAG_INFO, DECLARATION, MANIFEST)
PAYLOAD = "data/"
ATTESTATION = "attestations/run.sigstore.json"
DECISIONS = "data/decisions.json"
SNAPSHOT = "data/snapshot"
SNAPSHOT_MANIFEST = "data/snapshot/snapshot.json"
MAPPINGS = "data/snapshot/mappings.json"
POLICIES = "data/policies"
REPORT = "data/report"
ENVIRONMENT = "data/environment"
EVIDENCE = "data/evidence"
EVIDENCE_TABLES = "data/evidence/tables.json"
PRIOR = "data/evidence/prior"
PRIOR_DECISIONS_SUFFIX = ".decisions.json"
STATEMENT_SUFFIX = ".sigstore.json"

MAX_TAG_BYTES = 64 << 20
MAX_DECISIONS_BYTES = 1 << 30
NAME = re.compile(r"[a-z0-9_-](?:[a-z0-9._-]{0,126}[a-z0-9_-])?")
MAX_PATH = 240

MEDIA_TYPES = {
    ".parquet": "application/vnd.apache.parquet",
    ".json": "application/json",
    ".jsonl": "application/jsonl",
    ".md": "text/markdown",
    ".html": "text/html",
    ".rego": "text/plain",
    ".sql": "application/sql",
    ".toml": "application/toml",
    ".wasm": "application/wasm",
    ".txt": "text/plain",
    ".lock": "text/plain",
}


@dataclass(frozen=True, slots=True)
class Limits:
    """What a reader takes from a stranger: files and folders together, and bytes in all."""

    entries: int = 100_000
    total_bytes: int = 1 << 40


LIMITS = Limits()


def statement_name(digest: str) -> str:
    """Return the path of the original envelope of a person's statement."""
    return f"{EVIDENCE}/{digest}{STATEMENT_SUFFIX}"


def prior_name(digest: str) -> str:
    """Return the path of the envelope of an earlier run, by the digest of its statement."""
    return f"{PRIOR}/{digest}{STATEMENT_SUFFIX}"


def prior_decisions_name(digest: str) -> str:
    """Return the path of the decisions of an earlier run, by the digest of its statement."""
    return f"{PRIOR}/{digest}{PRIOR_DECISIONS_SUFFIX}"


def media_type(name: str) -> str:
    """Return the media type of a file by its suffix."""
    if name.endswith(STATEMENT_SUFFIX):
        return "application/vnd.dev.sigstore.bundle.v0.3+json"
    return MEDIA_TYPES.get("." + name.rsplit(".", 1)[-1], "application/octet-stream")


def data_class(name: str) -> str:
    """Return who may see a file: evidence names people, a snapshot is pseudonymised, the rest is internal."""
    if name.startswith(EVIDENCE + "/") and not name.startswith(PRIOR + "/"):
        return "personal"
    return "pseudonymised" if name.startswith(SNAPSHOT + "/") else "internal"


def safe(path: str) -> bool:
    """Say whether a path relative to the bundle is one that every file system reads alike."""
    return len(path) <= MAX_PATH and all(NAME.fullmatch(part) for part in path.split("/"))

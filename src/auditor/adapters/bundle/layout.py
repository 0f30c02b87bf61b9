"""Names, limits and media types of a bundle (a BagIt 1.0 bag, RFC 8493)."""

from __future__ import annotations

import re

BAGIT_TXT = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
MANIFEST = "manifest-sha256.txt"
TAG_MANIFEST = "tagmanifest-sha256.txt"
TAG_FILES = ("bag-info.txt", "bagit.txt", MANIFEST)
ATTESTATION = "attestations/run.sigstore.json"
DECISIONS = "data/decisions.json"
SNAPSHOT = "data/snapshot"
POLICIES = "data/policies"
REPORT = "data/report"
ENVIRONMENT = "data/environment"

MAX_FILES = 100_000
MAX_FILE_BYTES = 1 << 40
MAX_DECISIONS_BYTES = 1 << 30
NAME = re.compile(r"[a-z0-9_-][a-z0-9._-]{0,127}")
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


def media_type(name: str) -> str:
    """Return the media type of a file by its suffix."""
    return MEDIA_TYPES.get("." + name.rsplit(".", 1)[-1], "application/octet-stream")


def data_class(name: str) -> str:
    """Return who may see a file: a snapshot holds pseudonymised records, the rest is internal."""
    return "pseudonymised" if name.startswith(SNAPSHOT) else "internal"


def safe(path: str) -> bool:
    """Say whether a path relative to the bundle is one that every file system reads alike."""
    return len(path) <= MAX_PATH and all(NAME.fullmatch(part) for part in path.split("/"))

"""Names in a ledger's folder.

Rules kept here: an entry's name is its place in the log; a statement's name is the digest of what was signed.
"""

from __future__ import annotations

import re

ORIGIN = "origin"
ENTRIES = "entries"
STATEMENTS = "statements"
CHECKPOINT = "checkpoint"
CHECKPOINTS = "checkpoints"
LOCK = "lock"
SCRATCH = "scratch"

ENTRY_NAME = re.compile(r"([0-9]{12})\.json")
STATEMENT_NAME = re.compile(r"([0-9a-f]{64})\.sigstore\.json")
KEPT_NAME = re.compile(r"(0|[1-9][0-9]{0,11})")
MAX_ENTRIES = 10**12


def entry(sequence: int) -> str:
    """Return the path of a leaf in the ledger."""
    return f"{ENTRIES}/{sequence:012d}.json"


def statement(digest: str) -> str:
    """Return the path of the envelope of a statement in the ledger."""
    return f"{STATEMENTS}/{digest}.sigstore.json"


def kept(size: int) -> str:
    """Return the path of the checkpoint that was signed at ``size`` leaves."""
    return f"{CHECKPOINTS}/{size}"


def token(size: int) -> str:
    """Return the path of the timestamp (DER of a TimeStampResp) over the signature of that checkpoint."""
    return f"{CHECKPOINTS}/{size}.tsr"

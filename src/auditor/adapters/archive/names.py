"""Keys: ``bundles/<ledger>/<sequence>.tar``, ``signoffs/<run>/<digest>``, ``checkpoints/<size>/<digest>``.

Rules kept here: digests are those of signed payloads (a run's, a sign-off's) or, of a checkpoint, of its bytes, never
of a signature; a ledger is named by its origin, each byte but lower-case letters, digits, dots and dashes written as
``_`` and two hexadecimal digits, so two origins never share a name; sequences have twelve digits, so a listing is in
order.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from auditor.errors import UsageError

BUNDLES, SIGN_OFFS, CHECKPOINTS = "bundles/", "signoffs/", "checkpoints/"
MAX_NAME = 200
MAX_SEQUENCE = 10**12 - 1
PLAIN = re.compile(rb"[a-z0-9.-]")
KEY = re.compile(
    r"bundles/(?P<ledger>[a-z0-9_-][a-z0-9._-]{0,199})/(?P<sequence>[0-9]{12})\.tar"
    r"|signoffs/(?P<run>[0-9a-f]{64})/(?P<statement>[0-9a-f]{64})"
    r"|checkpoints/(?P<size>0|[1-9][0-9]{0,17})/(?P<content>[0-9a-f]{64})"
)


@dataclass(frozen=True, slots=True)
class Name:
    """A key, read: ``group`` is the ledger's name, the run's digest or the tree's size; a bundle has no ``digest``."""

    kind: Literal["bundle", "sign-off", "checkpoint"]
    group: str
    digest: str
    sequence: int = 0


def ledger_name(origin: str) -> str:
    """Return the name of the ledger of an origin. Raises ``UsageError`` for an empty or very long one."""
    safe = "".join(
        chr(byte) if PLAIN.fullmatch(bytes([byte])) and (index or byte != ord(".")) else f"_{byte:02x}"
        for index, byte in enumerate(origin.encode())
    )
    if not 0 < len(safe) <= MAX_NAME:
        raise UsageError(f"{origin!r}: cannot name a ledger", remedy="give the ledger's origin, as in its checkpoint")
    return safe


def bundle_key(origin: str, sequence: int) -> str:
    """Return the key of the bundle whose run is leaf ``sequence`` of a ledger. Raises ``UsageError``."""
    if not 0 <= sequence <= MAX_SEQUENCE:
        raise UsageError(f"{sequence}: no sequence in a ledger")
    return f"{BUNDLES}{ledger_name(origin)}/{sequence:012d}.tar"


def sign_off_key(run: str, statement: str) -> str:
    """Return the key of a statement about a run, both by the digest of what was signed."""
    return f"{SIGN_OFFS}{run}/{statement}"


def checkpoint_key(size: int, digest: str) -> str:
    """Return the key of a checkpoint of a tree of ``size`` leaves, ``digest`` being that of its bytes."""
    return f"{CHECKPOINTS}{size}/{digest}"


def read_key(key: str) -> Name | None:
    """Return what a key says, or ``None`` of one that no archive has."""
    match = KEY.fullmatch(key)
    if match is None:
        return None
    if match["ledger"]:
        return Name("bundle", match["ledger"], "", int(match["sequence"]))
    if match["run"]:
        return Name("sign-off", match["run"], match["statement"])
    return Name("checkpoint", match["size"], match["content"])

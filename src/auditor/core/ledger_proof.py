"""A proof that a leaf is in a ledger, to be checked without the ledger.

Rules kept here: the text is C2SP's, so tools of others check it; what it needs beyond that (the leaf itself, and the
way from an anchor to its checkpoint) lies in its ``extra`` line, which proves nothing: all of it is hashed and
compared.
Source: C2SP tlog-proof, https://c2sp.org/tlog-proof
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass

from pydantic import Field, ValidationError

from auditor.core.canonical import StrictJSONError, canonical_json, strict_json
from auditor.core.leaves import Leaf
from auditor.core.merkle import HASH_BYTES, consistency_proof, inclusion_proof, leaf_hash, verify_inclusion
from auditor.core.merkle import verify_consistency as leads
from auditor.core.statement import Exact
from auditor.errors import VerificationError

FIRST_LINE = "c2sp.org/tlog-proof@v1"
MAX_BYTES = 1 << 20
INDEX = re.compile(r"index (0|[1-9][0-9]{0,15})")


class Consistency(Exact):
    """The hashes (base64) that lead from the tree of ``size`` leaves to the one of the proof's checkpoint."""

    size: int = Field(ge=0)
    hashes: list[str]


class Extra(Exact):
    """What the ``extra`` line holds, canonical JSON in base64."""

    leaf: Leaf
    anchor: Consistency | None


@dataclass(frozen=True, slots=True)
class Proof:
    """A leaf, its index, the path to the root (32 bytes each) of ``checkpoint`` (a signed note), and from an anchor."""

    extra: Extra
    index: int
    path: tuple[bytes, ...]
    checkpoint: bytes

    def content(self) -> bytes:
        """Return the bytes of the proof."""
        lines = [
            FIRST_LINE,
            f"extra {_encode(canonical_json(self.extra.model_dump(mode='json')))}",
            f"index {self.index}",
            *(_encode(one) for one in self.path),
        ]
        return ("\n".join(lines) + "\n\n").encode() + self.checkpoint


def prove(
    leaf: Leaf, index: int, hashes: tuple[bytes, ...], checkpoint: bytes, anchor_size: int | None = None
) -> Proof:
    """Return the proof of leaf ``index`` among the leaf hashes ``hashes``, which ``checkpoint`` was signed over."""
    anchor = None
    if anchor_size is not None:
        way = [_encode(one) for one in consistency_proof(hashes, anchor_size)]
        anchor = Consistency(size=anchor_size, hashes=way)
    return Proof(Extra(leaf=leaf, anchor=anchor), index, tuple(inclusion_proof(hashes, index)), checkpoint)


def read_proof(content: bytes, where: str) -> Proof:
    """Return the proof in ``content``, canonical; nothing of it is checked.

    Raises:
        VerificationError: ``ledger-proof-malformed``.
    """
    try:
        proof = _read(content)
    except (StrictJSONError, ValidationError, ValueError) as error:
        said = error.errors()[0]["msg"] if isinstance(error, ValidationError) else error
        raise VerificationError("ledger-proof-malformed", f"{where}: {said}") from error
    if proof.content() != content:
        raise VerificationError("ledger-proof-malformed", f"{where}: not the canonical form of a proof")
    return proof


def check_proof(proof: Proof, size: int, root: bytes, where: str) -> None:
    """Check that the proof's leaf is in the tree of its checkpoint (``size``, ``root``, both verified by the caller).

    Raises:
        VerificationError: ``ledger-proof-invalid``.
    """
    if not verify_inclusion(leaf_hash(proof.extra.leaf.content()), proof.index, size, proof.path, root):
        raise VerificationError(
            "ledger-proof-invalid", f"{where}: does not lead from leaf {proof.index} to the root of {size} leaves"
        )


def check_extends(proof: Proof, size: int, root: bytes, anchor: tuple[int, bytes], where: str) -> None:
    """Check that the tree of the proof's checkpoint extends that of an anchor (its size and root).

    Raises:
        VerificationError: ``ledger-truncated`` when the anchor is the larger one, ``ledger-forked`` when a tree of the
            same size has another root, ``ledger-proof-invalid`` when the proof does not lead from the anchor.
    """
    first, anchor_root = anchor
    if first > size:
        raise VerificationError("ledger-truncated", f"{where}: of {size} leaves, the anchor covers {first} already")
    if first == size and anchor_root != root:
        raise VerificationError("ledger-forked", f"{where}: at {size} leaves the anchor has another root")
    way = proof.extra.anchor
    if first == size:
        return
    if (
        way is None
        or way.size != first
        or not leads(first, size, anchor_root, root, [_hash(one) for one in way.hashes])
    ):
        raise VerificationError(
            "ledger-proof-invalid",
            f"{where}: does not lead from the anchor of {first} leaves to the root of {size}",
            remedy="prove it anew: `auditor ledger prove --anchor`; if that fails, the ledger has forked",
        )


def _read(content: bytes) -> Proof:
    if len(content) > MAX_BYTES:
        raise ValueError(f"has {len(content)} bytes, at most {MAX_BYTES} are read")
    head, blank, checkpoint = content.partition(b"\n\n")
    lines = head.decode("ascii").split("\n")
    if not blank or len(lines) < 3 or lines[0] != FIRST_LINE or not lines[1].startswith("extra "):  # noqa: PLR2004
        raise ValueError(f"has not the lines {FIRST_LINE}, extra and index, hashes, a blank line and a checkpoint")
    match = INDEX.fullmatch(lines[2])
    if match is None:
        raise ValueError(f"has the index line {lines[2][:80]!r}")
    raw = base64.b64decode(lines[1].removeprefix("extra "), validate=True)
    extra = Extra.model_validate(strict_json(raw, max_bytes=MAX_BYTES))
    for one in extra.anchor.hashes if extra.anchor else ():
        _hash(one)
    return Proof(extra, int(match[1]), tuple(_hash(line) for line in lines[3:]), checkpoint)


def _encode(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _hash(text: str) -> bytes:
    raw = base64.b64decode(text, validate=True)
    if len(raw) != HASH_BYTES or _encode(raw) != text:
        raise ValueError(f"has the hash {text[:80]!r}, which is not 32 bytes in canonical base64")
    return raw

"""The Merkle tree of a log: roots, and the two proofs about them; all pure, over hashes of leaves.

Rules kept here: leaves and nodes are hashed under different prefixes, so none passes for the other; a proof is taken
only when every hash of it is used, and shapes that no tree has are false and never an error.
Source: RFC 6962, section 2.1 (the tree and its proofs), and RFC 9162, sections 2.1.3.2 and 2.1.4.2 (their checking).
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

HASH_BYTES = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()


def leaf_hash(leaf: bytes) -> bytes:
    """Return the hash under which the bytes of a leaf stand in the tree."""
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of a node with two children."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root(hashes: Sequence[bytes]) -> bytes:
    """Return the root of the tree over the leaf hashes, in order; that of no leaf is the SHA-256 of nothing."""
    *_, last = roots(hashes)
    return last


def roots(hashes: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the root of every prefix, from that of no leaf to that of all; O(log n) hashes each."""
    peaks: list[tuple[int, bytes]] = []  # (height, hash) of the whole subtrees so far, the highest first
    yield EMPTY_ROOT
    for one in hashes:
        peaks.append((0, one))
        while len(peaks) > 1 and peaks[-2][0] == peaks[-1][0]:
            height, right = peaks.pop()
            peaks[-1] = (height + 1, node_hash(peaks[-1][1], right))
        total = peaks[-1][1]
        for _, left in reversed(peaks[:-1]):
            total = node_hash(left, total)
        yield total


def inclusion_proof(hashes: Sequence[bytes], index: int) -> list[bytes]:
    """Return the audit path of leaf ``index``, the sibling of the leaf first. Raises ``ValueError`` for no leaf."""
    if not 0 <= index < len(hashes):
        raise ValueError(f"leaf {index} of {len(hashes)}")
    path: list[bytes] = []
    low, high = 0, len(hashes)
    while high - low > 1:
        middle = low + _split(high - low)
        if index < middle:
            path.append(root(hashes[middle:high]))
            high = middle
        else:
            path.append(root(hashes[low:middle]))
            low = middle
    return path[::-1]


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], tree_root: bytes) -> bool:
    """Say whether the hash ``leaf`` is leaf ``index`` of the tree of ``size`` leaves with that root."""
    if not 0 <= index < size:
        return False
    first, last, found = index, size - 1, leaf
    for one in proof:
        if last == 0:
            return False
        if first & 1 or first == last:
            found = node_hash(one, found)
            first, last = _up(first, last)
        else:
            found = node_hash(found, one)
        first, last = first >> 1, last >> 1
    return last == 0 and found == tree_root


def consistency_proof(hashes: Sequence[bytes], first: int) -> list[bytes]:
    """Return the proof that the tree of ``first`` leaves is a prefix of this one; of no leaf or of all it is empty.

    Raises:
        ValueError: the tree has not so many leaves.
    """
    if not 0 <= first <= len(hashes):
        raise ValueError(f"{first} leaves of {len(hashes)}")
    if first in (0, len(hashes)):
        return []
    path: list[bytes] = []
    low, high, whole = 0, len(hashes), True  # whole: the first tree is a subtree here, so its root is known
    while high != first:
        middle = low + _split(high - low)
        if first <= middle:
            path.append(root(hashes[middle:high]))
            high = middle
        else:
            path.append(root(hashes[low:middle]))
            low, whole = middle, False
    return ([] if whole else [root(hashes[low:high])]) + path[::-1]


def verify_consistency(first: int, size: int, first_root: bytes, tree_root: bytes, proof: Sequence[bytes]) -> bool:
    """Say whether the tree of ``first`` leaves and ``first_root`` is a prefix of that of ``size`` and ``tree_root``."""
    if not 0 <= first <= size:
        return False
    if first == 0:
        return not proof and first_root == EMPTY_ROOT
    if first == size:
        return not proof and first_root == tree_root
    path = [first_root, *proof] if first & (first - 1) == 0 else list(proof)
    if not path:
        return False
    low, high = first - 1, size - 1
    while low & 1:
        low, high = low >> 1, high >> 1
    old = new = path[0]
    for one in path[1:]:
        if high == 0:
            return False
        if low & 1 or low == high:
            old, new = node_hash(one, old), node_hash(one, new)
            low, high = _up(low, high)
        else:
            new = node_hash(new, one)
        low, high = low >> 1, high >> 1
    return high == 0 and old == first_root and new == tree_root


def _split(size: int) -> int:
    """Return the largest power of two below ``size``."""
    return 1 << (size - 1).bit_length() - 1


def _up(first: int, last: int) -> tuple[int, int]:
    """Climb over the levels at which a last node has no sibling."""
    while first and not first & 1:
        first, last = first >> 1, last >> 1
    return first, last

"""The Merkle tree against the reference vectors of Certificate Transparency, and its laws."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.core.merkle import (
    EMPTY_ROOT,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    root,
    roots,
    verify_consistency,
    verify_inclusion,
)

# The eight leaves, the roots and the proofs that Certificate Transparency's own implementations are tested with.
LEAVES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
A = "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"
B = "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"
C = "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"
D = "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"
E = "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"
F = "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"
INCLUSION = [(0, 8, [A, B, C]), (5, 8, [D, E, ROOTS[4]]), (2, 3, [ROOTS[2]]), (1, 5, [ROOTS[1], B, D])]
CONSISTENCY = [(1, 1, []), (1, 8, [A, B, C]), (6, 8, [F, E, ROOTS[4]]), (2, 5, [B, D])]

SIZES = st.integers(1, 70)


def hashes_of(size: int) -> list[bytes]:
    return [leaf_hash(bytes([number])) for number in range(size)]


def recursive(hashes: list[bytes]) -> bytes:
    """The definition of RFC 6962, section 2.1, word for word."""
    if not hashes:
        return hashlib.sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    split = 1
    while split * 2 < len(hashes):
        split *= 2
    return hashlib.sha256(b"\x01" + recursive(hashes[:split]) + recursive(hashes[split:])).digest()


def reference(size: int) -> list[bytes]:
    return [leaf_hash(bytes.fromhex(leaf)) for leaf in LEAVES[:size]]


def test_reference_roots() -> None:
    assert [one.hex() for one in roots(reference(8))] == ROOTS
    assert bytes.fromhex(ROOTS[0]) == EMPTY_ROOT


@pytest.mark.parametrize(("index", "size", "proof"), INCLUSION)
def test_reference_inclusion(index, size, proof) -> None:
    assert [one.hex() for one in inclusion_proof(reference(size), index)] == proof
    path = [bytes.fromhex(one) for one in proof]
    assert verify_inclusion(reference(8)[index], index, size, path, bytes.fromhex(ROOTS[size]))


@pytest.mark.parametrize(("first", "size", "proof"), CONSISTENCY)
def test_reference_consistency(first, size, proof) -> None:
    assert [one.hex() for one in consistency_proof(reference(size), first)] == proof
    path = [bytes.fromhex(one) for one in proof]
    assert verify_consistency(first, size, bytes.fromhex(ROOTS[first]), bytes.fromhex(ROOTS[size]), path)


@given(st.integers(0, 200))
def test_the_root_is_the_one_that_the_rfc_defines(size) -> None:
    hashes = hashes_of(size)
    assert root(hashes) == recursive(hashes)


@given(st.data(), SIZES)
def test_every_leaf_is_proved_at_its_place_and_nowhere_else(data, size) -> None:
    hashes = hashes_of(size)
    index, other = data.draw(st.integers(0, size - 1)), data.draw(st.integers(-1, size))
    proof = inclusion_proof(hashes, index)
    assert verify_inclusion(hashes[index], index, size, proof, root(hashes))
    assert verify_inclusion(hashes[index], other, size, proof, root(hashes)) == (other == index)
    assert not verify_inclusion(hashes[index], index, size, [*proof, hashes[0]], root(hashes))
    for gone in range(len(proof)):
        assert not verify_inclusion(hashes[index], index, size, proof[:gone] + proof[gone + 1 :], root(hashes))
        flipped = [*proof[:gone], bytes([proof[gone][0] ^ 1]) + proof[gone][1:], *proof[gone + 1 :]]
        assert not verify_inclusion(hashes[index], index, size, flipped, root(hashes))


@given(st.data(), SIZES)
def test_every_prefix_is_proved_and_no_other_tree(data, size) -> None:
    hashes = hashes_of(size)
    first = data.draw(st.integers(0, size))
    proof = consistency_proof(hashes, first)
    old, new = root(hashes[:first]), root(hashes)
    assert verify_consistency(first, size, old, new, proof)
    assert not verify_consistency(first, size, node_hash(old, old), new, proof)
    assert not verify_consistency(first, size, old, new, [*proof, old])
    if first:
        assert not verify_consistency(first, size, old, node_hash(new, new), proof)
        edited = [*hashes_of(first - 1), leaf_hash(b"edited")]
        assert not verify_consistency(first, size, root(edited), new, proof)
    for gone in range(len(proof)):
        assert not verify_consistency(first, size, old, new, proof[:gone] + proof[gone + 1 :])


@given(st.integers(-2, 12), st.integers(-2, 12), st.lists(st.just(b"\x00" * 32), max_size=6))
def test_shapes_that_no_tree_has_are_false_and_no_error(first, size, proof) -> None:
    zero = b"\x00" * 32
    assert not verify_inclusion(zero, first, size, proof, b"another")
    assert not verify_consistency(first, size, b"one", b"another", proof)


@pytest.mark.parametrize("call", [lambda: inclusion_proof([], 0), lambda: consistency_proof([b""], 2)])
def test_what_is_not_in_the_tree_cannot_be_proved(call) -> None:
    with pytest.raises(ValueError, match="of"):
        call()


def test_a_node_is_no_leaf() -> None:
    """Second preimages: without prefixes the two children of a node would be the content of a leaf."""
    left, right = leaf_hash(b"a"), leaf_hash(b"b")
    assert leaf_hash(left + right) != node_hash(left, right)


def test_without_a_proof_nothing_of_another_size_is_consistent() -> None:
    hashes = [leaf_hash(bytes([number])) for number in range(7)]
    for first in range(1, 7):
        assert not verify_consistency(first, 7, root(hashes[:first]), root(hashes), [])

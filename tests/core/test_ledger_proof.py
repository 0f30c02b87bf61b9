"""Proofs as text: one form, and nothing in them is believed that is not hashed."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.core.canonical import canonical_json
from auditor.core.leaves import Leaf
from auditor.core.ledger_proof import check_extends, check_proof, prove, read_proof
from auditor.core.merkle import leaf_hash, root
from auditor.errors import VerificationError

LEAVES = [
    Leaf.model_validate(
        {
            "schemaVersion": 1,
            "kind": "sign-off",
            "system": "support",
            "environment": "production",
            "release": "r1",
            "statement": f"{number:064x}",
            "keyId": "e" * 64,
            "closes": None,
        }
    )
    for number in range(13)
]
HASHES = tuple(leaf_hash(leaf.content()) for leaf in LEAVES)
ROOT = root(HASHES)
NOTE = b"a signed note, which somebody else reads\n\n\xe2\x80\x94 a b\n"


def code(call: Any, *arguments: Any) -> str:
    with pytest.raises(VerificationError) as caught:
        call(*arguments)
    return caught.value.code


def whole(content: bytes) -> None:
    proof = read_proof(content, "proof")
    check_proof(proof, 13, ROOT, "proof")
    check_extends(proof, 13, ROOT, (4, root(HASHES[:4])), "proof")


@given(st.integers(0, 12), st.none() | st.integers(0, 13))
def test_a_proof_is_read_as_it_was_written_and_leads_to_the_root(index: int, anchor: int | None) -> None:
    proof = prove(LEAVES[index], index, HASHES, NOTE, anchor)
    assert read_proof(proof.content(), "proof") == proof
    check_proof(proof, 13, ROOT, "proof")
    if anchor is not None:
        check_extends(proof, 13, ROOT, (anchor, root(HASHES[:anchor])), "proof")


@given(st.data())
def test_no_byte_of_it_can_change(data: st.DataObject) -> None:
    content = prove(LEAVES[5], 5, HASHES, NOTE, 4).content()
    place, bit = data.draw(st.integers(0, len(content) - len(NOTE) - 1)), data.draw(st.integers(0, 7))
    changed = content[:place] + bytes([content[place] ^ 1 << bit]) + content[place + 1 :]
    assert code(whole, changed) in {"ledger-proof-malformed", "ledger-proof-invalid"}


def test_another_tree_or_another_leaf() -> None:
    proof = prove(LEAVES[5], 5, HASHES, NOTE)
    assert code(check_proof, proof, 13, root(HASHES[:12]), "proof") == "ledger-proof-invalid"
    assert code(check_proof, proof, 8, ROOT, "proof") == "ledger-proof-invalid"
    assert code(check_proof, prove(LEAVES[4], 5, HASHES, NOTE), 13, ROOT, "proof") == "ledger-proof-invalid"


def test_an_anchor_that_is_no_prefix() -> None:
    proof = prove(LEAVES[5], 5, HASHES, NOTE, 4)
    anchored = (4, root(HASHES[:4]))
    assert code(check_extends, proof, 13, ROOT, (4, ROOT), "proof") == "ledger-proof-invalid"
    assert code(check_extends, proof, 13, ROOT, (5, root(HASHES[:5])), "proof") == "ledger-proof-invalid"
    assert code(check_extends, proof, 13, ROOT, (14, ROOT), "proof") == "ledger-truncated"
    assert code(check_extends, proof, 13, ROOT, (13, anchored[1]), "proof") == "ledger-forked"
    check_extends(prove(LEAVES[5], 5, HASHES, NOTE), 13, ROOT, (13, ROOT), "proof")
    assert code(check_extends, prove(LEAVES[5], 5, HASHES, NOTE), 13, ROOT, anchored, "proof") == "ledger-proof-invalid"


def changed_extra(change: Any) -> bytes:
    """Return a proof whose extra line holds something else, in the right form."""
    lines = prove(LEAVES[5], 5, HASHES, NOTE, 4).content().split(b"\n")
    extra = json.loads(base64.b64decode(lines[1].removeprefix(b"extra ")))
    change(extra)
    lines[1] = b"extra " + base64.b64encode(canonical_json(extra))
    return b"\n".join(lines)


CONTENT = prove(LEAVES[5], 5, HASHES, NOTE, 4).content()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        CONTENT.replace(b"@v1", b"@v2"),
        CONTENT.replace(b"extra ", b"other "),
        CONTENT.replace(b"index 5", b"index 05"),
        CONTENT.replace(b"index 5\n", b""),
        CONTENT.replace(b"index 5\n", b"index 5\nAAAA\n"),
        CONTENT.replace(b"index 5\n", b"index 5\n!\n"),
        CONTENT.replace(b"extra ", b"extra e30="),
        CONTENT.replace(b"extra ", b"extra \xff"),
        CONTENT.replace(b"\n\n", b"\n"),
        CONTENT + b" " * (1 << 20),
        changed_extra(lambda extra: extra.update(more=1)),
        changed_extra(lambda extra: extra["anchor"].update(hashes=["AAAA"])),
        changed_extra(lambda extra: extra["leaf"].update(closes=0)),
    ],
)
def test_a_proof_of_another_form_is_refused(content: bytes) -> None:
    assert code(read_proof, content, "proof") == "ledger-proof-malformed"


def test_extra_that_is_not_canonical_is_refused() -> None:
    lines = CONTENT.split(b"\n")
    extra = json.loads(base64.b64decode(lines[1].removeprefix(b"extra ")))
    lines[1] = b"extra " + base64.b64encode(json.dumps(extra).encode())
    assert code(read_proof, b"\n".join(lines), "proof") == "ledger-proof-malformed"

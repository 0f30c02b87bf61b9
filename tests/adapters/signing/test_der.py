"""Finding one's way in DER: nothing is read beyond what holds it."""

from __future__ import annotations

import pytest
from asn1crypto import core
from hypothesis import given
from hypothesis import strategies as st

from auditor.adapters.signing.der import SEQUENCE, Element, outermost

trees = st.recursive(st.binary(max_size=200), lambda inner: st.lists(inner, max_size=6), max_leaves=12)


def encoded(tree: list[object] | bytes) -> bytes:
    """Let another library write a tree of sequences and octet strings."""
    if isinstance(tree, bytes):
        return core.OctetString(tree).dump()
    return core.Sequence(contents=b"".join(map(encoded, tree))).dump()  # type: ignore[arg-type]


def decoded(element: Element) -> list[object] | bytes:
    return [decoded(one) for one in element.children()] if element.tag == SEQUENCE else element.contents


@given(trees)
def test_what_another_library_wrote_is_found(tree: list[object] | bytes) -> None:
    assert decoded(outermost(encoded(tree))) == tree
    assert outermost(encoded(tree)).encoded == encoded(tree)


@given(st.binary(max_size=60))
def test_no_bytes_lead_outside(content: bytes) -> None:
    try:
        waiting = [outermost(content)]
        while waiting:
            one = waiting.pop()
            assert one.start < one.body <= one.end <= len(content)
            waiting += one.children()
    except ValueError:
        pass


@pytest.mark.parametrize("content", ["", "30", "300204", "30800000", "3085000000000178", "308201", "1f0100"])
def test_what_is_cut_off_endless_or_oddly_tagged_is_an_error(content: str) -> None:
    with pytest.raises(ValueError, match="byte"):
        outermost(bytes.fromhex(content))


def test_a_child_may_not_be_longer_than_its_parent() -> None:
    with pytest.raises(ValueError, match="goes beyond byte 4"):
        list(outermost(b"\x30\x02\x04\x03aaa").children())


def test_a_tag_that_is_not_there_is_an_error() -> None:
    with pytest.raises(ValueError, match="no element of tag 0xa0 at byte 0"):
        outermost(b"\x30\x02\x04\x00").child(0xA0)

"""Finds its way in DER by tag and length, for the few bytes of a token that no library shows.

Rules kept here: nothing is decoded or encoded; an element ends within the one that holds it, or it is an error.
Source: ITU-T X.690, sections 8.1 and 10.1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

SEQUENCE, SET, FIRST = 0x30, 0x31, 0xA0
_LONG, _MAX_LENGTH_BYTES, _HIGH_TAG = 0x80, 4, 0x1F


@dataclass(frozen=True, slots=True)
class Element:
    """One element of ``content``: its tag, and where it begins, its contents begin, and it ends."""

    content: bytes
    tag: int
    start: int
    body: int
    end: int

    @property
    def encoded(self) -> bytes:
        """Return the whole element as it stands."""
        return self.content[self.start : self.end]

    @property
    def contents(self) -> bytes:
        """Return what is in it."""
        return self.content[self.body : self.end]

    def children(self) -> Iterator[Element]:
        """Yield the elements in it, in their order. Raises ``ValueError``."""
        place = self.body
        while place < self.end:
            child = _element(self.content, place, self.end)
            yield child
            place = child.end

    def child(self, tag: int) -> Element:
        """Return the first element of a tag in it. Raises ``ValueError``."""
        return self.children_of(tag)[0]

    def children_of(self, tag: int) -> list[Element]:
        """Return the elements of a tag in it, of which there is one at least. Raises ``ValueError``."""
        found = [one for one in self.children() if one.tag == tag]
        if not found:
            raise ValueError(f"no element of tag {tag:#x} at byte {self.start}")
        return found


def outermost(content: bytes) -> Element:
    """Return the element that ``content`` is. Raises ``ValueError``."""
    return _element(content, 0, len(content))


def _element(content: bytes, start: int, limit: int) -> Element:
    if limit - start < 2:  # noqa: PLR2004 - tag and length
        raise ValueError(f"an element is cut off at byte {start}")
    length, body = content[start + 1], start + 2
    if length & _LONG:
        count = length - _LONG
        if not 1 <= count <= _MAX_LENGTH_BYTES:
            raise ValueError(f"a length of {count} bytes at byte {start}")
        length, body = int.from_bytes(content[body : body + count]), body + count
    if content[start] & _HIGH_TAG == _HIGH_TAG or body + length > limit:
        raise ValueError(f"an element at byte {start} goes beyond byte {limit}, or has a long tag")
    return Element(content, content[start], start, body, body + length)

"""Where something was found: spans of a text, none of which overlaps another."""

from __future__ import annotations

from bisect import bisect_left, insort
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """``text[start:end]`` is a piece of personal data of ``type``."""

    start: int
    end: int
    type: str


class Spans:
    """Spans in order; the first that claims a place keeps it."""

    def __init__(self) -> None:
        self._spans: list[Span] = []

    def claim(self, start: int, end: int, kind: str) -> None:
        """Add a span, unless a part of it is taken."""
        at = bisect_left(self._spans, Span(start, start, ""))
        before = self._spans[at - 1].end if at else 0
        after = self._spans[at].start if at < len(self._spans) else end
        if before <= start and end <= after:
            insort(self._spans, Span(start, end, kind))

    def __iter__(self) -> Iterator[Span]:
        return iter(self._spans)


def ends(text: str, start: int, most: int, parts: frozenset[str], between: str) -> Iterator[int]:
    """Yield, longest first, where a piece of at most ``most`` characters of ``parts`` may end that begins at ``start``.

    Up to three of ``between`` may stand between two of them; a piece does not end in the middle of a word.
    """
    found: list[int] = []
    taken = gap = 0
    for at in range(start, min(len(text), start + 4 * most)):
        one = text[at]
        if one in parts:
            taken, gap = taken + 1, 0
            if taken > most:
                break
            if at + 1 == len(text) or not text[at + 1].isalnum():
                found.append(at + 1)
        elif one in between and gap < 3:  # noqa: PLR2004 - as said above
            gap += 1
        else:
            break
    return reversed(found)


def before(text: str, at: int, most: int = 32) -> str:
    """Return the end of what stands before ``at`` in its line, at most ``most`` characters."""
    start = max(0, at - most)
    return text[max(start, text.rfind("\n", start, at) + 1) : at]


def first_valid(text: str, candidates: Iterator[int], start: int, valid: Callable[[str], bool]) -> int | None:
    """Return the first of the ends of which the piece from ``start`` is valid."""
    return next((end for end in candidates if valid(text[start:end])), None)


def says(text: str, words: Iterable[str]) -> bool:
    """Return whether one of ``words`` stands in ``text``, in lower case, in capitals or with a capital letter.

    Quicker than to fold the case of a whole block.
    """
    return any(one in text for word in words for one in (word, word.upper(), word.capitalize(), word.title()))

"""How well something finds what is planted in a corpus: counts by type, of what is there and of what is not.

Rules kept here: a piece is found when something of its type is reported at its place; what is reported of a type at a
place where none of that type stands is a false positive, whatever else stands there.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from auditor.pii import TYPES
from auditor.pii.corpus import documents
from auditor.pii.detector import detect
from auditor.pii.plain import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from auditor.pii.corpus import Document
    from auditor.pii.spans import Span

SEED, DOCUMENTS = 20_250_114, 1000


@dataclass(slots=True)
class Counts:
    """Pieces of one type: planted, found of these, near misses planted, and false positives."""

    planted: int = 0
    found: int = 0
    near_misses: int = 0
    false_positives: int = 0


def measured(corpus: Iterable[Document]) -> dict[str, Counts]:
    """Return by type how well our own detector finds what is planted in ``corpus``."""
    counts = {kind: Counts() for kind in TYPES}
    for document in corpus:
        compare(document, detect(plain(document.text)), counts)
    return counts


@cache
def limit_of_detection() -> dict[str, Counts]:
    """Return the counts on the corpus that every scan is measured by."""
    return measured(documents(SEED, DOCUMENTS))


def compare(document: Document, found: Sequence[Span], counts: dict[str, Counts]) -> None:
    """Add to ``counts`` what of ``document`` was found, and what was found that is not in it."""
    there = [one for one in document.labels if not one.near_miss]
    for label in document.labels:
        if label.near_miss:
            counts[label.type].near_misses += 1
        else:
            counts[label.type].planted += 1
            counts[label.type].found += any(_at(one, label.start, label.end, label.type) for one in found)
    for one in found:
        counts[one.type].false_positives += not any(_at(one, label.start, label.end, label.type) for label in there)


def _at(span: Span, start: int, end: int, kind: str) -> bool:
    return span.type == kind and span.start < end and start < span.end

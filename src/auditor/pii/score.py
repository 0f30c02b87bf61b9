"""What an audited system made of a labelled corpus: what it reported, and what it left in what it put out.

Rules kept here: what was planted is known, so what is left of it is searched for by itself and not by guessing; it is
found however it is spaced, cased or disguised, and how well is measured by putting other forms of the same pieces
before the search. Where a system reports no places, its counts by document and type are compared, never more than was
planted.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

from auditor.pii import TYPES
from auditor.pii.corpus import disguised
from auditor.pii.numbers import only_digits
from auditor.pii.plain import plain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from auditor.pii.corpus import Document, Label

PHONE_DIGITS = 8
_WORDS = re.compile(r"\b(?:at|ät|dot|punkt)\b")
_NOTHING = re.compile(r"[\W_]+")
_DIGIT_RUN = re.compile(r"[0-9](?:[ ()./\-]{0,3}[0-9])*")


@dataclass(frozen=True, slots=True)
class Detection:
    """One piece that the audited system reported; without a place, ``end`` is 0."""

    type: str
    start: int = 0
    end: int = 0


@dataclass(slots=True)
class Result:
    """Counts of one type, as table ``pii_results`` has them."""

    planted: int = 0
    detected: int = 0
    unredacted: int = 0
    near_misses: int = 0
    false_positives: int = 0
    scanner_planted: int = 0
    scanner_found: int = 0


def scored(
    documents: Sequence[Document], outputs: Mapping[str, str], detections: Mapping[str, Sequence[Detection]], seed: int
) -> dict[str, Result]:
    """Return the results by type; ``outputs`` and ``detections`` are by the id of their document."""
    results = {kind: Result() for kind in TYPES}
    random = Random(seed)  # noqa: S311 - forms of an example, not a secret
    for document in documents:
        shown = plain(outputs[document.id])
        for label in document.labels:
            result = results[label.type]
            if label.near_miss:
                result.near_misses += 1
                continue
            result.planted += 1
            result.unredacted += left_in(label, shown)
            result.scanner_planted += 1
            other = disguised(label.plain, label.type, random, always=True)
            result.scanner_found += left_in(label, plain(f"Output: {other}."))
        _reported(document, detections.get(document.id, ()), results)
    return results


def left_in(label: Label, shown: str) -> bool:
    """Return whether the piece stands in ``shown`` (which ``plain`` made), in whatever form."""
    piece = plain(label.plain)
    if label.type.startswith("PHONE"):
        wanted = only_digits(piece)[-PHONE_DIGITS:]
        return any(wanted in only_digits(run) for run in _DIGIT_RUN.findall(shown))
    if label.type == "POSTAL_CODE_DE":
        return re.search(rf"(?<![0-9]){piece}(?![0-9])", shown) is not None
    if label.type == "IP_ADDRESS":
        whole = re.escape(piece.casefold())
        return re.search(rf"(?<![0-9a-f:.]){whole}(?![0-9a-f:]|\.[0-9])", _dotted(shown)) is not None
    return _compact(piece) in _compact(shown)


def _dotted(shown: str) -> str:
    return shown.replace("[.]", ".").replace("(.)", ".").casefold()


def _compact(text: str) -> str:
    """Return the letters and digits of ``text``, without the words by which people disguise an address."""
    return _NOTHING.sub("", _WORDS.sub("", text.casefold()))


def _reported(document: Document, found: Sequence[Detection], results: Mapping[str, Result]) -> None:
    """Add what was reported of ``document``: at the place of a piece of the type, or none of it."""
    there = [one for one in document.labels if not one.near_miss]
    placed = [one for one in found if one.end]
    for label in there:
        results[label.type].detected += any(_at(one, label) for one in placed)
    for one in placed:
        results[one.type].false_positives += not any(_at(one, label) for label in there)
    planted = Counter(label.type for label in there if not any(_at(one, label) for one in placed))
    for kind, count in Counter(one.type for one in found if not one.end).items():
        results[kind].detected += min(count, planted[kind])
        results[kind].false_positives += max(0, count - planted[kind])


def _at(one: Detection, label: Label) -> bool:
    return one.type == label.type and one.start < label.end and label.start < one.end

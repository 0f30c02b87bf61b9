"""Everything that is drawn by chance, one stream per purpose, so that one never disturbs another.

Rules kept here: only ``Random.random`` and ``Random.getrandbits`` of an integer seed, the two whose sequence Python
promises to keep (https://docs.python.org/3/library/random.html#notes-on-reproducibility).
"""

from __future__ import annotations

import random
import uuid
import zlib
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence

T = TypeVar("T")
ALPHANUMERIC = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


class Draw:
    """One stream: the same (seed, purpose) gives the same values."""

    def __init__(self, seed: int, purpose: str) -> None:
        self._random = random.Random((seed << 32) | zlib.crc32(purpose.encode()))  # noqa: S311 - an example, not a key

    def between(self, low: int, high: int) -> int:
        """Return an integer of ``[low, high)``."""
        return low + int(self._random.random() * (high - low))

    def chance(self, share: float) -> bool:
        """Return true in ``share`` of the cases."""
        return self._random.random() < share

    def choice(self, options: Sequence[T]) -> T:
        """Return one of ``options``, each as likely."""
        return options[self.between(0, len(options))]

    def weighted(self, options: Sequence[tuple[T, float]]) -> T:
        """Return one of ``(option, share)``; shares add up to one, and the last takes what rounding leaves."""
        drawn = self._random.random()
        for option, share in options:
            drawn -= share
            if drawn < 0:
                return option
        return options[-1][0]

    def identifier(self) -> str:
        """Return a UUID (version 4 in form)."""
        return str(uuid.UUID(int=self._random.getrandbits(128), version=4))

    def alphanumeric(self, length: int) -> str:
        """Return ``length`` letters and digits."""
        return "".join(self.choice(ALPHANUMERIC) for _ in range(length))

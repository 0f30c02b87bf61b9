"""The one-sided Mann-Whitney test of two samples with ties: does the first tend to be lower than the second?

H. B. Mann and D. R. Whitney, Annals of Mathematical Statistics 18 (1947) 50. Small samples are decided by the exact
permutation distribution given their ties (mid-ranks: W. J. Conover, "Practical Nonparametric Statistics", 3rd ed.,
section 5.1), larger ones by the normal approximation with the variance corrected for ties and a correction of one half
(E. L. Lehmann, "Nonparametrics" (1975), appendix, (A.19)).

Rules kept here: values are integers that somebody else has counted into ties; statistics are integers and ratios of
integers; an approximate verdict compares squares of those with a critical value that is rounded up, so that every
machine says the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import comb
from typing import TYPE_CHECKING, Literal

from auditor.core.normal import critical_value

if TYPE_CHECKING:
    from collections.abc import Sequence

EXACT = 40  # of both samples together: the largest that are decided exactly

Reading = Literal["pass", "fail", "undecided"]
Tie = tuple[int, int]  # of one value: how many of the first sample have it, how many of the second


@dataclass(frozen=True, slots=True)
class Ranks:
    """What the test needs of two samples.

    ``wins``: pairs in which the first is lower, twice, and ties once. ``ties``: sum of t^3 - t over all values, of
    which t are alike. ``groups``: the ties in ascending order of value, or none when the samples are large.
    """

    first: int
    second: int
    wins: int
    ties: int
    groups: tuple[Tie, ...] | None = None

    def __post_init__(self) -> None:
        pairs, size = self.first * self.second, self.first + self.second
        sound = min(self.first, self.second) >= 0 and 0 <= self.wins <= 2 * pairs and 0 <= self.ties <= size**3 - size
        if not sound or (self.groups is not None and of_groups(self.groups) != self._counts()):
            raise ValueError(f"no two samples have {self}")

    def _counts(self) -> tuple[int, int, int, int]:
        return self.first, self.second, self.wins, self.ties


def of_groups(groups: Sequence[Tie]) -> tuple[int, int, int, int]:
    """Return (first, second, wins, ties) of two samples given as ties in ascending order of value."""
    first = second = wins = ties = 0
    for ours, theirs in groups:
        wins += ours * theirs + 2 * first * theirs
        first, second = first + ours, second + theirs
        ties += (ours + theirs) ** 3 - (ours + theirs)
    return first, second, wins, ties


def rank_reading(ranks: Ranks, alpha: Fraction) -> Reading:
    """Decide at the one-sided error ``alpha`` whether the first sample tends to be lower than the second.

    Returns:
        ``pass`` when it is lower, ``fail`` when it is higher, else ``undecided``; also when a sample is empty, or large
        and all alike.
    """
    if not ranks.first or not ranks.second:
        return "undecided"
    if ranks.groups is not None and ranks.first + ranks.second <= EXACT:
        if upper_probability(ranks.groups, ranks.wins) <= alpha:
            return "pass"
        mirrored = tuple(reversed(ranks.groups))
        return "fail" if upper_probability(mirrored, of_groups(mirrored)[2]) <= alpha else "undecided"
    most = 2 * ranks.first * ranks.second
    if _far(ranks, ranks.wins, alpha):
        return "pass"
    return "fail" if _far(ranks, most - ranks.wins, alpha) else "undecided"


def upper_probability(groups: Sequence[Tie], wins: int) -> Fraction:
    """Return the exact probability of ``wins`` or more (pairs twice, ties once), were both samples of one population.

    Every way to name ``first`` of the values ours is as likely as any other; what is alike stays alike.
    """
    first = sum(ours for ours, _ in groups)
    ways: dict[tuple[int, int], int] = {(0, 0): 1}  # (chosen so far, wins so far) -> number of ways
    seen = 0
    for ours, theirs in groups:
        size = ours + theirs
        following: dict[tuple[int, int], int] = {}
        for (chosen, won), number in ways.items():
            for taken in range(min(size, first - chosen) + 1):
                left = size - taken
                key = (chosen + taken, won + left * (2 * chosen + taken))
                following[key] = following.get(key, 0) + number * comb(size, taken)
        ways, seen = following, seen + size
    tail = sum(number for (chosen, won), number in ways.items() if chosen == first and won >= wins)
    return Fraction(tail, comb(seen, first))


def _far(ranks: Ranks, wins: int, alpha: Fraction) -> bool:
    """Say whether ``wins`` lies so far above its mean that the normal approximation gives it at most ``alpha``."""
    size, pairs = ranks.first + ranks.second, ranks.first * ranks.second
    variance = Fraction(pairs, 12) * (size + 1 - Fraction(ranks.ties, size * (size - 1)))
    distance = Fraction(wins - pairs - 1, 2)
    z = critical_value(alpha)
    return variance > 0 and distance > 0 and distance**2 >= z**2 * variance

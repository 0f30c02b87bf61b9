"""The Mann-Kendall test of a series of shares for an upward trend, by the exact distribution given its ties.

H. B. Mann, Econometrica 13 (1945) 245; M. G. Kendall, "Rank Correlation Methods" (1975). The statistic S is the number
of pairs that rise less those that fall. Over all orders of a series with ties the number of falling pairs is the number
of inversions of the permutations of a multiset, whose generating function is the Gaussian multinomial coefficient
(R. P. Stanley, "Enumerative Combinatorics" 1, 2nd ed., proposition 1.7.1), so no approximation is needed.

Rules kept here: shares are ratios of integers and compared as such; what is unknown in a period may have been an event
or not, and a verdict must hold for both.
"""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from itertools import combinations
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Sequence

LONGEST = 200  # periods: the distribution of more takes minutes
FEWEST = 4  # of fewer, no order is rarer than 0.05

Reading = Literal["pass", "fail", "undecided"]
Period = tuple[int, int, int]  # events, trials, unknown trials


def trend_reading(periods: Sequence[Period], alpha: Fraction) -> Reading:
    """Decide at the one-sided error ``alpha`` whether the share of events rises from period to period.

    Args:
        periods: (events, measured trials, unknown trials) of each period, in order of time.
        alpha: error probability of saying that a series rises which does not.

    Returns:
        ``fail`` when it rises whatever the unknown trials were, ``pass`` when it does not rise whatever they were, else
        ``undecided``; also with fewer than four periods or one without a trial, for nothing could then be found.

    Raises:
        ValueError: counts that cannot be, or more than 200 periods.
    """
    if any(not 0 <= events <= trials or unknown < 0 for events, trials, unknown in periods):
        raise ValueError("a period with other than 0 <= events <= trials and unknown >= 0")
    if len(periods) > LONGEST:
        raise ValueError(f"{len(periods)} periods, at most {LONGEST} are compared")
    if len(periods) < FEWEST or any(trials == 0 for _, trials, _ in periods):
        return "undecided"
    low = [Fraction(events, trials + unknown) for events, trials, unknown in periods]
    high = [Fraction(events + unknown, trials + unknown) for events, trials, unknown in periods]
    ties = [list(Counter(Fraction(events, trials) for events, trials, _ in periods).values())]
    if any(unknown for _, _, unknown in periods):  # it may break the ties
        ties.append([1] * len(periods))
    pairs = list(combinations(range(len(periods)), 2))
    most = sum(_sign(high[late] - low[early]) for early, late in pairs)
    if min(upper_probability(one, most) for one in ties) > alpha:
        return "pass"
    least = sum(_sign(low[late] - high[early]) for early, late in pairs)
    return "fail" if max(upper_probability(one, least) for one in ties) <= alpha else "undecided"


def upper_probability(ties: Sequence[int], score: int) -> Fraction:
    """Return the exact probability of a score of at least ``score`` when every order of the series is as likely.

    ``ties`` are the sizes of the groups of equal values; they sum to the length of the series. No order has a score
    larger than its ties allow.
    """
    length = sum(ties)
    untied = (length * (length - 1) - sum(size * (size - 1) for size in ties)) // 2
    falling = _inversions(ties)
    most = (untied - score) // 2  # falling pairs, for score = untied - 2 x falling
    return Fraction(sum(falling[: max(most + 1, 0)]), sum(falling))


def _inversions(ties: Sequence[int]) -> list[int]:
    """Return how many arrangements of a multiset have 0, 1, 2 .. inversions."""
    counts, placed = [1], 0
    for size in ties:
        for one in range(1, size + 1):  # times (1 - q^(placed + one)) / (1 - q^one), exactly
            counts = _divided(_multiplied(counts, placed + one), one)
        placed += size
    return counts


def _multiplied(counts: list[int], power: int) -> list[int]:
    shifted = [0] * power + counts
    return [ours - theirs for ours, theirs in zip(counts + [0] * power, shifted, strict=True)]


def _divided(counts: list[int], power: int) -> list[int]:
    quotient = list(counts)
    for index in range(power, len(quotient)):
        quotient[index] += quotient[index - power]
    return quotient[: len(quotient) - power]


def _sign(value: Fraction) -> int:
    return (value > 0) - (value < 0)

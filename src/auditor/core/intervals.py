"""Two-sided intervals of a proportion, to show beside a count: exact (Clopper-Pearson) and Wilson's.

C. J. Clopper and E. S. Pearson, Biometrika 26 (1934) 404; E. B. Wilson, JASA 22 (1927) 209. Rules kept here: bounds are
whole parts per million, rounded outward; a verdict never rests on one (see ``statistics``).
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor, isqrt
from typing import TYPE_CHECKING

from auditor.core.normal import critical_value
from auditor.core.statistics import GUARD, lower_tail, upper_tail

if TYPE_CHECKING:
    from collections.abc import Callable

MILLION = 1_000_000
TAIL = Fraction(1, 40)  # 0.025 on either side


@dataclass(frozen=True, slots=True)
class Interval:
    """A two-sided interval of a proportion, in parts per million."""

    lower_ppm: int
    upper_ppm: int


def clopper_pearson(events: int, trials: int, tail: Fraction = TAIL) -> Interval:
    """Return the interval that covers the true proportion with at least 1 - 2 ``tail``, whatever it is.

    Raises:
        ValueError: counts that cannot be, or no trial.
    """
    _refuse_impossible(events, trials)
    upper = MILLION
    if events < trials:  # the first share at which so few events are too rare
        upper = _first(lambda share: lower_tail(events, trials, (share, MILLION)) <= float(tail) - GUARD)
    lower = 0
    if events:  # the last share at which so many events are too rare
        lower = _first(lambda share: upper_tail(events, trials, (share, MILLION)) > float(tail) - GUARD) - 1
    return Interval(lower, upper)


def wilson(events: int, trials: int, tail: Fraction = TAIL) -> Interval:
    """Return the score interval: the proportions whose normal approximation does not reject the count.

    Raises:
        ValueError: counts that cannot be, or no trial.
    """
    _refuse_impossible(events, trials)
    square = critical_value(tail) ** 2
    centre = events + square / 2
    # the half width is sqrt(z^2 (events (trials - events) / trials + z^2 / 4)), all over trials + z^2
    under = square * (Fraction(events * (trials - events), trials) + square / 4)
    width = Fraction(isqrt(under.numerator * 10**24 // under.denominator) + 1, 10**12)
    below = (centre - width) * MILLION / (trials + square)
    above = (centre + width) * MILLION / (trials + square)
    return Interval(max(0, floor(below)), min(MILLION, ceil(above)))


def _first(holds: Callable[[int], bool]) -> int:
    """Return the first share, in ppm and at least 1, at which ``holds`` is true; it never turns false again."""
    low, high = 0, MILLION
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high


def _refuse_impossible(events: int, trials: int) -> None:
    if not 0 <= events <= trials or trials == 0:
        raise ValueError(f"no proportion of {events=} in {trials=}")

"""Exact one-sided binomial readings of a count: the *assured* reading of a statistical gate.

Rules kept here: a share is a ratio of integers and never a float from outside; what is unknown is taken at its worst
for the side that is asked; a tail that lies within ``GUARD`` of the error probability is ``undecided``, so that the
last digit of a logarithm can never decide a verdict on one machine and not on another.
Source: the exact (Clopper-Pearson) one-sided test, C. J. Clopper and E. S. Pearson, Biometrika 26 (1934) 404.
"""

from __future__ import annotations

from fractions import Fraction
from math import exp, lgamma, log
from typing import Literal

from auditor.core.spending import level

ALPHA = Fraction(1, 20)
GUARD = 1e-9
NEGLIGIBLE = 1e-18

Reading = Literal["pass", "fail", "undecided"]


def assured_reading(
    events: int,
    trials: int,
    unknown: int,
    share: tuple[int, int],
    looks: int = 1,
    look: int = 1,
    spending: str = "equal",
) -> Reading:
    """Decide, at its share of the one-sided error ``ALPHA``, on which side of ``share`` the true proportion lies.

    Args:
        events: bad events that were measured (count).
        trials: measured trials (count).
        unknown: upper bound on trials that were not measured (count); each may be an event or not.
        share: (numerator, denominator) of the largest proportion that is still good.
        looks: planned looks that share the error probability.
        look: which of them this one is, from 1.
        spending: how it is spent over them; see ``spending``.

    Returns:
        ``pass`` when the proportion is below the share even if every unknown trial was an event, ``fail`` when it is
        above even if none was, else ``undecided``.

    Raises:
        ValueError: counts or looks that cannot be.
    """
    if min(events, trials, unknown) < 0 or events > trials or looks < 1 or not 0 < share[0] < share[1]:
        raise ValueError(f"no binomial reading of {events=} {trials=} {unknown=} {share=} {looks=}")
    total = trials + unknown
    alpha = float(level(ALPHA, looks, look, spending))
    if total == 0:
        return "undecided"
    if _below(lower_tail(events + unknown, total, share), alpha):
        return "pass"
    if _below(upper_tail(events, total, share), alpha):
        return "fail"
    return "undecided"


def _below(probability: float, alpha: float) -> bool:
    return probability <= alpha - GUARD


def lower_tail(events: int, trials: int, share: tuple[int, int]) -> float:
    """Return P(X <= events) for X ~ Binomial(trials, share)."""
    if events >= trials:
        return 1.0
    mean = trials * share[0] // share[1]
    if events > mean:
        return 1.0 - _sum(events + 1, 1, trials, share)
    return _sum(events, -1, trials, share)


def upper_tail(events: int, trials: int, share: tuple[int, int]) -> float:
    """Return P(X >= events) for X ~ Binomial(trials, share)."""
    if events <= 0:
        return 1.0
    mean = trials * share[0] // share[1]
    if events <= mean:
        return 1.0 - _sum(events - 1, -1, trials, share)
    return _sum(events, 1, trials, share)


def _sum(start: int, step: int, trials: int, share: tuple[int, int]) -> float:
    """Sum the probabilities from ``start`` away from the mean until they no longer matter."""
    odds = share[0] / (share[1] - share[0])
    term = exp(
        lgamma(trials + 1)
        - lgamma(start + 1)
        - lgamma(trials - start + 1)
        + start * log(share[0] / share[1])
        + (trials - start) * log((share[1] - share[0]) / share[1])
    )
    total = 0.0
    count = start
    while 0 <= count <= trials and term > NEGLIGIBLE:
        total += term
        if step > 0:
            term *= (trials - count) / (count + 1) * odds
        else:
            term *= count / ((trials - count + 1) * odds)
        count += step
    return min(total, 1.0)

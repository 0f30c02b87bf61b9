"""How an error probability is spent over the looks that a profile declares, so that looking often finds no more.

Twenty looks at 0.05 each find something in 22 of 100 healthy releases (P. Armitage, C. K. McPherson and B. C. Rowe,
JRSS A 132 (1969) 235). The functions are those of K. K. G. Lan and D. L. DeMets, Biometrika 70 (1983) 659; the looks
are equally spaced, so look k of n has the share k/n of the information.

Rules kept here: each look is given what its function adds since the look before, and nothing else. That holds for looks
that depend on each other in any way (the union bound); boundaries that use the dependence are a little wider for all
looks but the first, and need an integration that no two machines do alike. Levels are fractions, rounded down.
"""

from __future__ import annotations

from decimal import ROUND_FLOOR, Context, Decimal, localcontext
from fractions import Fraction
from typing import Literal

from auditor.core.normal import DIGITS, critical_value, upper_tail

Spending = Literal["equal", "obrien_fleming", "pocock"]
SPENDINGS = ("equal", "obrien_fleming", "pocock")
GRAIN = Decimal("1e-18")


def level(alpha: Fraction, looks: int, look: int, spending: str) -> Fraction:
    """Return the one-sided error probability that look ``look`` of ``looks`` may use.

    ``equal`` gives every look the same (Bonferroni), ``obrien_fleming`` nearly all to the last, ``pocock`` about the
    same to each with a little more at first. The levels of all looks sum to at most ``alpha``.

    Raises:
        ValueError: a look that is not one of the looks, an unknown spending, or an alpha not between 0 and 1.
    """
    if not 1 <= look <= looks or not 0 < alpha < 1 or spending not in SPENDINGS:
        raise ValueError(f"no level of {alpha=} for {look=} of {looks=} with {spending=}")
    if spending == "equal":
        return alpha / looks
    return _spent(alpha, Fraction(look, looks), spending) - _spent(alpha, Fraction(look - 1, looks), spending)


def _spent(alpha: Fraction, share: Fraction, spending: str) -> Fraction:
    """Return what is spent when ``share`` of the information is there, rounded down to 18 decimals."""
    if share in (0, 1):
        return alpha * share
    with localcontext(Context(prec=DIGITS)):
        part = _decimal(share)
        if spending == "obrien_fleming":
            spent = 2 * upper_tail(_decimal(critical_value(alpha / 2)) / part.sqrt())
        else:
            spent = _decimal(alpha) * (1 + (Decimal(1).exp() - 1) * part).ln()
        return Fraction(spent.quantize(GRAIN, rounding=ROUND_FLOOR))


def _decimal(value: Fraction) -> Decimal:
    return Decimal(value.numerator) / Decimal(value.denominator)

"""The standard normal distribution in decimals: the same digits on every machine.

A float's ``exp`` or ``log`` may differ in its last digit between C libraries, and a verdict may not. Rules kept here:
every operation is one of ``decimal`` (correctly rounded by its specification), at 50 digits, so that 30 are right.
"""

from __future__ import annotations

from decimal import ROUND_CEILING, Context, Decimal, localcontext
from fractions import Fraction
from functools import lru_cache

DIGITS = 50
ENOUGH = Decimal("1e-40")
FARTHEST = 12  # beyond it a tail is under 1e-32
HALVINGS = 120
SHOWN = Decimal("1e-12")


def upper_tail(z: Decimal) -> Decimal:
    """Return P(Z >= z) for a standard normal Z, right to 30 digits; 0 or 1 beyond 12 standard deviations.

    The series of the distribution function: 1/2 + phi(z) (z + z^3/3 + z^5/15 + ...), Abramowitz and Stegun 26.2.11.
    """
    if abs(z) > FARTHEST:
        return Decimal(0) if z > 0 else Decimal(1)
    with localcontext(Context(prec=DIGITS + 40)):  # terms reach e^72: 32 digits are lost to them
        square, term, total, odd = z * z, z, z, 1
        while abs(term) > ENOUGH:
            odd += 2
            term = term * square / odd
            total += term
        density = (-square / 2).exp() / (2 * _pi()).sqrt()
        return Decimal("0.5") - density * total


@lru_cache(maxsize=64)
def critical_value(alpha: Fraction) -> Fraction:
    """Return the z with P(Z >= z) = ``alpha``, rounded up to 12 decimals: a test at it never exceeds ``alpha``.

    Raises:
        ValueError: an alpha that is not between 0 and 1.
    """
    if not 0 < alpha < 1:
        raise ValueError(f"no critical value of {alpha=}")
    with localcontext(Context(prec=DIGITS)):
        wanted = Decimal(alpha.numerator) / Decimal(alpha.denominator)
        low, high = Decimal(-FARTHEST), Decimal(FARTHEST)
        for _ in range(HALVINGS):
            middle = (low + high) / 2
            low, high = (middle, high) if upper_tail(middle) > wanted else (low, middle)
        return Fraction(high.quantize(SHOWN, rounding=ROUND_CEILING))


@lru_cache(maxsize=1)
def _pi() -> Decimal:
    """Return pi by Machin's formula, 16 arctan(1/5) - 4 arctan(1/239)."""
    with localcontext(Context(prec=DIGITS + 50)):
        return 16 * _arctan_of_inverse(5) - 4 * _arctan_of_inverse(239)


def _arctan_of_inverse(n: int) -> Decimal:
    power = Decimal(1) / n
    total, odd, sign = power, 1, 1
    while power > Decimal("1e-95"):
        power, odd, sign = power / (n * n), odd + 2, -sign
        total += sign * power / odd
    return total

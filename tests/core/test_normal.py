"""Against the table of the normal distribution, and against the floats of SciPy."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from auditor.core.normal import critical_value, upper_tail


@pytest.mark.parametrize(
    ("alpha", "digits"),
    [
        # NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.1, and AS 241's test values, to more digits
        (Fraction(1, 20), "1.644853626952"),
        (Fraction(1, 40), "1.959963984541"),
        (Fraction(1, 100), "2.326347874041"),
        (Fraction(1, 200), "2.575829303549"),
    ],
)
def test_critical_values_of_the_table(alpha, digits):
    assert abs(critical_value(alpha) - Fraction(digits)) <= Fraction(1, 10**12)


@given(st.fractions(Fraction(1, 10**9), Fraction(999, 1000), max_denominator=10**9))
def test_a_test_at_a_critical_value_never_exceeds_its_error(alpha):
    z = critical_value(alpha)
    assert upper_tail(Decimal(z.numerator) / Decimal(z.denominator)) <= Decimal(alpha.numerator) / alpha.denominator
    below = z - Fraction(2, 10**12)
    assert upper_tail(Decimal(below.numerator) / Decimal(below.denominator)) > Decimal(alpha.numerator) / Decimal(
        alpha.denominator
    ) * (1 - Decimal("1e-9"))


@given(st.decimals(-8, 8, places=6))
def test_tails_are_those_of_scipy(z):
    assert float(upper_tail(z)) == pytest.approx(float(norm.sf(float(z))), rel=1e-9)


def test_tails_far_out_are_nothing_and_all():
    assert (upper_tail(Decimal(13)), upper_tail(Decimal(-13))) == (0, 1)
    assert upper_tail(Decimal(0)) == Decimal("0.5")


@pytest.mark.parametrize("alpha", [Fraction(0), Fraction(1), Fraction(-1, 2)])
def test_no_error_has_no_critical_value(alpha):
    with pytest.raises(ValueError, match="no critical value"):
        critical_value(alpha)

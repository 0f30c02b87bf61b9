"""Against the boundaries of Lan and DeMets, and the law that no more is spent than there is."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.core.normal import critical_value
from auditor.core.spending import SPENDINGS, level

# Two-sided 0.05 over five equally spaced looks: the published upper boundaries of the O'Brien-Fleming-type and the
# Pocock-type function (D. L. DeMets and K. K. G. Lan, "Interim analysis: the alpha spending function approach",
# Statistics in Medicine 13 (1994) 1341, table I; D. M. Reboussin et al., Controlled Clinical Trials 21 (2000) 190).
PUBLISHED = {
    "obrien_fleming": ["4.877", "3.357", "2.680", "2.290", "2.031"],
    "pocock": ["2.438", "2.427", "2.410", "2.397", "2.386"],
}
ALPHA = Fraction(1, 40)


@pytest.mark.parametrize("spending", sorted(PUBLISHED))
def test_the_first_look_has_the_published_boundary(spending):
    first = critical_value(level(ALPHA, 5, 1, spending))
    assert float(first) == pytest.approx(float(PUBLISHED[spending][0]), abs=6e-4)


@pytest.mark.parametrize("spending", sorted(PUBLISHED))
def test_later_looks_are_never_less_strict_than_the_published_boundary(spending):
    """Ours holds for looks that depend on each other in any way, so it may only be wider."""
    for look, published in enumerate(PUBLISHED[spending], start=1):
        assert critical_value(level(ALPHA, 5, look, spending)) >= Fraction(published) - Fraction(6, 10_000)


def test_what_is_spent_by_each_look_is_the_function_of_the_paper():
    """alpha ln(1 + (e - 1) t) and 2 - 2 Phi(z_alpha/2 / sqrt t), at t = 1/5 .. 1 (Lan and DeMets 1983, table 1)."""
    by_pocock = [float(sum(level(ALPHA, 5, k, "pocock") for k in range(1, look + 1))) for look in range(1, 6)]
    assert by_pocock == pytest.approx([0.00738, 0.01308, 0.01771, 0.02162, 0.025], abs=6e-6)
    by_obf = [float(sum(level(ALPHA, 5, k, "obrien_fleming") for k in range(1, look + 1))) for look in range(1, 6)]
    assert by_obf == pytest.approx([0.0, 0.00039, 0.00381, 0.01221, 0.025], abs=6e-6)


def test_equal_spending_is_bonferroni():
    assert level(Fraction(1, 20), 4, 3, "equal") == Fraction(1, 80)


@given(st.sampled_from(SPENDINGS), st.integers(1, 40))
def test_all_looks_spend_no_more_than_there_is_and_nearly_all_of_it(spending, looks):
    spent = sum((level(Fraction(1, 20), looks, look, spending) for look in range(1, looks + 1)), Fraction(0))
    assert spent == Fraction(1, 20)


@given(st.sampled_from(SPENDINGS), st.integers(1, 40), st.data())
def test_every_look_is_given_something_from_nothing_up(spending, looks, data):
    look = data.draw(st.integers(1, looks))
    assert 0 <= level(Fraction(1, 20), looks, look, spending) <= Fraction(1, 20)


@pytest.mark.parametrize(
    ("alpha", "looks", "look", "spending"),
    [
        (Fraction(1, 20), 5, 0, "equal"),
        (Fraction(1, 20), 5, 6, "equal"),
        (Fraction(1, 20), 0, 1, "equal"),
        (Fraction(0), 5, 1, "equal"),
        (Fraction(1), 5, 1, "equal"),
        (Fraction(1, 20), 5, 1, "linear"),
    ],
)
def test_looks_that_cannot_be_are_refused(alpha, looks, look, spending):
    with pytest.raises(ValueError, match="no level of"):
        level(alpha, looks, look, spending)

"""Mann-Kendall against the published table, against every order of a series, and against SciPy's tau."""

from collections import Counter
from fractions import Fraction
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import kendalltau

from auditor.core.trend import trend_reading, upper_probability

ALPHA = Fraction(1, 20)
# Probability of a score of S or more by the length of the series (M. Hollander and D. A. Wolfe, "Nonparametric
# Statistical Methods" (1973), table A.21; R. O. Gilbert, "Statistical Methods for Environmental Pollution Monitoring"
# (1987), table A18).
PUBLISHED = [(4, 4, "0.167"), (4, 6, "0.042"), (5, 8, "0.042"), (8, 16, "0.031"), (9, 18, "0.038"), (10, 21, "0.036"),
             (10, 25, "0.014")]  # fmt: skip


def score(values):
    return sum((b > a) - (b < a) for i, a in enumerate(values) for b in values[i + 1 :])


def exact(values):
    return [(value, 100, 0) for value in values]


@pytest.mark.parametrize(("length", "found", "probability"), PUBLISHED)
def test_probabilities_of_the_published_table(length, found, probability):
    assert float(upper_probability([1] * length, found)) == pytest.approx(float(probability), abs=6e-4)


@given(st.lists(st.integers(0, 3), min_size=4, max_size=7))
def test_the_probability_is_that_of_every_order(values):
    found = score(values)
    orders = [score(order) >= found for order in permutations(values)]
    assert upper_probability(list(Counter(values).values()), found) == Fraction(sum(orders), len(orders))


@given(st.lists(st.integers(0, 10**6), min_size=4, max_size=30, unique=True))
def test_the_probability_is_that_of_scipy_without_ties(values):
    expected = kendalltau(range(len(values)), values, alternative="greater", method="exact").pvalue
    assert float(upper_probability([1] * len(values), score(values))) == pytest.approx(float(expected), rel=1e-9)


def test_a_series_that_rises_fails_and_one_that_does_not_passes():
    assert trend_reading(exact([1, 2, 3, 4]), ALPHA) == "fail"
    assert trend_reading(exact([1, 2, 4, 3]), ALPHA) == "pass"
    assert trend_reading(exact([4, 3, 2, 1]), ALPHA) == "pass"
    assert trend_reading(exact([5, 5, 5, 5]), ALPHA) == "pass"


def test_shares_are_compared_and_not_counts():
    assert trend_reading([(1, 100, 0), (2, 200, 0), (3, 300, 0), (4, 400, 0)], ALPHA) == "pass"
    assert trend_reading([(4, 400, 0), (4, 300, 0), (4, 200, 0), (4, 100, 0)], ALPHA) == "fail"


def test_what_is_unknown_may_be_an_event_or_not():
    assert trend_reading([(1, 100, 0), (1, 100, 1), (1, 100, 2), (1, 100, 3)], ALPHA) == "undecided"
    assert trend_reading([(1, 100, 0), (10, 100, 2), (20, 100, 2), (30, 100, 2)], ALPHA) == "fail"
    assert trend_reading([(30, 100, 2), (20, 100, 2), (10, 100, 2), (1, 100, 2)], ALPHA) == "pass"


def test_too_few_periods_and_an_empty_one_settle_nothing():
    assert trend_reading(exact([1, 2, 3]), ALPHA) == "undecided"
    assert trend_reading([*exact([1, 2, 3, 4]), (0, 0, 0)], ALPHA) == "undecided"
    assert trend_reading([], ALPHA) == "undecided"


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), min_size=4, max_size=12), st.integers(0, 9))
def test_a_gap_never_makes_a_decision(counts, unknown):
    whole = [(events, events + good, 0) for events, good in counts]
    holed = [(*period[:2], unknown if index == 2 else 0) for index, period in enumerate(whole)]
    certain, hedged = trend_reading(whole, ALPHA), trend_reading(holed, ALPHA)
    assert hedged in {certain, "undecided"}


@pytest.mark.parametrize("period", [(2, 1, 0), (-1, 1, 0), (0, 1, -1)])
def test_counts_that_cannot_be_are_refused(period):
    with pytest.raises(ValueError, match="a period with other than"):
        trend_reading([period], ALPHA)


def test_more_periods_than_can_be_compared_are_refused():
    with pytest.raises(ValueError, match="201 periods"):
        trend_reading(exact([1] * 201), ALPHA)

"""Intervals of a proportion against published values, and against SciPy."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from auditor.core.intervals import Interval, clopper_pearson, wilson

# R. G. Newcombe, "Two-sided confidence intervals for the single proportion", Statistics in Medicine 17 (1998) 857,
# table I: methods 5 (Clopper-Pearson) and 3 (Wilson without continuity correction), 95 %.
NEWCOMBE = [
    (81, 263, ("0.2527", "0.3676"), ("0.2553", "0.3662")),
    (15, 148, ("0.0578", "0.1617"), ("0.0624", "0.1605")),
    (0, 20, ("0.0000", "0.1684"), ("0.0000", "0.1611")),
    (1, 29, ("0.0009", "0.1776"), ("0.0061", "0.1718")),
]


def near(found: Interval, published):
    return [found.lower_ppm / 1e6, found.upper_ppm / 1e6] == pytest.approx([float(one) for one in published], abs=6e-5)


@pytest.mark.parametrize(("events", "trials", "exact", "score"), NEWCOMBE)
def test_the_intervals_of_the_published_table(events, trials, exact, score):
    assert near(clopper_pearson(events, trials), exact)
    assert near(wilson(events, trials), score)


@given(st.integers(0, 400), st.integers(0, 400))
def test_the_intervals_are_those_of_scipy_rounded_outward(events, good):
    trials = events + good
    if not trials:
        return
    for ours, method in ((clopper_pearson(events, trials), "exact"), (wilson(events, trials), "wilson")):
        theirs = binomtest(events, trials).proportion_ci(0.95, method=method)
        assert 0 <= theirs.low * 1e6 - ours.lower_ppm <= 1.01 or ours.lower_ppm == 0 >= theirs.low - 1e-9
        assert 0 <= ours.upper_ppm - theirs.high * 1e6 <= 1.01 or ours.upper_ppm == 1_000_000


@given(st.integers(0, 200), st.integers(1, 200))
def test_the_other_side_is_the_mirror_image(events, good):
    trials = events + good
    for interval in (clopper_pearson, wilson):
        ours, theirs = interval(events, trials), interval(good, trials)
        assert abs(ours.lower_ppm + theirs.upper_ppm - 1_000_000) <= 1
        assert ours.lower_ppm <= events * 1_000_000 // trials <= ours.upper_ppm


def test_a_smaller_tail_is_a_wider_interval():
    assert clopper_pearson(10, 100, Fraction(1, 200)).lower_ppm < clopper_pearson(10, 100).lower_ppm


@pytest.mark.parametrize(("events", "trials"), [(0, 0), (-1, 5), (6, 5)])
def test_counts_that_cannot_be_are_refused(events, trials):
    for interval in (clopper_pearson, wilson):
        with pytest.raises(ValueError, match="no proportion of"):
            interval(events, trials)

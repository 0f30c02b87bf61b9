from fractions import Fraction
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.core.statistics import assured_reading, lower_tail, upper_tail


def exact_lower(events: int, trials: int, share: tuple[int, int]) -> Fraction:
    p = Fraction(*share)
    return sum((comb(trials, i) * p**i * (1 - p) ** (trials - i) for i in range(events + 1)), Fraction(0))


@pytest.mark.parametrize(
    ("trials", "share", "last_pass", "first_fail"),
    [(200, (1, 20), 4, 16), (1000, (1, 20), 38, 63), (1000, (1, 100), 4, 16)],
)
def test_critical_counts_of_the_published_table(trials, share, last_pass, first_fail):
    readings = [assured_reading(k, trials, 0, share) for k in range(first_fail + 2)]
    assert readings[last_pass] == "pass"
    assert readings[last_pass + 1] == "undecided"
    assert readings[first_fail - 1] == "undecided"
    assert readings[first_fail] == "fail"


def test_sample_floors_of_the_published_table():
    assert assured_reading(0, 59, 0, (1, 20)) == "pass"
    assert assured_reading(0, 58, 0, (1, 20)) == "undecided"
    assert assured_reading(0, 299, 0, (1, 100)) == "pass"
    assert assured_reading(0, 298, 0, (1, 100)) == "undecided"
    assert assured_reading(5, 5, 0, (1, 2)) == "fail"
    assert assured_reading(1, 1, 0, (1, 2)) == "undecided"


@given(st.integers(1, 120), st.data())
def test_tails_equal_exact_rational_arithmetic(trials, data):
    events = data.draw(st.integers(0, trials))
    share = data.draw(st.sampled_from([(1, 20), (1, 100), (1, 2), (1, 10)]))
    lower = exact_lower(events, trials, share)
    upper = 1 - exact_lower(events - 1, trials, share) if events else Fraction(1)
    assert lower_tail(events, trials, share) == pytest.approx(float(lower), abs=1e-11)
    assert upper_tail(events, trials, share) == pytest.approx(float(upper), abs=1e-11)


@given(st.integers(0, 400), st.integers(0, 400), st.integers(0, 50), st.integers(1, 20))
def test_more_unknown_or_more_looks_never_make_a_decision(events, good, unknown, looks):
    trials = events + good
    certain = assured_reading(events, trials, 0, (1, 20))
    hedged = assured_reading(events, trials, unknown, (1, 20), looks)
    assert hedged in {certain, "undecided"}


def test_large_counts_are_decided_without_overflow():
    assert assured_reading(499_000, 10_000_000, 0, (1, 20)) == "undecided"
    assert assured_reading(490_000, 10_000_000, 0, (1, 20)) == "pass"
    assert assured_reading(510_000, 10_000_000, 0, (1, 20)) == "fail"


@pytest.mark.parametrize("bad", [(-1, 1, 0), (2, 1, 0), (0, 1, -1)])
def test_impossible_counts_are_refused(bad):
    with pytest.raises(ValueError, match="no binomial reading"):
        assured_reading(*bad, (1, 20))

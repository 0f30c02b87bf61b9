"""The assured reading at its edges: what is refused, what is nothing, what lies too close to call."""

from fractions import Fraction
from math import comb

import pytest

from auditor.core.statistics import assured_reading, lower_tail, upper_tail


@pytest.mark.parametrize(
    ("events", "trials", "unknown", "share", "looks"),
    [
        (-1, 1, 0, (1, 20), 1),
        (0, -1, 0, (1, 20), 1),
        (0, 1, -1, (1, 20), 1),
        (2, 1, 0, (1, 20), 1),
        (2, 1, 5, (1, 20), 1),
        (0, 1, 0, (1, 20), 0),
        (0, 1, 0, (0, 20), 1),
        (0, 1, 0, (-1, 20), 1),
        (0, 1, 0, (20, 20), 1),
        (0, 1, 0, (21, 20), 1),
    ],
)
def test_counts_that_cannot_be_are_refused(events, trials, unknown, share, looks):
    with pytest.raises(ValueError, match="no binomial reading of"):
        assured_reading(events, trials, unknown, share, looks)


def test_all_of_the_trials_may_be_events():
    assert assured_reading(100, 100, 0, (1, 20)) == "fail"


def test_nothing_measured_is_undecided():
    assert assured_reading(0, 0, 0, (1, 20)) == "undecided"


def test_one_trial_can_be_enough():
    assert assured_reading(0, 1, 0, (99, 100)) == "pass"
    assert assured_reading(1, 1, 0, (1, 100)) == "fail"


def test_what_lies_at_the_error_probability_is_too_close_to_call():
    """P(X <= 0) of one trial at 19 in 20 is 1/20, and so is P(X >= 1) at 1 in 20."""
    assert assured_reading(0, 1, 0, (19, 20)) == "undecided"
    assert assured_reading(1, 1, 0, (1, 20)) == "undecided"


def test_the_unknown_is_taken_at_its_worst_for_either_side():
    assert assured_reading(0, 59, 0, (1, 20)) == "pass"
    assert assured_reading(0, 59, 1, (1, 20)) == "undecided"
    assert assured_reading(16, 200, 0, (1, 20)) == "fail"
    assert assured_reading(16, 200, 40, (1, 20)) == "undecided"


def test_looks_share_the_error_probability():
    assert assured_reading(0, 90, 0, (1, 20), 5) == "pass"
    assert assured_reading(0, 89, 0, (1, 20), 5) == "undecided"
    assert assured_reading(16, 200, 0, (1, 20), 2) == "undecided"


@pytest.mark.parametrize("share", [(1, 20), (1, 2), (19, 20)])
@pytest.mark.parametrize("trials", [1, 2, 7, 40])
def test_tails_are_the_exact_sums(trials, share):
    p = Fraction(*share)
    masses = [comb(trials, i) * p**i * (1 - p) ** (trials - i) for i in range(trials + 1)]
    for events in range(-1, trials + 2):
        below = sum(masses[: max(0, events + 1)], Fraction(0))
        if events >= 0:
            assert lower_tail(events, trials, share) == pytest.approx(float(below), abs=1e-12)
        above = sum(masses[max(0, events) :], Fraction(0))
        if events <= trials:
            assert upper_tail(events, trials, share) == pytest.approx(float(above), abs=1e-12)

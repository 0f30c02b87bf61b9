import hashlib
from fractions import Fraction
from math import sqrt
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.core import bootstrap
from auditor.core.bootstrap import bounded_reading, ratio_interval, throughput_reading

minutes = st.integers(1, 80).flatmap(lambda offered: st.tuples(st.integers(0, offered), st.just(offered)))
series = st.lists(minutes, min_size=10, max_size=30)
FULL = [(100, 100)] * 30
ORDER = {"fail": 0, "undecided": 1, "pass": 2}


def test_series_without_variance_have_an_interval_of_one_point():
    interval = ratio_interval([(90, 100)] * 20, FULL, 5)
    assert (interval.lower, interval.upper) == (Fraction(9, 10), Fraction(9, 10))


@pytest.mark.parametrize(("completed", "expected"), [(95, "pass"), (96, "pass"), (94, "fail")])
def test_exactly_at_the_margin_passes(completed, expected):
    assert throughput_reading([(completed, 100)] * 20, FULL, 5, 5) == expected


def test_an_interval_over_the_margin_is_undecided():
    assert throughput_reading([(100, 100), (88, 100)] * 15, FULL, 5, 1) == "undecided"


def test_independent_minutes_have_the_interval_of_the_normal_theory():
    random = Random(7)  # noqa: S311 - an example, not a secret
    current = [(random.randint(60, 100), 100) for _ in range(400)]
    mean = sum(one for one, _ in current) / 400
    deviation = sqrt(sum((one - mean) ** 2 for one, _ in current) / 400)
    interval = ratio_interval(current, [(100, 100)] * 400, 1)
    half = 1.96 * deviation / sqrt(400) / 100
    assert float(interval.lower) == pytest.approx(mean / 100 - half, abs=half * 0.12)
    assert float(interval.upper) == pytest.approx(mean / 100 + half, abs=half * 0.12)


def test_blocks_widen_the_interval_of_minutes_that_are_alike():
    current = ([(100, 100)] * 10 + [(80, 100)] * 10) * 5
    single, block = (ratio_interval(current, [(100, 100)] * 100, length) for length in (1, 10))
    assert block.upper - block.lower > Fraction(3, 2) * (single.upper - single.lower)


def test_draws_are_the_same_everywhere():
    assert [bootstrap._draw(b"current", 0, block, 120) for block in range(5)] == [34, 78, 74, 114, 39]


def test_a_draw_that_would_favour_small_numbers_is_drawn_again():
    below = (bootstrap.SPACE >> 1) + 1  # every number of the upper half is one too many
    first = [int.from_bytes(hashlib.sha256(b"current/0/%d/0" % block).digest()[:8], "big") for block in range(40)]
    drawn = [bootstrap._draw(b"current", 0, block, below) for block in range(40)]
    kept = [number < below for number in first]
    assert 10 < sum(kept) < 30
    assert [one == two for one, two in zip(first, drawn, strict=True)] == kept
    assert all(0 <= number < below for number in drawn)


@pytest.mark.parametrize(
    ("worst", "best", "expected"),
    [(96, 100, "pass"), (80, 94, "fail"), (80, 96, "undecided")],
)
def test_a_bounded_reading_holds_wherever_the_truth_lies(worst, best, expected):
    assert bounded_reading([(worst, 100)] * 20, [(best, 100)] * 20, FULL, 5, 5) == expected


@given(current=series, baseline=series, margin=st.integers(0, 99), block=st.integers(1, 6))
@settings(max_examples=20)
def test_bounds_without_a_draw_never_say_otherwise_than_the_draws(current, baseline, margin, block):
    bounds, interval = bootstrap._bounds(current, baseline, block), ratio_interval(current, baseline, block)
    if bounds is not None:
        assert bounds.lower <= interval.lower <= interval.upper <= bounds.upper
    limit = Fraction(100 - margin, 100)
    drawn = "undecided"
    if interval is not None and interval.lower >= limit:
        drawn = "pass"
    elif interval is not None and interval.upper < limit:
        drawn = "fail"
    assert throughput_reading(current, baseline, margin, block) == drawn


def test_a_ratio_that_is_certain_is_not_drawn(monkeypatch):
    monkeypatch.setattr(bootstrap, "_draw", None)  # a call would raise
    assert throughput_reading([(98, 100), (97, 100)] * 15, FULL, 5, 5) == "pass"
    assert throughput_reading([(90, 100), (91, 100)] * 15, FULL, 5, 5) == "fail"


@pytest.mark.parametrize("short", [[], [(1, 1)] * 9])
def test_fewer_than_two_blocks_decide_nothing(short):
    assert throughput_reading(short, FULL, 5, 5) == "undecided"
    assert throughput_reading(FULL, short, 5, 5) == "undecided"


def test_nothing_offered_or_nothing_completed_before_decides_nothing():
    assert throughput_reading([(0, 0)] * 20, FULL, 5, 5) == "undecided"
    assert throughput_reading(FULL, [(0, 100)] * 20, 5, 5) == "undecided"


@pytest.mark.parametrize(
    ("current", "margin", "block"), [([(2, 1)], 5, 5), ([(-1, 1)], 5, 5), (FULL, 100, 5), (FULL, -1, 5), (FULL, 5, 0)]
)
def test_what_cannot_be_is_refused(current, margin, block):
    with pytest.raises(ValueError, match="a minute with other|no reading with"):
        throughput_reading(current, FULL, margin, block)


@given(series, series, st.integers(0, 40), st.integers(1, 5), st.data())
@settings(max_examples=15, deadline=None)
def test_a_lower_current_series_never_reads_better(current, baseline, margin, block, data):
    lower = [(data.draw(st.integers(0, completed)), offered) for completed, offered in current]
    before, after = (throughput_reading(one, baseline, margin, block) for one in (current, lower))
    assert ORDER[after] <= ORDER[before]


@given(series, series, st.integers(0, 40), st.integers(1, 5), st.data())
@settings(max_examples=15, deadline=None)
def test_a_lower_baseline_never_reads_worse_unless_it_says_nothing(current, baseline, margin, block, data):
    lower = [(data.draw(st.integers(min(1, completed), completed)), offered) for completed, offered in baseline]
    before, after = (throughput_reading(current, one, margin, block) for one in (baseline, lower))
    assert ORDER[after] >= ORDER[before]


@given(series, series, st.integers(1, 5))
@settings(max_examples=10, deadline=None)
def test_a_wider_margin_never_reads_worse(current, baseline, block):
    readings = [ORDER[throughput_reading(current, baseline, margin, block)] for margin in (0, 10, 30, 60, 99)]
    assert readings == sorted(readings)

"""Mann-Whitney against the published critical values, against SciPy, and against every way to draw a sample."""

from fractions import Fraction
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import mannwhitneyu

from auditor.core.rank_test import EXACT, Ranks, of_groups, rank_reading, upper_probability

ALPHA = Fraction(1, 20)
# Largest U of the smaller-ranked sample that is significant, one-sided 0.05, by the sizes of the samples (D. Auble,
# "Extended tables for the Mann-Whitney statistic", Bulletin of the Institute of Educational Research at Indiana
# University 1 (1953) no. 2; as in S. Siegel, "Nonparametric Statistics" (1956), table K-IV).
CRITICAL = {(4, 9): 6, (5, 9): 9, (8, 10): 20, (10, 10): 27, (10, 15): 44, (15, 20): 100, (20, 20): 138}

samples = st.lists(st.integers(0, 12), min_size=1, max_size=9)


def groups_of(first, second):
    return tuple((first.count(value), second.count(value)) for value in sorted({*first, *second}))


def ranks_of(first, second, *, exact=True):
    groups = groups_of(first, second)
    return Ranks(*of_groups(groups), groups if exact else None)


def untied(first, second, losses):
    """Return samples without ties in which the first is higher in exactly ``losses`` pairs."""
    values = []
    left = losses
    for _ in range(first):
        passed = min(second, left)
        values.append(1000 * passed + 500 + len(values))
        left -= passed
    return values, [1000 * (n + 1) for n in range(second)]


@pytest.mark.parametrize(("sizes", "critical"), sorted(CRITICAL.items()))
def test_critical_values_of_the_published_table(sizes, critical):
    significant, missing = (ranks_of(*untied(*sizes, losses)) for losses in (critical, critical + 1))
    assert significant.wins == 2 * (sizes[0] * sizes[1] - critical)
    assert rank_reading(significant, ALPHA) == "pass"
    assert rank_reading(missing, ALPHA) == "undecided"


@given(samples, samples)
def test_the_exact_probability_is_that_of_every_way_to_draw(first, second):
    pooled = [*first, *second]
    if len(pooled) > 12:
        pooled = pooled[:12]
        first, second = pooled[: len(first)], pooled[len(first) :]
    if not second:
        return
    wins = ranks_of(first, second).wins
    drawn = []
    for chosen in combinations(range(len(pooled)), len(first)):
        ours = [pooled[index] for index in chosen]
        theirs = [pooled[index] for index in range(len(pooled)) if index not in chosen]
        drawn.append(ranks_of(ours, theirs).wins >= wins)
    assert upper_probability(groups_of(first, second), wins) == Fraction(sum(drawn), len(drawn))


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=15, unique=True), st.integers(1, 14))
def test_the_exact_probability_is_that_of_scipy_without_ties(values, size):
    first, second = values[:size], values[size:]
    if not second:
        return
    expected = mannwhitneyu(first, second, alternative="less", method="exact").pvalue
    ranks = ranks_of(first, second)
    assert float(upper_probability(ranks.groups, ranks.wins)) == pytest.approx(float(expected), rel=1e-9)


@given(
    st.lists(st.integers(0, 40), min_size=25, max_size=60),
    st.lists(st.integers(0, 40), min_size=25, max_size=60),
    st.sampled_from([Fraction(1, 20), Fraction(1, 100), Fraction(1, 1000)]),
)
def test_large_samples_are_decided_as_by_scipy(first, second, alpha):
    less = mannwhitneyu(first, second, alternative="less", method="asymptotic").pvalue
    greater = mannwhitneyu(first, second, alternative="greater", method="asymptotic").pvalue
    if min(abs(less - float(alpha)), abs(greater - float(alpha))) < 1e-9:
        return
    expected = "pass" if less <= alpha else "fail" if greater <= alpha else "undecided"
    assert rank_reading(ranks_of(first, second, exact=False), alpha) == expected


@given(samples, samples)
def test_the_other_way_round_is_the_other_verdict(first, second):
    opposite = {"pass": "fail", "fail": "pass", "undecided": "undecided"}
    for exact in (True, False):
        there = rank_reading(ranks_of(first, second, exact=exact), ALPHA)
        assert rank_reading(ranks_of(second, first, exact=exact), ALPHA) == opposite[there]


@given(samples, samples, st.integers(0, 8))
def test_a_higher_value_never_makes_a_sample_lower(first, second, index):
    raised = list(first)
    raised[index % len(first)] += 3
    assert ranks_of(raised, second).wins <= ranks_of(first, second).wins


def test_nothing_to_compare_is_undecided():
    for exact in (True, False):
        assert rank_reading(ranks_of([], [1, 2], exact=exact), ALPHA) == "undecided"
        assert rank_reading(ranks_of([1, 2], [], exact=exact), ALPHA) == "undecided"


def test_all_alike_is_undecided_whatever_its_size():
    for size in (3, EXACT):
        assert rank_reading(ranks_of([7] * size, [7] * size), ALPHA) == "undecided"


@pytest.mark.parametrize(
    ("first", "second", "wins", "ties", "groups"),
    [(-1, 1, 0, 0, None), (1, 1, 3, 0, None), (1, 1, -1, 0, None), (1, 1, 1, 7, None), (1, 1, 1, -1, None),
     (1, 1, 2, 0, ((0, 1), (1, 0)))],
)  # fmt: skip
def test_samples_that_cannot_be_are_refused(first, second, wins, ties, groups):
    with pytest.raises(ValueError, match="no two samples have"):
        Ranks(first, second, wins, ties, groups)


def test_an_example_of_the_field():
    """Siegel (1956), p. 119: oral anxiety scores of 16 and 23 societies; one-tailed p < .0004, z = 3.45."""
    absent = [13, 12, 12, 10, 10, 10, 10, 9, 8, 8, 7, 7, 7, 7, 7, 6]
    present = [17, 16, 15, 15, 15, 14, 14, 14, 13, 13, 13, 12, 12, 12, 12, 11, 11, 10, 10, 10, 8, 8, 6]
    ranks = ranks_of(absent, present, exact=False)
    assert ranks.wins == 2 * (16 * 23 - 64)
    assert rank_reading(ranks, Fraction(4, 10_000)) == "pass"
    assert rank_reading(ranks, Fraction(1, 10_000)) == "undecided"

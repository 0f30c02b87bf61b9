"""Where a rule of ours claims the meaning of somebody else's, their published example is the test.

What they do differently, and we do not follow, is a test too: it says why.
"""

from __future__ import annotations

import json
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import mannwhitneyu

from auditor.adapters.policies.pack import load_pack
from auditor.core.rank_test import Ranks, of_groups, rank_reading
from auditor.shell.engines import open_engine
from auditor.shell.policy_cases import _parse, decide_case
from auditor.shipped import policies_dir

PACK = load_pack(policies_dir())
MINUTE = 60
LATENCY = "rollback.latency_breaches_brief"
# Amazon CloudWatch User Guide, "Configuring how CloudWatch alarms treat missing data": an alarm of 3 out of 3 data
# points with an evaluation range of 5. X breaches, 0 does not, - is missing; the state by how missing data is treated.
CLOUDWATCH = {
    "0-X-X": {"missing": "OK", "ignore": "OK", "breaching": "OK", "notBreaching": "OK"},
    "----0": {"missing": "OK", "ignore": "OK", "breaching": "OK", "notBreaching": "OK"},
    "-----": {"missing": "INSUFFICIENT_DATA", "ignore": "kept", "breaching": "ALARM", "notBreaching": "OK"},
    "0XX-X": {"missing": "ALARM", "ignore": "ALARM", "breaching": "ALARM", "notBreaching": "ALARM"},
    "--X--": {"missing": "ALARM", "ignore": "kept", "breaching": "ALARM", "notBreaching": "OK"},
}


def instant(second: int) -> str:
    return f"2025-01-14T10:{second // 60:02d}:{second % 60:02d}Z"


def minutes(pattern: str) -> dict[str, object]:
    """Return a case of the sustained-latency trigger: X a slow minute, 0 a quick one, - one that nobody observed."""
    requests, beats = [], []
    for index, state in enumerate(pattern):
        if state == "-":
            continue
        latency = 4_000_000 if state == "X" else 1000
        start = index * MINUTE
        row = {"event_time": instant(start), "route": "direct", "kind": "generation", "outcome": "ok"}
        requests.append(row | {"latency_us": latency, "repeat": {"count": 60, "step_us": 1_000_000}})
        beats.append({"start_time": instant(start), "end_time": instant(start + MINUTE), "records": 60})
    return {
        "name": pattern,
        "parameters": {
            "kinds": ["generation"], "latency_limit_us": 3_000_000, "sustained_minutes": 3,
            "request_sources": ["requests"],
        },
        "window": {"start": instant(0), "end": instant(len(pattern) * MINUTE)},
        "tables": {"requests": requests, "heartbeats": beats},
        "expect": [],
    }  # fmt: skip


@pytest.fixture(scope="module")
def engine():
    with open_engine(PACK) as wasm:
        yield wasm


def verdict(document, control, engine):
    case = _parse(PACK.controls[control], "outside", json.dumps(document))
    return [(one.verdict.value, one.reason) for one in decide_case(PACK, case, engine)]


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("XXX00", "fail"),
        ("XX000", "pass"),
        ("00000", "pass"),
        ("XXX--", "fail"),  # a certain breach stays one, whatever is missing after it
        ("0-000", "pass"),  # too short a gap to hold a breach of three minutes
        ("X-X00", "inconclusive"),
    ],
)
def test_a_verdict_is_given_exactly_where_it_holds_whatever_the_gaps_were(pattern, expected, engine):
    [(found, _)] = verdict(minutes(pattern), LATENCY, engine)
    assert found == expected
    if_slow, if_quick = (longest(pattern.replace("-", state)) >= 3 for state in "X0")
    assert (found != "inconclusive") is (if_slow == if_quick)


def longest(pattern: str) -> int:
    return max(len(run) for run in pattern.split("0"))


@pytest.mark.parametrize("pattern", sorted(CLOUDWATCH))
def test_where_cloudwatch_fills_a_gap_or_looks_back_past_it_nothing_is_decided(pattern, engine):
    """Each row is decided there, from older points or by a setting, though what is missing could say otherwise."""
    assert {"OK", "ALARM"} & set(CLOUDWATCH[pattern].values())
    assert longest(pattern.replace("-", "X")) >= 3 > longest(pattern.replace("-", "0"))
    [(found, _)] = verdict(minutes(pattern), LATENCY, engine)
    assert found == "inconclusive"


# The Site Reliability Workbook (2018), chapter 5, table 5-8: burn rates of a 99.9 % objective of 30 days, and the share
# of the budget that each long window uses up before it alerts.
WORKBOOK = [(3600, 300, 144, Fraction(2, 100)), (21_600, 1800, 60, Fraction(5, 100))]


@pytest.mark.parametrize(("long", "short", "tenths", "budget"), WORKBOOK)
def test_the_default_windows_use_up_the_budget_of_the_workbook(long, short, tenths, budget):
    parameters = PACK.controls["slo.burn_rate_bounded"].metadata.parameters
    index = parameters["long_seconds"].default.index(long)
    assert parameters["short_seconds"].default[index] == short == long // 12
    assert parameters["threshold_tenths"].default[index] == tenths
    assert Fraction(tenths, 10) * long / (30 * 86_400) == budget


@given(
    st.lists(st.integers(0, 10**6), min_size=30, max_size=80, unique=True),
    st.lists(st.integers(10**6 + 1, 2 * 10**6), min_size=30, max_size=80, unique=True),
    st.integers(-(10**6), 10**6),
)
def test_a_canary_comparison_as_kayenta_s_but_one_sided(baseline, shifted, by):
    """Kayenta's judge calls a metric High or Low by a two-sided Mann-Whitney at 98 %; ours asks for lower alone at 1 %.

    Two-sided at 2 % and in the right direction is one-sided at 1 %: the same metrics are Low.
    """
    experiment = [value + by for value in shifted]
    groups = [(experiment.count(v), baseline.count(v)) for v in sorted({*experiment, *baseline})]
    two_sided = mannwhitneyu(experiment, baseline, method="asymptotic").pvalue
    if abs(two_sided - 0.02) < 1e-9:
        return
    lower = mannwhitneyu(experiment, baseline).statistic < len(experiment) * len(baseline) / 2
    kayenta_low = two_sided <= 0.02 and lower
    assert (rank_reading(Ranks(*of_groups(groups)), Fraction(1, 100)) == "pass") is bool(kayenta_low)


def test_without_data_kayenta_passes_and_we_do_not():
    """An all-NODATA group scores 100 in Kayenta: no sample here decides anything."""
    assert rank_reading(Ranks(0, 0, 0, 0), Fraction(1, 100)) == "undecided"

"""Traps 6 and 7 of the sources of AWS: pages of CloudWatch as they come, collected and decided.

The statistics of a minute are made here from the calls that it had, by definitions of their own (nearest rank, counts),
so that what is decided can be held against the calls themselves.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.adapters.policies.pack import load_pack
from auditor.adapters.rego.wasm import WasmEngine
from auditor.model import Window
from auditor.shell.policy_cases import Case, decide_case
from auditor.shipped import policies_dir
from auditor_collectors.answers import Answer, Page
from auditor_collectors.aws.parsed import stated
from auditor_collectors.aws.sources.metrics import MetricsCollector
from auditor_collectors.jsonlines import json_object
from auditor_collectors.metric_pages import datapoints
from aws.stubbed import ACCOUNT, HOME, Stubs, rows_of

PACK = load_pack(policies_dir())
END = datetime(2025, 1, 14, 11, 55, tzinfo=UTC)
START = END - timedelta(hours=1)
CELLS = [f"s/{ACCOUNT}/{HOME}"]
ERRORS = {"cells": CELLS, "models": ["m"], "limit_ppm": 10_000, "min_samples": 299}
METRIC = "AWS/Bedrock/InvocationLatency{ModelId=m}"
LATENCY = {
    "cells": CELLS,
    "metrics": [METRIC],
    "latency_limit_us": 1_500_000,
    "metric_unit_us": 1000,
    "min_samples": 200,
}
COUNTERS = ("InvocationClientErrors", "InvocationServerErrors", "InvocationThrottles", "Invocations")


@pytest.fixture(scope="module", name="engine")
def _engine():
    with WasmEngine(PACK) as engine:
        yield engine


def decided(engine, control, parameters, found):
    """Return verdict and reason of the one finding on what was collected."""
    tables = {
        name: [{"source": "s"} | {key: _json(value) for key, value in row.items()} for row in rows]
        for name, rows in found.items()
        if name in {"metric_points", "source_answers"}
    }
    control = PACK.controls[control]
    case = Case(control, "", "", parameters, Window(START, END), END + timedelta(hours=1), tables, [])
    (finding,) = decide_case(PACK, case, engine)
    return finding.verdict.value, finding.reason


def _json(value):
    return value.isoformat() if isinstance(value, datetime) else value


def collected(monkeypatch, root, metrics, results):
    """Return what is collected when CloudWatch answers ``results``: by Id, values by minute."""
    stubs = Stubs(monkeypatch)
    said = [
        {
            "Id": key,
            "Timestamps": [START + timedelta(minutes=minute) for minute in values],
            "Values": list(values.values()),
            "StatusCode": "Complete",
        }
        for key, values in results.items()
    ]
    stubs.answer("cloudwatch", "GetMetricData", {"MetricDataResults": said})
    wanted = [{"namespace": "AWS/Bedrock", "dimensions": {"ModelId": "m"}} | one for one in metrics]
    return rows_of(MetricsCollector(), {"metrics": wanted, "last_seconds": 3600}, root, stubs)


def counted(monkeypatch, root, **sums):
    """Return what is collected of Bedrock's counters; one that is not given came empty."""
    metrics = [{"metric": counter, "statistics": ["Sum"]} for counter in COUNTERS]
    results = {f"m{number}s0": {0: sums[one]} if one in sums else {} for number, one in enumerate(COUNTERS)}
    return collected(monkeypatch, root, metrics, results)


def test_trap_06_the_error_rate_is_over_by_the_meaning_of_invocations_that_is_worse(monkeypatch, tmp_path, engine):
    """1000 invocations, 11 server errors: 1.088 % if invocations succeeded, 1.1 % if the 11 are among them."""
    found = counted(monkeypatch, tmp_path, Invocations=1000.0, InvocationServerErrors=11.0)
    assert decided(engine, "metrics.bedrock_error_rate", ERRORS, found) == ("fail", "error_rate_over")


def test_trap_06_a_rate_that_only_one_meaning_would_pass_fails(monkeypatch, tmp_path, engine):
    """1095 invocations, 11 errors: 11 of 1106 are under 1 %, 11 of 1095 are over it."""
    assert Fraction(11, 1106) < Fraction(1, 100) < Fraction(11, 1095)
    found = counted(monkeypatch, tmp_path, Invocations=1095.0, InvocationClientErrors=4.0, InvocationServerErrors=7.0)
    assert decided(engine, "metrics.bedrock_error_rate", ERRORS, found) == ("fail", "error_rate_over")


def test_trap_06_what_both_meanings_pass_passes(monkeypatch, tmp_path, engine):
    found = counted(monkeypatch, tmp_path, Invocations=990.0, InvocationThrottles=10.0)
    assert decided(engine, "metrics.bedrock_error_rate", ERRORS, found) == ("pass", "error_rate_within")


@given(
    invocations=st.integers(0, 3000), client=st.integers(0, 20), server=st.integers(0, 20), throttles=st.integers(0, 20)
)
@settings(deadline=None, max_examples=25)
def test_trap_06_a_pass_is_a_pass_by_both_meanings(engine, invocations, client, server, throttles):
    """A pass is never given that either published definition would deny."""
    errors = client + server + throttles
    sums = dict(zip(COUNTERS, (client, server, throttles, invocations), strict=True))
    answers = [
        {
            "source": "s",
            "account": ACCOUNT,
            "region": HOME,
            "answered_at": (END + timedelta(minutes=5)).isoformat(),
            "call": "GetMetricData",
            "subject": f"AWS/Bedrock/{counter}{{ModelId=m}}",
            "status": "ok",
            "records": 1,
            "asked_from": START.isoformat(),
            "asked_until": END.isoformat(),
        }
        for counter in COUNTERS
    ]
    points = [
        {
            **{key: answer[key] for key in ("source", "account", "region", "answered_at")},
            "event_time": START.isoformat(),
            "namespace": "AWS/Bedrock",
            "metric": counter,
            "dimensions": "ModelId=m",
            "statistic": "Sum",
            "period_us": 60_000_000,
            "value_micro": sums[counter] * 1_000_000,
        }
        for counter, answer in zip(COUNTERS, answers, strict=True)
    ]
    tables = {"source_answers": answers, "metric_points": points}
    verdict, _ = decided(engine, "metrics.bedrock_error_rate", ERRORS, tables)
    succeeded = invocations + errors  # calls, if an invocation is one that succeeded
    accepted = invocations + throttles  # calls, if an invocation is one that was accepted
    good = accepted >= ERRORS["min_samples"] and all(errors * 100 <= calls for calls in (succeeded, accepted))
    assert (verdict == "pass") == good


def nearest_rank(latencies):
    """Return the P95 of ``latencies``: the least that at least 95 % of them do not exceed."""
    ranked = sorted(latencies)
    return ranked[-(-95 * len(ranked) // 100) - 1]


TRAP = [[200] * 20] * 59 + [[8000] * 5000]


def minutes_of(calls, statistic):
    return {minute: statistic(one) for minute, one in enumerate(calls) if one}


def test_trap_07_percentiles_of_minutes_are_not_averaged(engine):
    """59 minutes of 20 calls at 0.2 s, one of 5000 at 8 s: the mean of the P95s is 0.33 s, and 5000 of 6180 are slow.

    This source does not ask for such percentiles; they come with answers that somebody kept.
    """
    percentiles = minutes_of(TRAP, nearest_rank)
    assert sum(percentiles.values()) / len(percentiles) < 1500
    found = kept(percentiles, minutes_of(TRAP, len))
    assert decided(engine, "metrics.latency_within", LATENCY, found) == ("inconclusive", "percentiles_straddle")


def test_trap_07_the_same_calls_by_count_are_over_the_limit(monkeypatch, tmp_path, engine):
    asked = [{"metric": "InvocationLatency", "statistics": ["SampleCount", "TC(:1500)"]}]
    within = minutes_of(TRAP, lambda one: sum(latency <= 1500 for latency in one))
    found = collected(monkeypatch, tmp_path, asked, {"m0s0": minutes_of(TRAP, len), "m0s1": within})
    assert decided(engine, "metrics.latency_within", LATENCY, found) == ("fail", "slow_share_over")


def test_trap_07_one_percentile_over_the_whole_window_decides(monkeypatch, tmp_path, engine):
    asked = [{"metric": "InvocationLatency", "statistics": ["SampleCount"], "over_window": ["p95"]}]
    everything = [latency for one in TRAP for latency in one]
    results = {"m0s0": minutes_of(TRAP, len), "m0s1": {0: float(nearest_rank(everything))}}
    found = collected(monkeypatch, tmp_path, asked, results)
    assert decided(engine, "metrics.latency_within", LATENCY, found) == ("fail", "percentiles_over")


MINUTES = st.lists(st.lists(st.sampled_from([100, 1500, 1501, 9000]), max_size=60), min_size=1, max_size=30)


@given(calls=MINUTES)
@settings(deadline=None, max_examples=25)
def test_trap_07_counts_and_parts_never_say_what_the_calls_do_not(engine, calls):
    """Whatever the calls were: shares of minutes find the truth, and percentiles of minutes never contradict it."""
    everything = [latency for one in calls for latency in one]
    truth = None
    if len(everything) >= LATENCY["min_samples"]:
        truth = "pass" if nearest_rank(everything) <= 1500 else "fail"
    shares = minutes_of(calls, lambda one: 100 * sum(latency <= 1500 for latency in one) / len(one))
    counts = minutes_of(calls, len)
    by_share, _ = decided(engine, "metrics.latency_within", LATENCY, kept(shares, counts, "PR(:1500)"))
    assert by_share == (truth or "inconclusive")
    by_part, _ = decided(engine, "metrics.latency_within", LATENCY, kept(minutes_of(calls, nearest_rank), counts))
    assert by_part in {truth, "inconclusive"}


def kept(values, counts, statistic="p95"):
    """Return what is collected of an answer that somebody kept, with a statistic of every minute and the counts."""
    named = {"Namespace": "AWS/Bedrock", "MetricName": "InvocationLatency"}
    named["Dimensions"] = [{"Name": "ModelId", "Value": "m"}]
    queries, results = [], []
    for key, one, asked in (("v", values, statistic), ("n", counts, "SampleCount")):
        queries.append({"Id": key, "MetricStat": {"Metric": named, "Period": 60, "Stat": asked}})
        times = [(START + timedelta(minutes=minute)).isoformat() for minute in one]
        results.append({"Id": key, "Timestamps": times, "Values": list(one.values()), "StatusCode": "Complete"})
    request = {"MetricDataQueries": queries, "StartTime": START.isoformat(), "EndTime": END.isoformat()}
    at = END + timedelta(minutes=5)
    answer = Answer("kept", "GetMetricData", ACCOUNT, HOME, at, "ok", (), request)
    page = json_object("page", json.dumps({"MetricDataResults": results}).encode())
    parsed = datapoints(answer, [Page("page", page)], "ok", {})
    tables = {}
    for table, row in stated(answer, parsed):
        tables.setdefault(table, []).append(row)
    return tables

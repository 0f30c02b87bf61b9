"""Laws of the controls of operations: what is worse, or not known, never improves a verdict."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditor.adapters.policies.pack import load_pack
from auditor.adapters.rego.wasm import WasmEngine
from auditor.model import Window
from auditor.shell.policy_cases import Case, decide_case
from auditor.shipped import policies_dir

PACK = load_pack(policies_dir())
START = datetime(2025, 1, 14, 9, tzinfo=UTC)
INTERVAL_S, SLOTS = 60, 8
END = START + timedelta(seconds=INTERVAL_S * SLOTS)
PLACE = {"source": "s", "account": "1", "region": "r"}
RANK = ["fail", "inconclusive", "pass"]
LAW = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
seconds = st.lists(st.integers(0, INTERVAL_S * SLOTS - 1), max_size=12)
spans = st.lists(st.tuples(st.integers(-200, 400), st.integers(60, 700)), max_size=3)


@pytest.fixture(scope="module")
def engine():
    with WasmEngine(PACK) as engine:
        yield engine


def at(second):
    return (START + timedelta(seconds=second)).isoformat()


def decided(engine, control, parameters, tables):
    found = PACK.controls[control]
    values, problems = found.metadata.effective(parameters)
    assert not problems
    as_of = END + timedelta(seconds=300)
    case = Case(found, "law", "", values, Window(START, END), as_of, tables, [])
    (finding,) = decide_case(PACK, case, engine)
    return finding


def freshness(engine, points, asked, *, gaps=True):
    parameters = {"cells": ["s/1/r"], "metrics": ["N/M"], "publish_interval_seconds": INTERVAL_S, "gaps": gaps}
    series = {"namespace": "N", "metric": "M", "dimensions": "", "period_us": INTERVAL_S * 1_000_000}
    datapoints = [{**PLACE, "answered_at": at(600), "event_time": at(second), **series} for second in points]
    period = [{"asked_from": at(start), "asked_until": at(start + length)} for start, length in asked]
    said = {"call": "GetMetricData", "subject": "N/M", "status": "ok", "records": 1, "answered_at": at(700)}
    answers = [{**PLACE, **said, **one} for one in period]
    tables = {"datapoints": datapoints, "source_answers": answers}
    return decided(engine, "monitoring.metrics_fresh", parameters, tables)


@LAW
@given(points=seconds, asked=spans, gaps=st.booleans())
def test_a_gap_is_what_counting_by_hand_finds(points, asked, gaps, engine):
    edges = [*sorted({0, *points}), INTERVAL_S * SLOTS]
    pairs = list(pairwise(edges))
    pairs = pairs if gaps else pairs[-1:]
    limit = 2 * INTERVAL_S
    long = [first for first, last in pairs if last - first > limit]
    proven = any(start <= first and start + length > first + limit for first in long for start, length in asked)
    expected = "fail" if proven else "pass" if asked and points and not long else "inconclusive"
    assert freshness(engine, points, asked, gaps=gaps).verdict == expected


@LAW
@given(points=seconds, asked=spans, data=st.data())
def test_a_datapoint_less_never_makes_a_pass(points, asked, data, engine):
    if not points:
        return
    lost = data.draw(st.sampled_from(points))
    fewer = [one for one in points if one != lost]
    if freshness(engine, fewer, asked).verdict == "pass":
        assert freshness(engine, points, asked).verdict == "pass"


@LAW
@given(points=seconds, asked=spans)
def test_an_answer_less_never_makes_a_pass(points, asked, engine):
    if asked and freshness(engine, points, asked[1:]).verdict == "pass":
        assert freshness(engine, points, asked).verdict == "pass"


calls = st.lists(
    st.tuples(
        st.integers(0, SLOTS - 1),
        st.sampled_from([True, False, None]),
        st.sampled_from([1, 5_000_000, 5_000_001, None]),
    ),
    max_size=12,
)


def operations(engine, made, share_ppm):
    parameters = {"service": "flags", "probe_sources": ["s"], "interval_seconds": INTERVAL_S, "failing_ppm": share_ppm}
    parameters |= {"latency_limit_us": 5_000_000, "min_slots": 1}
    rows = [
        {
            "source": "s",
            "event_time": at(slot * INTERVAL_S + number),
            "service": "flags",
            "target": "",
            "region": "",
            "ok": ok,
            "latency_us": latency,
        }
        for number, (slot, ok, latency) in enumerate(made)
    ]
    return decided(engine, "service.operations_succeed", parameters, {"probes": rows})


@LAW
@given(made=calls, slot=st.integers(0, SLOTS - 1), share_ppm=st.sampled_from([1, 125_000, 500_000]))
def test_a_failed_or_slow_call_more_never_improves(made, slot, share_ppm, engine):
    before = RANK.index(operations(engine, made, share_ppm).verdict)
    for bad in [(slot, False, 1), (slot, True, 5_000_001)]:
        assert RANK.index(operations(engine, [*made, bad], share_ppm).verdict) <= before


@LAW
@given(made=calls, slot=st.integers(0, SLOTS - 1), share_ppm=st.sampled_from([1, 125_000, 500_000]))
def test_an_interval_without_its_calls_never_makes_a_pass(made, slot, share_ppm, engine):
    without = [one for one in made if one[0] != slot]
    if operations(engine, without, share_ppm).verdict == "pass":
        assert operations(engine, made, share_ppm).verdict != "inconclusive"

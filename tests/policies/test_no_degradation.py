"""The comparison of each flag with the minutes before, against every way in which unknown requests may have gone."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.adapters.policies.pack import load_pack
from auditor.adapters.rego.wasm import WasmEngine
from auditor.model import Window
from auditor.shell.policy_cases import Case, decide_case
from auditor.shipped import policies_dir

PACK = load_pack(policies_dir())
CONTROL = PACK.controls["flags.no_degradation"]
ACTIVATED = datetime(2025, 1, 14, 9, 45, 30, tzinfo=UTC)
START, END = ACTIVATED - timedelta(seconds=600), ACTIVATED + timedelta(seconds=120)
TOLERANCE_PERCENT, TOLERANCE_PPM = 10, 100_000
SLOWEST = 1 << 40
FAST, SLOW, FAILED, ELSEWHERE = "fast", "slow", "failed", "elsewhere"
FATES = (FAST, SLOW, FAILED, ELSEWHERE)
PARAMETERS, PROBLEMS = CONTROL.metadata.effective(
    {
        "flags": ["ROUTING"],
        "kinds": ["generation"],
        "monitor_seconds": 120,
        "baseline_seconds": 600,
        "tolerance_percent": TOLERANCE_PERCENT,
        "tolerance_ppm": TOLERANCE_PPM,
        "min_samples": 1,
        "change_sources": ["flag_changes"],
        "request_sources": ["requests"],
        "cells": ["requests//"],
    }
)
TRAFFIC = st.tuples(
    st.lists(st.sampled_from([0, 1, 10, 11, 12, 30]), min_size=1, max_size=25),
    st.integers(0, 3),
    st.integers(0, 2),
)


@pytest.fixture(scope="module")
def engine():
    with WasmEngine(PACK) as engine:
        yield engine


def rows(at, latencies, errors, unknown):
    common = {"route": "direct", "kind": "generation", "event_time": at.isoformat()}
    found = [common | {"outcome": "ok", "latency_us": latency} for latency in latencies]
    found += [common | {"outcome": "error"} for _ in range(errors)]
    return found + [common for _ in range(unknown)]


def verdict(engine, before, after):
    requests = rows(START, *before) + rows(ACTIVATED, *after)
    beats = [
        {"start_time": a.isoformat(), "end_time": b.isoformat(), "records": len(rows(a, *what))}
        for a, b, what in ((START, ACTIVATED, before), (ACTIVATED, END, after))
    ]
    change = {
        "source": "flag_changes",
        "event_time": ACTIVATED.isoformat(),
        "flag": "ROUTING",
        "kind": "completed",
        "enabled": True,
        "rollout_percent": 100,
    }
    tables = {"requests": requests, "heartbeats": beats, "flag_changes": [change]}
    case = Case(CONTROL, "law", "", PARAMETERS, Window(START, END), END, tables, [])
    (found,) = decide_case(PACK, case, engine)
    return found.verdict.value


def settled(traffic, fates):
    """Return the latencies, the errors and the requests, had the unknown ones gone as ``fates`` say."""
    latencies, errors, _ = traffic
    timed = [*latencies, *[0 for one in fates if one == FAST], *[SLOWEST for one in fates if one == SLOW]]
    failed = errors + sum(one == FAILED for one in fates)
    return sorted(timed), failed, len(timed) + failed


def degraded(before, after):
    """Say whether P95 (nearest rank) or the share of errors is worse than before by more than the tolerance."""
    (old, old_errors, old_all), (new, new_errors, new_all) = before, after
    limit = old[-(-19 * len(old) // 20) - 1] * (100 + TOLERANCE_PERCENT)
    slower = new[-(-19 * len(new) // 20) - 1] * 100 > limit
    share = old_errors * 1_000_000 + TOLERANCE_PPM * old_all
    return slower or new_errors * 1_000_000 * old_all > new_all * share


@settings(max_examples=60, deadline=None)
@given(before=TRAFFIC, after=TRAFFIC)
def test_a_verdict_holds_however_the_unknown_requests_went(engine, before, after):
    found = verdict(engine, before, after)
    outcomes = {
        degraded(settled(before, old), settled(after, new))
        for old in itertools.combinations_with_replacement(FATES, before[2])
        for new in itertools.combinations_with_replacement(FATES, after[2])
    }
    if found == "pass":
        assert outcomes == {False}
    elif found == "fail":
        assert outcomes == {True}
    else:
        assert before[2] or after[2]


def test_the_law_s_parameters_are_valid():
    assert PROBLEMS == []

"""The published table of burn rates (Site Reliability Workbook, 2018, chapter 5) against the shipped control."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest

from auditor.adapters.policies.pack import load_pack
from auditor.adapters.rego.wasm import WasmEngine
from auditor.model import Window
from auditor.shell.policy_cases import Case, decide_case
from auditor.shipped import policies_dir

PACK = load_pack(policies_dir())
CONTROL = PACK.controls["slo.burn_rate_bounded"]
PERIOD_S = 30 * 86400
PUBLISHED = [(3600, Fraction(2, 100), Fraction(144, 10)), (21600, Fraction(5, 100), Fraction(6))]
END = datetime(2025, 1, 14, 16, tzinfo=UTC)
REQUESTS = 1000


@pytest.fixture(scope="module")
def engine():
    with WasmEngine(PACK) as engine:
        yield engine


def test_the_default_pairs_are_the_published_ones():
    values, problems = CONTROL.metadata.effective({"budget_ppm": 1000, "request_sources": ["requests"]})
    assert not problems
    rates = [Fraction(tenths, 10) for tenths in values["threshold_tenths"]]
    assert list(zip(values["long_seconds"], rates, strict=True)) == [(window, rate) for window, _, rate in PUBLISHED]
    consumed = [rate * window / PERIOD_S for window, rate in zip(values["long_seconds"], rates, strict=True)]
    assert consumed == [share for _, share, _ in PUBLISHED]
    assert values["short_seconds"] == [window // 12 for window in values["long_seconds"]]


@pytest.mark.parametrize(("window_s", "share", "rate"), PUBLISHED)
@pytest.mark.parametrize(("fewer", "verdict"), [(0, "fail"), (1, "pass")])
def test_the_alert_fires_exactly_when_that_share_of_the_budget_is_used_up(
    window_s, share, rate, fewer, verdict, engine
):
    budget_ppm = 10_000
    budget = Fraction(budget_ppm, 1_000_000) * REQUESTS * PERIOD_S / window_s
    used = share * budget
    assert used.denominator == 1
    start = END - timedelta(seconds=window_s)
    row = {
        "route": "direct",
        "kind": "generation",
        "latency_us": 1000,
        "event_time": (END - timedelta(seconds=1)).isoformat(),
    }
    step = {"count": 1, "step_us": 0}
    errors = int(used) - fewer
    requests = [
        row | {"outcome": "error", "repeat": step | {"count": errors}},
        row | {"outcome": "ok", "event_time": start.isoformat(), "repeat": step | {"count": REQUESTS - errors}},
    ]
    beats = [{"start_time": start.isoformat(), "end_time": END.isoformat(), "records": REQUESTS}]
    given = {
        "budget_ppm": budget_ppm,
        "request_sources": ["requests"],
        "short_seconds": [window_s // 12],
        "long_seconds": [window_s],
        "threshold_tenths": [int(rate * 10)],
    }
    parameters, problems = CONTROL.metadata.effective(given)
    assert not problems
    tables = {"requests": requests, "heartbeats": beats}
    case = Case(CONTROL, "table", "", parameters, Window(start, END), END, tables, [])
    (found,) = decide_case(PACK, case, engine)
    assert found.verdict == verdict

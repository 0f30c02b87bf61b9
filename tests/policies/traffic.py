"""Ten minutes of requests with an honest observer, and the controls that judge them: what the laws change."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from auditor.model import Window
from auditor.shell.policy_cases import Case, decide_case
from policies.shipped_cases import PACK, RANK

START = datetime(2025, 1, 14, 10, tzinfo=UTC)
MINUTES = 10
CAPACITY_PER_SECOND = 2
SERVED = {"route": "direct", "kind": "generation", "outcome": "ok", "latency_us": 1000, "cache": "miss"}
FATES = {
    "fast": SERVED,
    "slow": SERVED | {"latency_us": 4_000_000},
    "timeout": SERVED | {"outcome": "timeout", "latency_us": 30_000_000},
    "error": SERVED | {"outcome": "error", "latency_us": None},
    "client": SERVED | {"outcome": "client_error"},
    "hit": SERVED | {"kind": "cached", "cache": "hit"},
    "untold": SERVED | {"outcome": None, "latency_us": None, "cache": None},
    "unplaced": SERVED | {"kind": None, "route": None},
    "elsewhere": SERVED | {"route": "mcp"},
    "check": {"kind": "health_check", "outcome": "ok", "latency_us": 1},
}
SHAPES = [
    {"fast": 60},
    {"fast": 30, "hit": 30},
    {"fast": 6, "hit": 24},
    {"fast": 54, "error": 6},
    {"fast": 53, "timeout": 7},
    {"fast": 30, "error": 30},
    {"fast": 23, "error": 37},
    {"error": 5},
    {"error": 4, "check": 3},
    {"fast": 57, "slow": 3},
    {"fast": 40, "slow": 20},
    {"fast": 58, "untold": 2},
    {"fast": 50, "unplaced": 10, "client": 2},
    {"fast": 3},
    {"fast": 30, "elsewhere": 1},
    {"hit": 60},
    {"check": 2},
    {},
]


@dataclass(frozen=True)
class Traffic:
    """``minutes``: fate -> how many, for each; ``hidden``: (minute, fate) -> how many of these we lack.

    ``blind``: minutes without an observer. ``silent``: minutes of which we hold no request.
    """

    minutes: tuple[dict[str, int], ...]
    hidden: tuple[tuple[int, str, int], ...] = ()
    blind: frozenset[int] = frozenset()
    silent: frozenset[int] = frozenset()

    def more(self, minute, fate, number=1):
        """Return this with ``number`` more requests of ``fate``, which the observer counts too."""
        changed = list(self.minutes)
        changed[minute] = changed[minute] | {fate: changed[minute].get(fate, 0) + number}
        return replace(self, minutes=tuple(changed))

    def here(self, minute):
        """Return the requests of ``minute`` that we hold, by fate."""
        if minute in self.silent:
            return {}
        lacking = {fate: number for one, fate, number in self.hidden if one == minute}
        return {fate: max(0, number - lacking.get(fate, 0)) for fate, number in self.minutes[minute].items()}

    def tables(self):
        """Return the rows of a case."""
        requests, beats = [], []
        for minute, happened in enumerate(self.minutes):
            begin = START + timedelta(minutes=minute)
            requests += [_row(begin, fate, number) for fate, number in self.here(minute).items() if number]
            if minute not in self.blind:
                end = begin + timedelta(minutes=1)
                records = sum(happened.values())
                beats.append({"start_time": begin.isoformat(), "end_time": end.isoformat(), "records": records})
        return {"requests": requests, "heartbeats": beats}


def _row(begin, fate, number):
    repeat = {"count": number, "step_us": 60_000_000 // number}
    return FATES[fate] | {"event_time": begin.isoformat(), "repeat": repeat}


@dataclass(frozen=True)
class Judge:
    """A control with its parameters, and the fates that are bad to it: a ``good`` one may turn into each."""

    control: str
    parameters: dict[str, object]
    bad: tuple[str, ...]
    good: str = "fast"

    def verdict(self, traffic, engine, capacity=None, **window):
        """Return the verdict and the reasons of the line: fail if a resource fails, pass if all pass."""
        control = PACK.controls[self.control]
        given = self.parameters | {"request_sources": ["requests"], "capacity_per_second": capacity}
        parameters, problems = control.metadata.effective(given)
        assert not problems
        span = Window(START, START + timedelta(minutes=MINUTES))
        case = Case(control, "law", "", parameters, span, window.get("as_of", span.end), traffic.tables(), [])
        found = decide_case(PACK, case, engine)
        verdict = min((one.verdict.value for one in found), key=RANK.index)
        return verdict, {one.reason for one in found if one.verdict == verdict}


ROUTES = {"routes": ["direct"]}
ASSURED = {"reading": "assured"}
BURNS = {"budget_ppm": 50_000, "short_seconds": [120], "long_seconds": [600], "threshold_tenths": [20]}
PERIODS = {"period_seconds": 300, "min_samples": 50}
ERRORS = {"measure": "errors", "limit_ppm": 100_000}
SLOW = {"measure": "slow", "kind": "generation", "latency_limit_us": 1_500_000, "limit_ppm": 50_000}
MISSES = {"measure": "misses", "limit_ppm": 500_000}
FAILED, LATE = ("error", "timeout"), ("slow", "timeout")
JUDGES = {
    "p95": Judge("slo.p95_latency", ROUTES | {"kind": "generation", "latency_limit_us": 1_500_000}, LATE),
    "p95, assured": Judge(
        "slo.p95_latency", ROUTES | ASSURED | {"kind": "generation", "latency_limit_us": 1_500_000}, LATE
    ),
    "error rate": Judge("slo.error_rate", ROUTES | {"limit_ppm": 100_000}, FAILED),
    "error rate, assured": Judge("slo.error_rate", ROUTES | ASSURED | {"limit_ppm": 100_000}, FAILED),
    "cache": Judge("slo.cache_hit_rate", ROUTES | {"miss_limit_ppm": 500_000}, ("fast", "error"), good="hit"),
    "cache, assured": Judge(
        "slo.cache_hit_rate", ROUTES | ASSURED | {"miss_limit_ppm": 500_000}, ("fast", "error"), good="hit"
    ),
    "burn rate": Judge("slo.burn_rate_bounded", BURNS, FAILED),
    "errors of each period": Judge("slo.each_period_within_limit", ROUTES | ERRORS | PERIODS, FAILED),
    "slow of each period": Judge("slo.each_period_within_limit", ROUTES | SLOW | PERIODS, LATE),
    "misses of each period": Judge("slo.each_period_within_limit", ROUTES | MISSES | PERIODS, ("fast", "error"), "hit"),
    "one route": Judge("recovery.single_route", {"kept_routes": ["direct"], "left_routes": ["mcp"]}, ("elsewhere",)),
    "most fail": Judge("rollback.most_requests_succeed", {}, FAILED),
    "errors sustained": Judge("rollback.errors_brief", {"limit_ppm": 100_000, "sustained_minutes": 2}, FAILED),
    "latency sustained": Judge(
        "rollback.latency_breaches_brief",
        {"kinds": ["generation"], "latency_limit_us": 3_000_000, "sustained_minutes": 3},
        LATE,
    ),
    "errors recovered": Judge("recovery.errors_normal", {"limit_ppm": 100_000}, FAILED),
    "latency recovered": Judge(
        "recovery.latency_normal", {"kinds": ["generation"], "latency_limit_us": 1_500_000}, LATE
    ),
}

calm = st.sampled_from(SHAPES[:3])
any_minute = st.sampled_from(SHAPES)
few = st.builds(
    lambda usual, changes: tuple(changes.get(minute, usual) for minute in range(MINUTES)),
    calm,
    st.dictionaries(st.integers(0, MINUTES - 1), any_minute, max_size=4),
)
many = st.lists(any_minute, min_size=MINUTES, max_size=MINUTES).map(tuple)
traffics = st.builds(Traffic, few | many)
judges = st.sampled_from(sorted(JUDGES)).map(JUDGES.__getitem__)
capacities = st.sampled_from([None, CAPACITY_PER_SECOND])
minutes = st.integers(0, MINUTES - 1)

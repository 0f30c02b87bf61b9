"""Requests, bills, support cases and baseline of the example release: honest counts, and what the incidents say."""

from __future__ import annotations

import json
from collections import Counter
from datetime import datetime, timedelta
from functools import cache
from itertools import pairwise
from typing import Any

import pytest

from auditor.estate.release import traffic
from auditor.estate.release.timeline import CANARY, PHASES, RUNS, Span
from auditor.estate.release.writer import SEED

AS_OF = "two_hours"


@cache
def files(run: str = AS_OF, incidents: tuple[str, ...] = (), seed: int = SEED) -> dict[str, bytes]:
    return traffic.files(RUNS[run], incidents, seed)


PARSED: dict[tuple[int, str], list[dict[str, Any]]] = {}  # by what `files` keeps


def lines(found: dict[str, bytes], folder: str) -> list[dict[str, Any]]:
    key = id(found), folder
    if key not in PARSED:
        PARSED[key] = [
            json.loads(line)
            for name, content in sorted(found.items())
            if name.startswith(folder)
            for line in content.splitlines()
        ]
    return PARSED[key]


def at(line: dict[str, Any], name: str = "timestamp") -> datetime:
    return datetime.fromisoformat(line[name])


def share(found: list[dict[str, Any]], span: Span, **wanted: str) -> float:
    """Return the share of the span's requests, without health checks, that are as wanted."""
    there = [one for one in found if span.holds(at(one)) and one["type"] != "health_check"]
    return sum(all(one[name] == value for name, value in wanted.items()) for one in there) / len(there)


def test_the_same_bytes_each_time_and_others_for_another_seed() -> None:
    assert traffic.files(RUNS["decision_1"], (), SEED) == traffic.files(RUNS["decision_1"], (), SEED)
    assert files("decision_1", seed=1) != files("decision_1", seed=2)


@pytest.mark.parametrize(("earlier", "later"), [("before", "decision_2"), ("decision_2", "two_hours")])
def test_a_later_instant_only_adds(earlier: str, later: str) -> None:
    then = files(later)
    assert all(then[name].startswith(content) for name, content in files(earlier).items())


@pytest.mark.parametrize("run", ["before", "decision_1", "two_hours"])
def test_nothing_is_known_before_its_time(run: str) -> None:
    known = RUNS[run]
    for folder, name in (("requests/", "timestamp"), ("canary/", "timestamp"), ("support_times/", "closed")):
        assert all(at(one, name) < known for one in lines(files(run), folder))
    for folder in ("heartbeats/", "costs.jsonl"):
        assert all(at(one, "end") <= known for one in lines(files(run), folder))


@pytest.mark.parametrize("source", ["requests", "canary", "staging_requests"])
def test_the_observer_counts_what_is_logged_in_every_minute(source: str) -> None:
    logged = Counter(at(one).replace(second=0, microsecond=0) for one in lines(files(), f"{source}/"))
    beats = lines(files(), f"heartbeats/{source}.jsonl")
    assert {at(one, "start"): one["records"] for one in beats} == logged
    assert all(at(a, "end") == at(b, "start") for a, b in pairwise(beats))


def test_the_ticket_system_counts_every_case() -> None:
    beats = lines(files(), "heartbeats/support_times.jsonl")
    assert sum(one["records"] for one in beats) == len(lines(files(), "support_times/"))
    assert len({one["case"] for one in lines(files(), "support_times/")}) == len(lines(files(), "support_times/"))


def test_every_request_has_an_id_of_its_own() -> None:
    for source in ("requests", "canary", "staging_requests"):
        found = [one["requestId"] for one in lines(files(), f"{source}/")]
        assert len(set(found)) == len(found) > 1000


def test_the_canary_gets_health_checks_until_its_time() -> None:
    early = [one for one in lines(files(), "canary/") if not CANARY.holds(at(one))]
    assert early
    assert {one["type"] for one in early} == {"health_check"}


def test_the_healthy_release_is_within_its_limits() -> None:
    live = lines(files(), "requests/")
    for span in (PHASES["phase_6"], Span(RUNS["before"], RUNS["two_hours"])):
        assert share(live, span, status="error") + share(live, span, status="timeout") < 0.01
        slow = [one["latencyMs"] > 1500 for one in live if span.holds(at(one)) and one["type"] == "generation"]
        assert sum(slow) / len(slow) < 0.05


def changed(incident: str, folder: str, run: str = AS_OF) -> list[dict[str, Any]]:
    """Return the lines of the incident's release that the healthy one does not have."""
    healthy = {line for name, content in files(run).items() if name.startswith(folder) for line in content.splitlines()}
    mine = {name: content for name, content in files(run, (incident,)).items() if name.startswith(folder)}
    return [json.loads(line) for content in mine.values() for line in content.splitlines() if line not in healthy]


@pytest.mark.parametrize(
    ("incident", "folder", "span"),
    [
        ("slow_phase3", "canary/", PHASES["phase_3"]),
        ("error_spike_after", "requests/", traffic.SPIKE),
        ("p95_sustained_after", "requests/", traffic.SUSTAINED),
    ],
)
def test_an_incident_changes_its_own_span_and_source_alone(incident: str, folder: str, span: Span) -> None:
    assert changed(incident, folder)
    assert all(span.holds(at(one)) for one in changed(incident, folder))
    mine = files(AS_OF, (incident,))
    assert {name for name, content in files().items() if mine[name] != content} <= {
        name for name in mine if name.startswith(folder)
    }


def test_the_spike_lasts_three_minutes_over_a_tenth() -> None:
    live = lines(files(AS_OF, ("error_spike_after",)), "requests/")
    for minute in range(3):
        start = traffic.SPIKE.start + timedelta(minutes=minute)
        assert share(live, Span(start, start + timedelta(minutes=1)), status="error") > 0.10
    assert share(live, Span(traffic.SPIKE.end, RUNS[AS_OF]), status="error") < 0.01


def test_the_slow_minutes_are_six() -> None:
    live = lines(files(AS_OF, ("p95_sustained_after",)), "requests/")
    for minute in range(6):
        start = traffic.SUSTAINED.start + timedelta(minutes=minute)
        span = Span(start, start + timedelta(minutes=1))
        times = [one["latencyMs"] for one in live if span.holds(at(one)) and one["type"] == "generation"]
        assert sum(time > 3000 for time in times) * 20 > len(times)


def test_low_traffic_is_too_little_to_decide_on() -> None:
    phase = [one for one in lines(files(AS_OF, ("low_traffic",)), "canary/") if PHASES["phase_3"].holds(at(one))]
    assert 0 < len(phase) < 200


def test_support_cases_and_costs_fall_unless_nothing_improves() -> None:
    def mean(found: list[float]) -> float:
        return sum(found) / len(found)

    for incidents, better in (((), True), (("no_improvement",), False)):
        cases = lines(files("one_day", incidents), "support_times/")
        before = mean([one["seconds"] for one in cases if at(one, "closed") < PHASES["phase_7"].end])
        after = mean([one["seconds"] for one in cases if at(one, "closed") >= PHASES["phase_7"].end])
        assert (after < 0.8 * before) is better
        live = [one for one in lines(files("one_day", incidents), "requests/") if one["type"] == "generation"]
        dear = mean([float(one["costEur"]) for one in live if at(one) < PHASES["phase_7"].end])
        cheap = mean([float(one["costEur"]) for one in live if at(one) >= PHASES["phase_7"].end])
        assert (cheap < 0.9 * dear) is better


@pytest.mark.parametrize(("incidents", "percent"), [((), 29.9), (("overspent",), 91.0)])
def test_what_is_spent_of_the_budget_by_the_day(incidents: tuple[str, ...], percent: float) -> None:
    found = files("decision_2", incidents)
    spent = sum(float(one["amount"]) for one in lines(found, "costs.jsonl"))
    [budget] = lines(found, "budgets.jsonl")
    assert 100 * spent / float(budget["amount"]) == pytest.approx(percent)


def test_a_missing_baseline_holds_nothing() -> None:
    [header] = lines(files(AS_OF, ("baseline_missing",)), "baseline.jsonl")
    assert (header["shares"], header["values"]) == (0, 0)


def test_every_incident_is_described() -> None:
    assert sorted(traffic.INCIDENTS) == [
        "baseline_missing", "error_spike_after", "low_traffic", "no_improvement", "overspent", "p95_sustained_after",
        "slow_phase3",
    ]  # fmt: skip

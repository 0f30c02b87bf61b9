"""The deployment log, health checks and flags of the example release, at each run and in each incident."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from auditor.config import load_config
from auditor.estate.release import deployment, flag_service, rollback
from auditor.estate.release.timeline import FIRST_FLAG, FLAG_EVERY, FLAGS, PHASES, RUNS
from auditor.estate.release.writer import write_release
from auditor.shell.collect import collect

SEED = 20250114
LOG, CHECKS = "deployment/log.jsonl", "health/checks.jsonl"
AFTER = RUNS["two_hours"]


def written(*incidents, known=AFTER):
    return deployment.files(known, incidents, SEED)


def lines(files, name):
    return [json.loads(line) for line in files[name].splitlines()]


def events(*incidents, **more):
    return lines(written(*incidents, **more), LOG)


def of_kind(records, kind):
    return [one for one in records if one["event"] == kind]


def states(*incidents, **more):
    values = json.loads(written(*incidents, **more)["appconfig/flags.json"])["values"]
    return {flag: values[key]["enabled"] for flag, key in flag_service.KEYS.items()}


def completions(*incidents, **more):
    """Return when each deployment after the first reached everybody, with its number."""
    found = {}
    for name, content in written(*incidents, **more).items():
        if name.startswith("appconfig/deployments/"):
            document = json.loads(content)
            reached = [one["OccurredAt"] for one in document["EventLog"] if one["EventType"] == "BAKE_TIME_STARTED"]
            found[document["DeploymentNumber"]] = datetime.fromisoformat(reached[0]) if reached else None
    return [found[number] for number in sorted(found)][1:]


def test_the_log_numbers_its_records_in_order_of_time():
    records = events()
    assert [one["seq"] for one in records] == list(range(1, len(records) + 1))
    assert all(a["at"] <= b["at"] for a, b in pairwise(records))


def test_every_phase_is_told_with_its_times():
    records = events()
    for kind, edge in (("PHASE_START", "start"), ("PHASE_END", "end")):
        told = {one["phase"]: datetime.fromisoformat(one["at"]) for one in of_kind(records, kind)}
        assert told == {phase: getattr(span, edge) for phase, span in PHASES.items()}


def test_every_component_is_deployed_in_its_phase_and_then_ready():
    records = events()
    deployed = {one["component"]: one["at"] for one in of_kind(records, "DEPLOYED")}
    ready = {one["component"]: one["at"] for one in of_kind(records, "READY")}
    assert list(deployed) == list(ready) == list(deployment.COMPONENTS)
    assert all(deployed[one] < ready[one] for one in deployed)
    assert all(PHASES["phase_2"].holds(datetime.fromisoformat(at)) for at in (*deployed.values(), *ready.values()))


@pytest.mark.parametrize("incident", [None, "deployment_record_lost", "component_degraded"])
def test_what_is_known_later_only_adds_records(incident):
    incidents = [incident] if incident else []
    known = sorted(RUNS.values())
    for name in (LOG, CHECKS):
        contents = [written(*incidents, known=moment)[name] for moment in known]
        assert all(later.startswith(earlier) and earlier for earlier, later in pairwise(contents))


@pytest.mark.parametrize("incident", deployment.INCIDENTS)
def test_every_incident_changes_something_by_the_third_decision(incident):
    assert written(incident, known=RUNS["decision_3"]) != written(known=RUNS["decision_3"])


def test_nothing_is_told_before_it_happened():
    moment = RUNS["decision_2"]
    files = written(known=moment)
    for name in (LOG, CHECKS):
        assert all(datetime.fromisoformat(one["at"]) < moment for one in lines(files, name))
    assert of_kind(lines(files, LOG), "PHASE_END")[-1]["phase"] == "phase_3"
    assert states(known=moment) == dict.fromkeys(FLAGS, False)


def test_flags_are_complete_at_their_times_and_two_minutes_apart():
    assert completions() == [FIRST_FLAG + number * FLAG_EVERY for number in range(5)]
    assert states() == dict.fromkeys(FLAGS, True)


def test_one_deployment_at_a_time():
    for first, second in pairwise(flag_service.rollouts(())):
        assert first.baked <= second.started


def test_a_deployment_tells_what_had_happened():
    number = "appconfig/deployments/2.json"
    told = {
        moment: json.loads(written(known=FIRST_FLAG + timedelta(seconds=moment))[number])["State"]
        for moment in (-1, 0, 1, 60, 61)
    }
    assert told == {-1: "DEPLOYING", 0: "DEPLOYING", 1: "BAKING", 60: "BAKING", 61: "COMPLETE"}


def test_swapped_flags_are_deployed_in_the_other_order():
    plan, swapped = flag_service.rollouts(()), flag_service.rollouts(["flag_out_of_order"])
    assert [one.sets for one in swapped] == [plan[n].sets for n in (0, 1, 2, 4, 3, 5)]
    assert completions("flag_out_of_order") == completions()


def test_too_soon_is_119_seconds():
    gaps = [(b - a).total_seconds() for a, b in pairwise(completions("flag_too_soon"))]
    assert gaps == [120, 120, 119, 121]


def test_a_stuck_rollout_is_never_complete():
    assert completions("flag_rollout_stuck")[-1] is None


def test_a_flag_that_is_switched_off_again():
    assert states("flag_off_again") == dict.fromkeys(FLAGS, True) | {FLAGS[1]: False}


@pytest.mark.parametrize("incident", ["rolled_back", "rollback_late", "rollback_incomplete"])
def test_a_rollback_switches_off_what_it_says(incident):
    off = rollback.flags_off([incident])
    assert states(incident) == dict.fromkeys(FLAGS, True) | dict.fromkeys(off, False)
    assert completions(incident)[5:] == list(off.values())


def test_a_lost_record_leaves_its_number_unused():
    numbers = [one["seq"] for one in events("deployment_record_lost")]
    missing = set(range(1, max(numbers) + 1)) - set(numbers)
    assert len(missing) == 1


def test_what_is_degraded_is_well_again():
    found = lines(written("component_degraded"), CHECKS)
    degraded = [one for one in found if one["status"] == "DEGRADED"]
    assert {one["component"] for one in degraded} == {"MCPRouter", "MCP Router"}
    assert all(deployment.DEGRADED.holds(datetime.fromisoformat(one["at"])) for one in degraded)
    assert found[-1]["status"] != "DEGRADED"


def test_a_component_that_is_missing_is_nowhere():
    files = written("component_missing")
    assert b"PerformanceOptimizer" not in files[LOG] + files[CHECKS]


@pytest.mark.parametrize("run", RUNS)
def test_each_run_can_be_collected(tmp_path, run):
    config = write_release(tmp_path / "release", [deployment], known=RUNS[run])
    assert {one.name for one in load_config(config).sources} == {"deployment_log", "health", "flags", "flag_changes"}
    folder = collect(config, tmp_path / "snapshot", collected_at=RUNS[run] + timedelta(minutes=1))
    assert {"deployment_events", "health_checks", "flags", "flag_changes", "coverage"} <= {
        one.stem for one in folder.glob("*.parquet")
    }

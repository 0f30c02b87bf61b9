"""The rollback of the example release: told bit by bit, the same bytes each time, and read by the real collectors."""

import json
import tomllib
from datetime import datetime, timedelta

import pyarrow.parquet as pq
import pytest

from auditor.adapters.snapshot.reader import open_snapshot
from auditor.estate.release import rollback
from auditor.estate.release.timeline import FLAGS, ROLLBACK, RUNS
from auditor.shell.collect import collect

COLLECTED_HERE = ("rollback_log", "rollback_log_heartbeats")
SCOPE = '[scope]\nsystem = "s"\nenvironment = "production"\nrelease = "r"\n'


def written(root, known, incidents):
    for path, content in rollback.files(known, incidents, 1).items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(content)
    sections = rollback.CONFIG.split("\n\n")
    kept = [one for one in sections if any(f"[sources.{name}" in one for name in COLLECTED_HERE)]
    (root / "auditor.toml").write_text(SCOPE + "\n\n".join(kept))
    return open_snapshot(collect(root / "auditor.toml", root / "snapshot", collected_at=known))


def steps(snapshot):
    return [
        (row["step"], row["event_time"], row["exit_code"])
        for row in pq.read_table(snapshot.tables["rollback_steps"]).to_pylist()
    ]


def test_without_an_incident_the_log_says_only_that_it_was_opened(tmp_path):
    assert [step for step, _, _ in steps(written(tmp_path, RUNS["two_hours"], []))] == ["opened"]


@pytest.mark.parametrize(("incident", "late"), [("rolled_back", 0), ("rollback_late", 240), ("rollback_incomplete", 0)])
def test_a_rollback_is_logged_from_its_trigger_on(tmp_path, incident, late):
    found = steps(written(tmp_path, RUNS["two_hours"], [incident]))
    assert [step for step, _, _ in found][1:] == [
        "triggered",
        "script_started",
        "script_finished",
        "flags_disabled",
        "mcp_only_verified",
        "notified",
    ]
    assert found[1][1] == ROLLBACK
    assert found[2][1] - ROLLBACK == timedelta(seconds=20 + late)
    assert (found[-1][1] - ROLLBACK < timedelta(minutes=5)) == (late == 0)


def test_the_observer_counts_every_step(tmp_path):
    snapshot = written(tmp_path, RUNS["two_hours"], ["rolled_back"])
    beats = pq.read_table(snapshot.tables["heartbeats"]).to_pylist()
    assert sum(beat["records"] for beat in beats) == len(steps(snapshot))
    assert {beat["source"] for beat in beats} == {"rollback_log"}
    assert max(beat["end_time"] for beat in beats) == RUNS["two_hours"]


def test_an_incomplete_script_switches_off_three_flags():
    assert list(rollback.flags_off(["rollback_incomplete"])) == list(FLAGS[:3])
    assert list(rollback.flags_off(["rolled_back"])) == list(FLAGS)
    assert rollback.flags_off(["outage"]) == {}
    assert all(at < ROLLBACK + timedelta(minutes=3) for at in rollback.flags_off(["rolled_back"]).values())
    assert rollback.mcp_only_from([]) is None
    assert rollback.mcp_only_from(["rolled_back"]) > max(rollback.flags_off(["rolled_back"]).values())


@pytest.mark.parametrize("incident", [*rollback.INCIDENTS, "outage"])
def test_a_later_telling_only_adds(incident):
    known = [*RUNS.values(), ROLLBACK, ROLLBACK + timedelta(seconds=90), ROLLBACK + timedelta(minutes=25)]
    before = {}
    for moment in sorted(known):
        now = rollback.files(moment, [incident], 1)
        assert now == rollback.files(moment, [incident], 2)
        for path, content in before.items():
            assert now[path].startswith(content)
        before = now


def test_nothing_is_told_of_the_future():
    moment = ROLLBACK + timedelta(seconds=90)
    for path, content in rollback.files(moment, ["rolled_back"], 1).items():
        for line in content.decode().splitlines() if path.endswith(".jsonl") else ():
            stated = json.loads(line)
            instants = [
                stated[name] for name in ("at", "end", "modified_at", "sent_at", "exported_at") if name in stated
            ]
            assert all(datetime.fromisoformat(one) <= moment for one in instants)


def test_its_configuration_names_what_it_writes():
    sources = tomllib.loads(rollback.CONFIG)["sources"]
    named = {path for one in sources.values() for key in ("files", "index", "exports") for path in one.get(key, [])}
    assert named <= rollback.files(RUNS["closing"], [], 1).keys()

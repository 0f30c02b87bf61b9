import json
from datetime import UTC, datetime

import pyarrow.parquet as pq
import pytest

from auditor.tables import identifier_halves
from auditor_collectors.flags import FlagsCollector
from one_source import bytes_of, refusal, rows_of, snapshot_of

OPTIONS = {
    "files": ["deployments/*.json"],
    "format": "appconfig_deployments",
    "versions": "hosted/{version}.json",
    "aliases": {"enableMcp": "ENABLE_MCP"},
}


def at(minute):
    return f"2025-01-14T10:{minute:02}:00+00:00"


def deployment(number, version, state="COMPLETE", events=(), **more):
    log = [{"EventType": kind, "OccurredAt": at(minute), "TriggeredBy": "USER"} for kind, minute in events]
    return {
        "ApplicationId": "app",
        "DeploymentNumber": number,
        "ConfigurationVersion": version,
        "State": state,
        "StartedAt": at(number * 10),
        "EventLog": log,
        "Description": "by jane@example.org",
    } | more


def baked(number):
    return [("DEPLOYMENT_COMPLETED", number * 10 + 9), ("BAKE_TIME_STARTED", number * 10 + 4)]


def write(root, deployments, versions):
    for folder, documents in (("deployments", deployments), ("hosted", versions)):
        (root / folder).mkdir()
        for name, document in documents.items():
            (root / folder / f"{name}.json").write_text(json.dumps(document))


def hosted(minute=0, **values):
    stamped = {key: {**value, "_updatedAt": at(minute)} for key, value in values.items()}
    return {"version": "1", "flags": {key: {} for key in values}, "values": stamped}


OFF = hosted(enableMcp={"enabled": False}, cache={"enabled": True})
ON = hosted(1, enableMcp={"enabled": True}, cache={"enabled": True})


def steps(snapshot):
    return [
        (row["event_time"].minute, row["flag"], row["kind"], row["enabled"], row["rollout_percent"])
        for row in rows_of(snapshot, "flag_changes")
    ]


def coverage(snapshot):
    [cell] = pq.read_table(snapshot.tables["coverage"]).to_pylist()
    return cell


def test_a_deployment_changes_the_flags_whose_content_differs(tmp_path):
    first, second = deployment(1, "1", events=baked(1)), deployment(2, "2", events=baked(2))
    write(tmp_path, {"b": first, "a": second}, {"1": OFF, "2": ON})
    snapshot = snapshot_of(FlagsCollector(), OPTIONS, tmp_path)
    assert steps(snapshot) == [
        (10, "ENABLE_MCP", "deployed", False, None),
        (10, "cache", "deployed", True, None),
        (14, "ENABLE_MCP", "completed", False, 100),
        (14, "cache", "completed", True, 100),
        (20, "ENABLE_MCP", "deployed", True, None),
        (24, "ENABLE_MCP", "completed", True, 100),
    ]
    last = rows_of(snapshot, "flag_changes")[-1]
    assert last["event_time"] == datetime(2025, 1, 14, 10, 24, tzinfo=UTC)
    assert (last["deployment_hi"], last["deployment_lo"]) == identifier_halves("2")
    assert (coverage(snapshot)["status"], coverage(snapshot)["pages"]) == ("ok", 4)
    assert not any(b"jane" in content for content in bytes_of(snapshot).values())


@pytest.mark.parametrize(
    ("state", "events", "expected"),
    [
        ("DEPLOYING", [], [(20, "deployed", True)]),
        ("BAKING", [("BAKE_TIME_STARTED", 24)], [(20, "deployed", True), (24, "completed", True)]),
        ("ROLLING_BACK", [("ROLLBACK_STARTED", 23)], [(20, "deployed", True)]),
        ("ROLLED_BACK", [("ROLLBACK_COMPLETED", 25)], [(20, "deployed", True), (25, "rolled_back", False)]),
        (
            "REVERTED",
            [("REVERT_COMPLETED", 28), ("DEPLOYMENT_COMPLETED", 24)],
            [(20, "deployed", True), (24, "completed", True), (28, "rolled_back", False)],
        ),
    ],
)
def test_each_state_has_the_steps_that_happened(tmp_path, state, events, expected):
    first, second = deployment(1, "1", events=baked(1)), deployment(2, "2", state, events)
    write(tmp_path, {"1": first, "2": second}, {"1": OFF, "2": ON})
    snapshot = snapshot_of(FlagsCollector(), OPTIONS, tmp_path)
    found = [(minute, kind, enabled) for minute, _, kind, enabled, _ in steps(snapshot) if minute >= 20]
    assert found == expected


def test_what_was_rolled_back_is_not_the_ground_of_the_next(tmp_path):
    undone = deployment(2, "2", "ROLLED_BACK", [("ROLLBACK_COMPLETED", 25)])
    third = deployment(3, "2", events=baked(3))
    write(tmp_path, {"1": deployment(1, "1", events=baked(1)), "2": undone, "3": third}, {"1": OFF, "2": ON})
    last = steps(snapshot_of(FlagsCollector(), OPTIONS, tmp_path))[-2:]
    assert last == [(30, "ENABLE_MCP", "deployed", True, None), (34, "ENABLE_MCP", "completed", True, 100)]


def test_a_missing_deployment_is_told(tmp_path):
    write(tmp_path, {"2": deployment(2, "1", events=baked(2)), "5": deployment(5, "1", events=baked(5))}, {"1": OFF})
    cell = coverage(snapshot_of(FlagsCollector(), OPTIONS, tmp_path))
    assert (cell["status"], cell["detail"]) == (
        "partial",
        "deployment 1 is not here, deployments 3 to 4 are not here",
    )


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (
            {"ConfigurationVersion": "9"},
            (
                "2.json: deploys version 9, whose document hosted/9.json is not there\n  what to do: export it with "
                "GetHostedConfigurationVersion, or correct `versions` in auditor.toml"
            ),
        ),
        (
            {"DeploymentNumber": 1},
            "2.json: deployment 1 is already at deployments/1.json\n  what to do: export each deployment once",
        ),
        (
            {"ApplicationId": "b"},
            (
                "2.json: is of another application, environment or profile than deployments/1.json\n  what to do: name "
                "each environment's deployments in a source of its own"
            ),
        ),
        (
            {"ConfigurationVersion": "../1"},
            (
                "2.json, member 'ConfigurationVersion': found '../1', expected the number of a hosted version, "
                "as text\n  what to do: export the file again"
            ),
        ),
        (
            {"EventLog": []},
            (
                "2.json: State is COMPLETE, but neither CompletedAt nor EventLog says when\n"
                "  what to do: export the file again"
            ),
        ),
        (
            {"State": "DONE"},
            (
                "2.json, member 'State': found 'DONE', expected one of BAKING, VALIDATING, DEPLOYING, COMPLETE, "
                "ROLLING_BACK, ROLLED_BACK, REVERTED\n  what to do: export the file again"
            ),
        ),
    ],
)
def test_what_is_wrong_is_named(tmp_path, more, said):
    first, second = deployment(1, "1", events=baked(1)), deployment(2, "1", events=baked(2)) | more
    write(tmp_path, {"1": first, "2": second}, {"1": OFF})
    assert refusal(FlagsCollector(), OPTIONS, tmp_path) == f"deployments/{said}"

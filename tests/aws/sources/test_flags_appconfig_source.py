"""Flags of AWS AppConfig through botocore's Stubber: what is in effect is what was deployed, and when it came about."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime

import pytest
from botocore.response import StreamingBody

from auditor.errors import CollectionError
from auditor.tables import identifier_halves
from auditor_collectors.aws.sources.flags_appconfig import AppConfigCollector
from aws.stubbed import Stubs, rows_of

COLLECTOR = AppConfigCollector()
OPTIONS = {
    "application": "support",
    "appconfig_environment": "production",
    "profile": "flags",
    "aliases": {"enableMcp": "ENABLE_MCP"},
}
APP = {"ApplicationId": "app0001"}
ENV = APP | {"EnvironmentId": "env0001"}
PROFILE = APP | {"ConfigurationProfileId": "pro0001"}
FLAGS = {"Id": "pro0001", "Name": "flags", "Type": "AWS.AppConfig.FeatureFlags"}


@pytest.fixture(name="stubs")
def _stubs(monkeypatch):
    return Stubs(monkeypatch)


def at(minute):
    return datetime(2025, 1, 14, 10, minute, tzinfo=UTC)


def deployment(number, version, state="COMPLETE", events=None, profile="pro0001"):
    baked = [("BAKE_TIME_STARTED", number * 10 + 4), ("DEPLOYMENT_COMPLETED", number * 10 + 9)]
    log = [
        {"EventType": kind, "OccurredAt": at(minute), "TriggeredBy": "USER", "Description": "by jane@example.org"}
        for kind, minute in (baked if events is None else events)
    ]
    return ENV | {
        "ConfigurationProfileId": profile,
        "DeploymentNumber": number,
        "ConfigurationVersion": version,
        "State": state,
        "StartedAt": at(number * 10),
        "EventLog": log,
        "Description": "asked for by jane@example.org",
    }


def hosted(**values):
    return {"version": "1", "flags": {key: {} for key in values}, "values": values}


OFF = hosted(enableMcp={"enabled": False}, cache={"enabled": True})
ON = hosted(enableMcp={"enabled": True}, cache={"enabled": True})
SPLIT = {
    "_variants": [{"name": "eu", "rule": '(eq $region "eu")', "enabled": True}, {"name": "rest", "enabled": False}]
}


def listings(stubs, deployments, versions=(1, 2), environments=("production",)):
    stubs.answer("appconfig", "ListApplications", {"Items": [{"Id": "app0001", "Name": "support"}]}, {})
    named = [{"Id": f"env000{number}", "Name": one} for number, one in enumerate(environments, start=1)]
    stubs.answer("appconfig", "ListEnvironments", {"Items": named}, APP)
    stubs.answer("appconfig", "ListConfigurationProfiles", {"Items": [FLAGS]}, APP)
    items = [
        {"DeploymentNumber": one["DeploymentNumber"], "ConfigurationProfileId": one["ConfigurationProfileId"]}
        for one in deployments
    ]
    stubs.answer("appconfig", "ListDeployments", {"Items": items}, ENV)
    for one in sorted(deployments, key=lambda one: one["DeploymentNumber"]):
        if one["ConfigurationProfileId"] == "pro0001":
            asked = ENV | {"DeploymentNumber": one["DeploymentNumber"]}
            stubs.answer("appconfig", "GetDeployment", one, asked)
    items = [PROFILE | {"VersionNumber": number} for number in versions]
    stubs.answer("appconfig", "ListHostedConfigurationVersions", {"Items": items}, PROFILE)


def version(stubs, number, document):
    body = json.dumps(document).encode()
    content = StreamingBody(io.BytesIO(body), len(body))
    page = PROFILE | {"VersionNumber": number, "Content": content, "ContentType": "application/json"}
    stubs.answer("appconfig", "GetHostedConfigurationVersion", page, PROFILE | {"VersionNumber": number})


def steps(found):
    return [
        (row["event_time"].minute, row["flag"], row["kind"], row["enabled"], row["rollout_percent"])
        for row in found.get("flag_changes", [])
    ]


def flags(found):
    return [(row["flag"], row["variant"], row["enabled"]) for row in found.get("flags", [])]


def said(found):
    return {(row["call"], row["subject"]): row["status"] for row in found["source_answers"]}


def test_a_flag_is_activated_when_the_rollout_reached_everybody_not_when_it_was_deployed(stubs, tmp_path):
    listings(stubs, [deployment(2, "2"), deployment(1, "1")])
    version(stubs, 1, OFF)
    version(stubs, 2, ON)
    found = rows_of(COLLECTOR, OPTIONS, tmp_path, stubs)
    assert steps(found) == [
        (10, "cache", "deployed", True, None),
        (14, "cache", "completed", True, 100),
        (10, "ENABLE_MCP", "deployed", False, None),
        (14, "ENABLE_MCP", "completed", False, 100),
        (20, "ENABLE_MCP", "deployed", True, None),
        (24, "ENABLE_MCP", "completed", True, 100),
    ]
    assert flags(found) == [("ENABLE_MCP", None, True), ("cache", None, True)]
    last = found["flag_changes"][-1]
    assert (last["deployment_hi"], last["deployment_lo"]) == identifier_halves("2")
    assert set(said(found).values()) == {"ok"}
    pages = [path.read_bytes() for path in (tmp_path / "work").rglob("*") if path.is_file()]
    assert pages
    assert not any(b"jane" in content for content in pages)


@pytest.mark.parametrize(
    ("state", "events", "enabled"),
    [
        ("DEPLOYING", [], None),
        ("ROLLING_BACK", [("ROLLBACK_STARTED", 23)], None),
        ("BAKING", [("BAKE_TIME_STARTED", 24)], True),
        ("ROLLED_BACK", [("ROLLBACK_COMPLETED", 25)], False),
    ],
)
def test_a_flag_that_is_on_for_some_is_not_one_boolean(stubs, tmp_path, state, events, enabled):
    listings(stubs, [deployment(1, "1"), deployment(2, "2", state, events)])
    version(stubs, 1, OFF)
    version(stubs, 2, ON)
    found = rows_of(COLLECTOR, OPTIONS, tmp_path, stubs)
    assert sorted(flags(found)) == [("ENABLE_MCP", None, enabled), ("cache", None, True)]


def test_a_newer_version_that_was_never_deployed_is_not_in_effect(stubs, tmp_path):
    listings(stubs, [deployment(1, "1")], versions=(1, 2, 3))
    version(stubs, 1, OFF)
    assert flags(rows_of(COLLECTOR, OPTIONS, tmp_path, stubs)) == [("ENABLE_MCP", None, False), ("cache", None, True)]


def test_a_flag_of_several_variants_is_reported_by_variant(stubs, tmp_path):
    listings(stubs, [deployment(1, "1")])
    version(stubs, 1, hosted(enableMcp=SPLIT))
    found = rows_of(COLLECTOR, OPTIONS, tmp_path, stubs)
    assert flags(found) == [("ENABLE_MCP", None, None), ("ENABLE_MCP", "eu", True), ("ENABLE_MCP", "rest", False)]
    assert [one[3] for one in steps(found)] == [None, None]


@pytest.mark.parametrize("text", ["true", "false", "yes", 1])
def test_text_is_no_boolean(stubs, tmp_path, text):
    listings(stubs, [deployment(1, "1")])
    version(stubs, 1, hosted(enableMcp={"enabled": text}))
    with pytest.raises(CollectionError, match="true or false, without quotes"):
        rows_of(COLLECTOR, OPTIONS, tmp_path)


def test_deployments_of_another_profile_are_no_gap_and_no_change(stubs, tmp_path):
    listings(stubs, [deployment(1, "1"), deployment(2, "7", profile="other01"), deployment(3, "2")])
    version(stubs, 1, OFF)
    version(stubs, 2, ON)
    found = rows_of(COLLECTOR, OPTIONS, tmp_path, stubs)
    assert said(found)["ListDeployments", "env0001"] == "ok"
    assert steps(found)[-1] == (34, "ENABLE_MCP", "completed", True, 100)


def test_a_timeline_with_a_hole_is_none_and_is_told(stubs, tmp_path):
    listings(stubs, [deployment(1, "1"), deployment(3, "2")])
    found = rows_of(COLLECTOR, OPTIONS, tmp_path, stubs)
    assert said(found)["ListDeployments", "env0001"] == "partial"
    assert (steps(found), flags(found)) == ([], [])


def test_a_version_that_is_deleted_leaves_no_timeline(stubs, tmp_path):
    listings(stubs, [deployment(1, "1"), deployment(2, "2")], versions=(2,))
    version(stubs, 2, ON)
    found = rows_of(COLLECTOR, OPTIONS, tmp_path, stubs)
    assert (steps(found), flags(found)) == ([], [])
    assert said(found)["ListHostedConfigurationVersions", "pro0001"] == "partial"


CALLS = [
    "ListApplications",
    "ListEnvironments",
    "ListConfigurationProfiles",
    "ListDeployments",
    "GetDeployment",
    "ListHostedConfigurationVersions",
    "GetHostedConfigurationVersion",
]


@pytest.mark.parametrize("refused", CALLS)
def test_without_any_one_call_there_is_no_timeline_and_the_call_is_named(stubs, tmp_path, refused):
    given = {
        "ListApplications": {"Items": [{"Id": "app0001", "Name": "support"}]},
        "ListEnvironments": {"Items": [{"Id": "env0001", "Name": "production"}]},
        "ListConfigurationProfiles": {"Items": [FLAGS]},
        "ListDeployments": {"Items": [{"DeploymentNumber": 1, "ConfigurationProfileId": "pro0001"}]},
        "GetDeployment": deployment(1, "1"),
        "ListHostedConfigurationVersions": {"Items": [PROFILE | {"VersionNumber": 1}]},
    }
    for call in CALLS:
        if call == refused:
            stubs.refuse("appconfig", call, "AccessDeniedException", status=403)
        elif call == "GetHostedConfigurationVersion":
            version(stubs, 1, OFF)
        else:
            stubs.answer("appconfig", call, given[call])
    found = rows_of(COLLECTOR, OPTIONS, tmp_path)
    assert (steps(found), flags(found)) == ([], [])
    assert [call for (call, _), status in said(found).items() if status == "denied"] == [refused]


@pytest.mark.parametrize(
    ("items", "match"),
    [
        ([FLAGS | {"Type": "AWS.Freeform"}], "expected 'AWS.AppConfig.FeatureFlags'"),
        ([FLAGS, FLAGS | {"Id": "pro0002"}], "lists 2 called 'flags'"),
    ],
)
def test_what_is_named_must_be_one_profile_of_flags(stubs, tmp_path, items, match):
    stubs.answer("appconfig", "ListApplications", {"Items": [{"Id": "app0001", "Name": "support"}]})
    stubs.answer("appconfig", "ListEnvironments", {"Items": [{"Id": "env0001", "Name": "production"}]})
    stubs.answer("appconfig", "ListConfigurationProfiles", {"Items": items})
    with pytest.raises(CollectionError, match=match):
        rows_of(COLLECTOR, OPTIONS, tmp_path)


def test_an_application_that_is_not_there_is_an_answer(stubs, tmp_path):
    stubs.answer("appconfig", "ListApplications", {"Items": [{"Id": "app0009", "Name": "other"}]})
    found = rows_of(COLLECTOR, OPTIONS, tmp_path, stubs)
    assert [(row["subject"], row["status"], row["records"]) for row in found["source_answers"]] == [
        ("support", "ok", 1)
    ]
    assert flags(found) == []


def test_two_keys_never_share_a_name(stubs, tmp_path):
    listings(stubs, [deployment(1, "1")])
    version(stubs, 1, OFF)
    with pytest.raises(CollectionError, match="is already key"):
        rows_of(COLLECTOR, OPTIONS | {"aliases": {"enableMcp": "cache"}}, tmp_path)

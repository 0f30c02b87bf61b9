"""Alarms, dashboards and canaries through botocore's Stubber."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from auditor_collectors.aws.sources.alarms import AlarmsCollector
from auditor_collectors.aws.sources.canaries import CanariesCollector
from auditor_collectors.aws.sources.dashboards import DashboardsCollector
from aws.stubbed import COMMON, Stubs, rows_of

TEN = datetime(2025, 1, 14, 10, tzinfo=UTC)
TOPIC = "arn:aws:sns:eu-central-1:111122223333:ops"
TYPES = {"AlarmTypes": ["CompositeAlarm", "LogAlarm", "MetricAlarm"]}


@pytest.fixture(name="stubs")
def _stubs(monkeypatch):
    return Stubs(monkeypatch)


def alarm(name, *actions):
    return {
        "AlarmName": name,
        "AlarmDescription": "call jane",
        "ActionsEnabled": True,
        "AlarmActions": list(actions),
        "StateValue": "OK",
        "MetricName": "P95",
        "Namespace": "N",
    }


def said(found):
    return [(row["call"], row["subject"], row["status"], row["records"]) for row in found["source_answers"]]


def alarms(stubs, *actions):
    page = {"MetricAlarms": [alarm("p95", *actions)], "CompositeAlarms": [{"AlarmName": "all", "StateValue": "OK"}]}
    stubs.answer("cloudwatch", "DescribeAlarms", page, TYPES)
    done = {"AlarmName": "p95", "Timestamp": TEN, "HistoryItemType": "Action", "HistoryData": '{"by": "jane"}'}
    history = {"AlarmHistoryItems": [done | {"HistorySummary": f"Successfully executed action {TOPIC}"}]}
    stubs.answer("cloudwatch", "DescribeAlarmHistory", history, TYPES | {"HistoryItemType": "Action"})


def test_alarms_are_asked_by_every_kind_and_their_topics_once_each(stubs, tmp_path):
    elsewhere = [
        TOPIC.replace("eu-central-1", "us-east-1"),
        TOPIC.replace("1111", "4444", 1),
        "arn:aws:automate:x:ec2:stop",
    ]
    alarms(stubs, TOPIC, *elsewhere)
    one = {"SubscriptionArn": f"{TOPIC}:1", "TopicArn": TOPIC, "Protocol": "email", "Endpoint": "jane@example.org"}
    stubs.answer("sns", "ListSubscriptionsByTopic", {"Subscriptions": [one]}, {"TopicArn": TOPIC})
    found = rows_of(AlarmsCollector(), {"purposes": {"p95": "latency"}}, tmp_path, stubs)
    assert [(row["alarm"], row["kind"], row["purpose"]) for row in found["alarms"]] == [
        ("p95", "metric", "latency"),
        ("all", "composite", None),
    ]
    assert [(row["topic"], row["confirmed"]) for row in found["topic_subscriptions"]] == [(TOPIC, 1)]
    assert [row["succeeded"] for row in found["alarm_history"]] == [True]
    assert said(found) == [
        ("DescribeAlarms", "", "ok", 2),
        ("DescribeAlarmHistory", "", "ok", 1),
        ("ListSubscriptionsByTopic", TOPIC, "ok", 1),
    ]
    recorded = [path.read_bytes() for path in (tmp_path / "work").rglob("*") if path.is_file()]
    assert recorded
    assert not any(b"jane" in content for content in recorded)


def test_a_topic_that_may_not_be_read_is_told(stubs, tmp_path):
    alarms(stubs, TOPIC)
    stubs.refuse("sns", "ListSubscriptionsByTopic", "AuthorizationError", status=403)
    found = rows_of(AlarmsCollector(), {}, tmp_path, stubs)
    assert said(found)[-1] == ("ListSubscriptionsByTopic", TOPIC, "denied", 0)
    assert "topic_subscriptions" not in found


def test_declared_dashboards_are_read_where_they_are_listed(stubs, tmp_path):
    entries = [{"DashboardName": name} for name in ("other", "support")]
    stubs.answer("cloudwatch", "ListDashboards", {"DashboardEntries": entries}, {})
    page = {"DashboardName": "support", "DashboardBody": json.dumps({"widgets": [{}, {}]})}
    stubs.answer("cloudwatch", "GetDashboard", page, {"DashboardName": "support"})
    found = rows_of(DashboardsCollector(), {"dashboards": ["support", "gone"]}, tmp_path, stubs)
    assert [(row["dashboard"], row["sighting"], row["widgets"]) for row in found["dashboards"]] == [
        ("other", "listed", None),
        ("support", "listed", None),
        ("support", "read", 2),
    ]
    assert said(found) == [("ListDashboards", "", "ok", 2), ("GetDashboard", "support", "ok", 1)]


OPTIONS = {"components": {"health": "router"}, "services": {"converse": "bedrock"}}


def run(name, state, result=None, seconds=2, **more):
    status = {"State": state, "StateReason": "jane broke it"} | ({"TestResult": result} if result else {})
    times = {"Started": TEN} | ({"Completed": TEN.replace(second=seconds)} if state != "RUNNING" else {})
    return {"Id": "1", "Name": name, "Status": status, "Timeline": times} | more


def canaries(stubs, root, *runs, name="converse"):
    stubs.answer("synthetics", "DescribeCanariesLastRun", {"CanariesLastRun": [{"CanaryName": name}]}, {})
    pages = [{"CanaryRuns": [one]} for one in runs]
    for number, page in enumerate(pages):
        token = {"NextToken": f"token{number}"} if number else {}
        more = {"NextToken": f"token{number + 1}"} if number + 1 < len(pages) else {}
        stubs.answer("synthetics", "GetCanaryRuns", page | more, {"Name": name, "MaxResults": 100} | token)
    return rows_of(CanariesCollector(), OPTIONS, root, stubs)


def test_a_run_is_a_call_of_a_service(stubs, tmp_path):
    runs = [
        run("converse", "PASSED", "PASSED"),
        run("converse", "PASSED"),
        run("converse", "FAILED", "PASSED", seconds=3),
        run("converse", "PASSED", "FAILED"),
        run("converse", "PASSED", "UNKNOWN"),
        run("converse", "RUNNING"),
        run("converse", "PASSED", DryRunConfig={"DryRunId": "1"}),
    ]
    found = canaries(stubs, tmp_path, *runs)
    assert [(row["ok"], row["latency_us"]) for row in found["probes"]] == [
        (True, 2_000_000),
        (True, 2_000_000),
        (False, 3_000_000),
        (False, 2_000_000),
        (None, 2_000_000),
        (None, None),
    ]
    first = found["probes"][0]
    assert (first["service"], first["target"], first["region"]) == ("bedrock", "converse", "eu-central-1")
    assert "health_checks" not in found
    assert said(found)[-1] == ("GetCanaryRuns", "converse", "ok", 6)
    assert not any(b"jane" in path.read_bytes() for path in (tmp_path / "work").rglob("*") if path.is_file())


def test_a_run_is_a_health_check_of_a_component(stubs, tmp_path):
    runs = [run("health", "PASSED", "PASSED"), run("health", "FAILED"), run("health", "RUNNING")]
    found = canaries(stubs, tmp_path, *runs, name="health")
    assert [(row["component"], row["status"]) for row in found["health_checks"]] == [
        ("router", "healthy"),
        ("router", "unhealthy"),
        ("router", "unknown"),
    ]


def test_a_canary_that_is_not_there_is_not_asked(stubs, tmp_path):
    stubs.answer("synthetics", "DescribeCanariesLastRun", {"CanariesLastRun": [{"CanaryName": "other"}]}, {})
    assert said(rows_of(CanariesCollector(), OPTIONS, tmp_path, stubs)) == [("DescribeCanariesLastRun", "", "ok", 1)]


def test_nothing_declared_is_a_problem():
    assert CanariesCollector().check(COMMON) != []
    assert DashboardsCollector().check(COMMON) != []

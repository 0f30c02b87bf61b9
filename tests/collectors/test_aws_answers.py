"""Kept answers of AWS: what was asked and when, what was listed, and nothing that must not leave."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from auditor_collectors.aws_answers import CALLS, AwsAnswersCollector
from one_source import refusal, rows_of, snapshot_of

COLLECTOR = AwsAnswersCollector()
OPTIONS = {"index": ["answers.jsonl"], "purposes": {"p95": "latency"}}
PLACE = {"account": "111122223333", "region": "eu-central-1"}
ASKED = datetime(2025, 1, 14, 11, tzinfo=UTC)
TOPIC = "arn:aws:sns:eu-central-1:111122223333:ops"
ALARM = {
    "AlarmName": "p95",
    "ActionsEnabled": True,
    "AlarmActions": [TOPIC],
    "StateValue": "OK",
    "StateUpdatedTimestamp": "2025-01-14T09:00:00.123000+00:00",
    "MetricName": "P95",
    "Namespace": "N",
    "Dimensions": [{"Name": "Route", "Value": "direct"}, {"Name": "Env", "Value": "production"}],
}
QUERY = {"Id": "a", "MetricStat": {"Metric": {"Namespace": "N", "MetricName": "P95"}, "Period": 60, "Stat": "p95"}}
PERIOD = {"StartTime": "2025-01-14T10:00:00Z", "EndTime": "2025-01-14T11:00:00Z"}
SERIES = {"Id": "a", "Timestamps": ["2025-01-14T10:01:00+00:00"], "Values": [1.5], "StatusCode": "Complete"}
PROFILE = {
    "inferenceProfileId": "eu.m",
    "inferenceProfileArn": "arn:aws:bedrock:eu-central-1:111122223333:inference-profile/eu.m",
    "type": "SYSTEM_DEFINED",
    "status": "ACTIVE",
    "models": [{"modelArn": "arn:aws:bedrock:::foundation-model/m"}],
}
POINT = {
    "BackupVaultName": "v",
    "ResourceArn": "arn:aws:dynamodb:eu-central-1:111122223333:table/t",
    "Status": "COMPLETED",
    "CreationDate": "2025-01-14T04:00:00+01:00",
    "CompletionDate": "2025-01-14T04:10:00+01:00",
}


def answer(call: str, *pages: Any, **changes: Any) -> dict[str, Any]:
    line = {"call": call, **PLACE, "answered_at": "2025-01-14T11:00:00Z", "status": "ok", "request": {}}
    return line | {"pages": list(pages)} | changes


def write(root: Any, *answers: dict[str, Any]) -> None:
    """Write the index and, for each page that is an object, a file."""
    lines = []
    for number, one in enumerate(answers):
        names = []
        for place, page in enumerate(one["pages"]):
            name = page
            if not isinstance(page, str):
                name = f"{number}-{place}.json"
                (root / name).write_text(json.dumps(page, indent=4))
            names.append(name)
        lines.append(json.dumps(one | {"pages": names}))
    (root / "answers.jsonl").write_text("\n".join(lines) + "\n")


def collected(root: Any, *answers: dict[str, Any], options: Any = None) -> Any:
    write(root, *answers)
    return snapshot_of(COLLECTOR, options or OPTIONS, root)


def refused(root: Any, *answers: dict[str, Any]) -> str:
    write(root, *answers)
    return refusal(COLLECTOR, OPTIONS, root)


def metrics(*pages: Any, queries: Any = (QUERY,), **changes: Any) -> dict[str, Any]:
    request = {"MetricDataQueries": list(queries), **PERIOD}
    return answer("GetMetricData", *pages, **({"request": request} | changes))


def test_an_alarm_becomes_a_row_with_its_purpose_and_its_one_metric(tmp_path):
    found = collected(tmp_path, answer("DescribeAlarms", {"MetricAlarms": [ALARM]}))
    assert rows_of(found, "alarms") == [
        {
            **PLACE,
            "answered_at": ASKED,
            "alarm": "p95",
            "kind": "metric",
            "purpose": "latency",
            "state": "OK",
            "state_updated_at": datetime(2025, 1, 14, 9, 0, 0, 123000, tzinfo=UTC),
            "evaluation": None,
            "actions_enabled": True,
            "actions": 1,
            "namespace": "N",
            "metric": "P95",
            "dimensions": "Env=production,Route=direct",
        }
    ]
    assert [row["action"] for row in rows_of(found, "alarm_actions")] == [TOPIC]
    (said,) = rows_of(found, "source_answers")
    assert (said["call"], said["subject"], said["status"], said["records"]) == ("DescribeAlarms", "", "ok", 1)


def test_what_an_alarm_does_not_say_stays_null(tmp_path):
    bare = {"AlarmName": "other", "StateValue": "INSUFFICIENT_DATA"}
    (row,) = rows_of(collected(tmp_path, answer("DescribeAlarms", {"MetricAlarms": [bare]})), "alarms")
    unsaid = ("purpose", "state_updated_at", "evaluation", "actions_enabled", "namespace", "metric", "dimensions")
    assert [row[name] for name in unsaid] == [None] * len(unsaid)
    assert row["actions"] == 0


def test_an_alarm_on_an_expression_has_its_metric_only_where_it_is_one(tmp_path):
    stat = {"MetricStat": {"Metric": {"Namespace": "N", "MetricName": "Errors"}}}
    other = {"MetricStat": {"Metric": {"Namespace": "N", "MetricName": "Calls"}}}
    bare = {key: ALARM[key] for key in ("ActionsEnabled", "AlarmActions", "StateValue")}
    one = bare | {"AlarmName": "one", "Metrics": [stat, {"Expression": "a/2"}, stat]}
    two = bare | {"AlarmName": "two", "Metrics": [stat, other]}
    pages = {"MetricAlarms": [one, two], "CompositeAlarms": [bare | {"AlarmName": "all"}]}
    rows = {row["alarm"]: row for row in rows_of(collected(tmp_path, answer("DescribeAlarms", pages)), "alarms")}
    assert (rows["one"]["metric"], rows["two"]["metric"], rows["all"]["metric"]) == ("Errors", None, None)
    assert rows["all"]["kind"] == "composite"


def test_a_list_that_was_narrowed_or_cut_is_partial(tmp_path):
    page = {"MetricAlarms": [ALARM]}
    given = [
        answer("DescribeAlarms", page, request={"AlarmNames": ["p95"]}, answered_at="2025-01-14T10:00:00Z"),
        answer("DescribeAlarms", page | {"NextToken": "t"}, answered_at="2025-01-14T10:01:00Z"),
        answer("DescribeAlarms", page | {"NextToken": "t"}, {"MetricAlarms": []}),
    ]
    said = [row["status"] for row in rows_of(collected(tmp_path, *given), "source_answers")]
    assert said == ["partial", "partial", "ok"]


def test_whom_a_subscription_reaches_does_not_leave(tmp_path):
    address = {"Protocol": "email", "TopicArn": TOPIC, "Endpoint": "on-call@example.org"}
    listed = [address | {"SubscriptionArn": arn} for arn in (f"{TOPIC}:1", "PendingConfirmation", "Deleted")]
    found = collected(
        tmp_path, answer("ListSubscriptionsByTopic", {"Subscriptions": listed}, request={"TopicArn": TOPIC})
    )
    (row,) = rows_of(found, "topic_subscriptions")
    assert (row["topic"], row["protocol"], row["confirmed"], row["pending"]) == (TOPIC, "email", 1, 2)
    assert not any(b"example.org" in path.read_bytes() for path in found.root.iterdir())


def test_an_action_succeeded_only_where_cloudwatch_says_so(tmp_path):
    item = {"AlarmName": "p95", "Timestamp": "2025-01-13T09:00:00Z", "HistoryItemType": "Action"}
    said = ["Successfully executed action x", "Failed to execute action x", "Alarm did something", None]
    items = [item | ({"HistorySummary": one} if one else {}) for one in said]
    update = item | {"HistoryItemType": "StateUpdate", "HistorySummary": "Successfully executed action?"}
    rows = rows_of(
        collected(tmp_path, answer("DescribeAlarmHistory", {"AlarmHistoryItems": [*items, update]})), "alarm_history"
    )
    assert sorted(str((row["kind"], row["succeeded"])) for row in rows) == sorted(
        ["('action', True)", "('action', False)", "('action', None)", "('action', None)", "('state_update', None)"]
    )


def test_datapoints_are_of_the_metric_that_the_request_names(tmp_path):
    found = collected(tmp_path, metrics({"MetricDataResults": [SERIES]}))
    (row,) = rows_of(found, "datapoints")
    assert (row["namespace"], row["metric"], row["dimensions"], row["period_us"]) == ("N", "P95", "", 60_000_000)
    assert row["event_time"] == datetime(2025, 1, 14, 10, 1, tzinfo=UTC)
    (said,) = rows_of(found, "source_answers")
    assert (said["subject"], said["status"], said["asked_until"]) == ("N/P95", "ok", ASKED)
    assert "1.5" not in json.dumps([str(value) for value in row.values()])


def test_both_versions_of_the_command_line_print_the_same_instant(tmp_path):
    epoch = datetime(2025, 1, 14, 10, 1, tzinfo=UTC).timestamp()
    series = [SERIES | {"Timestamps": [at]} for at in ("2025-01-14T11:01:00+01:00", epoch, int(epoch))]
    pages = [{"MetricDataResults": [one]} for one in series]
    rows = rows_of(collected(tmp_path, metrics(*pages)), "datapoints")
    assert [row["event_time"] for row in rows] == [datetime(2025, 1, 14, 10, 1, tzinfo=UTC)]


@pytest.mark.parametrize(
    ("pages", "status"),
    [
        ([{"MetricDataResults": [SERIES | {"StatusCode": "PartialData"}]}], "partial"),
        (
            [
                {"MetricDataResults": [SERIES | {"StatusCode": "PartialData"}], "NextToken": "t"},
                {"MetricDataResults": [SERIES]},
            ],
            "ok",
        ),
        ([{"MetricDataResults": [SERIES | {"StatusCode": "Forbidden"}]}], "denied"),
        ([{"MetricDataResults": [SERIES | {"StatusCode": "InternalError"}]}], "failed"),
        ([{"MetricDataResults": [SERIES], "Messages": [{"Code": "ArithmeticError"}]}], "partial"),
        ([{"MetricDataResults": []}], "partial"),
        ([{"MetricDataResults": [SERIES], "NextToken": "t"}], "partial"),
        ([{"MetricDataResults": [SERIES | {"Timestamps": [], "Values": []}]}], "ok"),
    ],
)
def test_how_a_metric_was_answered(pages, status, tmp_path):
    (said,) = rows_of(collected(tmp_path, metrics(*pages)), "source_answers")
    assert said["status"] == status


def test_a_refused_call_is_an_answer_about_each_metric(tmp_path):
    more = QUERY | {"Id": "b", "MetricStat": QUERY["MetricStat"] | {"Metric": {"Namespace": "N", "MetricName": "E"}}}
    found = collected(tmp_path, metrics(queries=[QUERY, more], status="denied"))
    said = [(row["subject"], row["status"]) for row in rows_of(found, "source_answers")]
    assert said == [("N/E", "denied"), ("N/P95", "denied")]


def test_a_search_for_metrics_that_found_none_is_a_fact_and_a_refused_one_is_told_from_it(tmp_path):
    request = {"Namespace": "AWS/BedrockMantle", "MetricName": "Inferences"}
    metric = request | {"Dimensions": [{"Name": "Model", "Value": "m"}]}
    given = [
        answer("ListMetrics", {"Metrics": [metric, metric]}, request=request, answered_at="2025-01-14T09:00:00Z"),
        answer("ListMetrics", {"Metrics": []}, request=request),
        answer("ListMetrics", request=request, status="denied", answered_at="2025-01-14T10:00:00Z"),
        answer("ListMetrics", {"Metrics": []}, request=request | {"RecentlyActive": "PT3H"}, region="eu-west-1"),
        answer("ListMetrics", {"Metrics": []}, request={"Namespace": "N"}),
    ]
    found = rows_of(collected(tmp_path, *given), "source_answers")
    assert [(row["region"], row["subject"], row["status"], row["records"]) for row in found] == [
        ("eu-central-1", "AWS/BedrockMantle/Inferences", "ok", 1),
        ("eu-central-1", "AWS/BedrockMantle/Inferences", "denied", 0),
        ("eu-central-1", "AWS/BedrockMantle/Inferences", "ok", 0),
        ("eu-central-1", "N", "ok", 0),
        ("eu-west-1", "AWS/BedrockMantle/Inferences", "partial", 0),
    ]


def test_kept_answers_tell_how_far_a_deployment_has_come_also_where_they_were_refused(tmp_path):
    alias = {"FunctionName": "router", "Name": "live"}
    arn = "arn:aws:lambda:eu-central-1:111122223333:function:router:live"
    routed = {"AliasArn": arn, "FunctionVersion": "6", "RoutingConfig": {"AdditionalVersionWeights": {"7": 0.1}}}
    service = {"cluster": "support", "services": ["api"]}
    given = [
        answer("GetAlias", routed, request=alias),
        answer("DescribeServices", request=service, status="denied"),
        answer("DescribeStacks", request={"StackName": "support"}, status="denied"),
    ]
    found = collected(tmp_path, *given)
    states = rows_of(found, "deployment_states")
    assert [(row["deployable"], row["deployment"], row["traffic_ppm"]) for row in states] == [
        ("router:live", "7", 100_000),
        ("router:live", "6", 900_000),
    ]
    said = [(row["call"], row["subject"], row["status"]) for row in rows_of(found, "source_answers")]
    assert said == [
        ("DescribeServices", "support/api", "denied"),
        ("DescribeStacks", "support", "denied"),
        ("GetAlias", "router:live", "ok"),
    ]


def test_an_answer_about_several_services_is_refused(tmp_path):
    request = {"cluster": "support", "services": ["api", "web"]}
    assert "one service in a call" in refused(tmp_path, answer("DescribeServices", {"services": []}, request=request))


def test_dashboards_are_listed_and_read(tmp_path):
    body = json.dumps({"widgets": [{}, {}]})
    given = [
        answer("ListDashboards", {"DashboardEntries": [{"DashboardName": "D"}]}),
        answer("GetDashboard", {"DashboardName": "D", "DashboardBody": body}, request={"DashboardName": "D"}),
    ]
    rows = rows_of(collected(tmp_path, *given), "dashboards")
    assert [(row["dashboard"], row["sighting"], row["widgets"]) for row in rows] == [
        ("D", "listed", None),
        ("D", "read", 2),
    ]


@pytest.mark.parametrize("body", ["", "{", "[]", "{}", '{"widgets": 3}'])
def test_a_broken_dashboard_shows_nothing(body, tmp_path):
    page = {"DashboardName": "D", "DashboardBody": body}
    found = collected(tmp_path, answer("GetDashboard", page, request={"DashboardName": "D"}))
    assert [row["widgets"] for row in rows_of(found, "dashboards")] == [0]


def test_backups_models_and_notifications_become_rows(tmp_path):
    job = {key: POINT[key] for key in ("BackupVaultName", "ResourceArn", "CreationDate")} | {"State": "RUNNING"}
    model = {"modelId": "m", "modelLifecycle": {"status": "LEGACY"}}
    note = {"NotificationType": "ACTUAL", "ComparisonOperator": "GREATER_THAN", "Threshold": 80.00001}
    given = [
        answer("ListRecoveryPointsByBackupVault", {"RecoveryPoints": [POINT]}, request={"BackupVaultName": "v"}),
        answer("ListBackupJobs", {"BackupJobs": [job]}),
        answer("ListFoundationModels", {"modelSummaries": [model]}),
        answer(
            "ListInferenceProfiles",
            {"inferenceProfileSummaries": [PROFILE]},
        ),
        answer(
            "DescribeNotificationsForBudget",
            {"Notifications": [note, note | {"ThresholdType": "ABSOLUTE_VALUE"}]},
            request={"BudgetName": "b"},
        ),
    ]
    found = collected(tmp_path, *given)
    backups = [(row["kind"], row["status"], row["completed_at"]) for row in rows_of(found, "backups")]
    assert backups == [("job", "RUNNING", None), ("recovery_point", "COMPLETED", ASKED.replace(hour=3, minute=10))]
    assert [(row["model"], row["status"]) for row in rows_of(found, "models")] == [("eu.m", "ACTIVE"), ("m", "LEGACY")]
    notes = {row["threshold_type"]: row["threshold_ppm"] for row in rows_of(found, "budget_notifications")}
    assert notes == {"PERCENTAGE": 800_001, "ABSOLUTE_VALUE": None}


def test_an_empty_list_and_a_refusal_are_answers(tmp_path):
    given = [
        answer("ListDashboards", {"DashboardEntries": []}),
        answer("GetDashboard", status="denied", request={"DashboardName": "D"}),
    ]
    found = collected(tmp_path, *given)
    said = [(row["call"], row["subject"], row["status"], row["records"]) for row in rows_of(found, "source_answers")]
    assert said == [("GetDashboard", "D", "denied", 0), ("ListDashboards", "", "ok", 0)]
    cover = {row["call"]: (row["status"], row["available_at"]) for row in rows_of(found, "coverage")}
    assert cover["GetDashboard"] == ("denied", ASKED)
    assert cover["ListDashboards"] == ("ok", ASKED)


def test_coverage_of_a_call_is_that_of_its_newest_answers(tmp_path):
    given = [
        answer("DescribeAlarms", status="denied", answered_at="2025-01-14T10:00:00Z"),
        answer("DescribeAlarms", {"MetricAlarms": []}),
    ]
    rows = [row for row in rows_of(collected(tmp_path, *given), "coverage") if row["call"] == "DescribeAlarms"]
    assert [row["status"] for row in rows] == ["ok"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (answer("RunInstances", {}), "expected one of DescribeAlarmHistory"),
        (answer("DescribeAlarms", {"MetricAlarms": []}, account="1"), "12 digits"),
        (answer("DescribeAlarms", {"MetricAlarms": []}, region=""), "a region"),
        (answer("DescribeAlarms", {"MetricAlarms": []}, answered_at="2025-01-14"), "RFC 3339"),
        (answer("DescribeAlarms", {"MetricAlarms": []}, answered_at="2025-01-14T12:03:00Z"), "after the collection"),
        (answer("DescribeAlarms", {"MetricAlarms": []}, status="fine"), "one of ok"),
        (answer("DescribeAlarms", {"MetricAlarms": []}, status="denied"), "with 1 pages"),
        (answer("DescribeAlarms"), "with 0 pages"),
        (answer("DescribeAlarms", "gone.json"), "is not there"),
        (answer("DescribeAlarms", "../x.json"), "below auditor.toml"),
        (answer("DescribeAlarms", "/x.json"), "below auditor.toml"),
        (answer("DescribeAlarms", {"MetricAlarms": []}, request=[]), "an object"),
        (answer("DescribeAlarms", {"MetricAlarms": []}, more=1), "found members"),
        (answer("DescribeAlarms", {"Alarms": []}), "holds no list"),
        (answer("DescribeAlarms", {"MetricAlarms": {}}), "expected a list"),
        (answer("DescribeAlarms", {"MetricAlarms": ["p95"]}), "expected an object"),
        (answer("DescribeAlarms", {"MetricAlarms": [ALARM, ALARM]}), "listed twice"),
        (answer("DescribeAlarms", {"MetricAlarms": [ALARM | {"StateValue": "FINE"}]}), "one of OK"),
        (answer("DescribeAlarms", {"MetricAlarms": [ALARM | {"ActionsEnabled": "true"}]}), "without quotes"),
        (answer("DescribeAlarms", {"MetricAlarms": [ALARM | {"AlarmName": "é"}]}), "in ASCII"),
        (answer("ListSubscriptionsByTopic", {"Subscriptions": []}), "'TopicArn'"),
        (answer("GetDashboard", {"DashboardName": "E"}, request={"DashboardName": "D"}), "was asked"),
        (metrics({"MetricDataResults": [SERIES | {"Id": "z"}]}), "none of the request's"),
        (metrics({"MetricDataResults": [SERIES | {"Values": []}]}), "1 Timestamps and 0 Values"),
        (metrics({"MetricDataResults": [SERIES | {"Timestamps": ["2025-01-14T11:00:00Z"]}]}), "outside the period"),
        (metrics({"MetricDataResults": []}, queries=[{"Id": "a", "Expression": "b"}]), "no query of one metric"),
        (metrics({"MetricDataResults": []}, queries=[QUERY, QUERY]), "there twice"),
        (metrics({"MetricDataResults": []}, queries=[QUERY, QUERY | {"Id": "b"}]), "a statistic of a metric twice"),
        (
            answer(
                "ListRecoveryPointsByBackupVault", {"RecoveryPoints": [POINT]}, request={"BackupVaultName": "other"}
            ),
            "was asked",
        ),
        (answer("ListFoundationModels", {"modelSummaries": [{"modelId": "m"}]}), "no modelLifecycle"),
    ],
)
def test_what_is_wrong_is_refused_by_its_place(given, said, tmp_path):
    assert said in refused(tmp_path, given)


def test_the_same_question_is_answered_once_at_an_instant(tmp_path):
    one = answer("DescribeAlarms", {"MetricAlarms": []})
    assert "there twice at this instant" in refused(tmp_path, one, one)


def test_a_page_that_is_no_json_is_refused_by_its_name(tmp_path):
    (tmp_path / "broken.json").write_text("{")
    assert "broken.json" in refused(tmp_path, answer("DescribeAlarms", "broken.json"))


def test_every_call_that_is_read_exists():
    session = pytest.importorskip("botocore.session").get_session()
    services = (
        "cloudwatch", "sns", "backup", "bedrock", "bedrock-agent", "budgets", "ecs", "lambda", "cloudformation",
        "codedeploy", "codepipeline",
    )  # fmt: skip
    known = {name for service in services for name in session.get_service_model(service).operation_names}
    assert set(CALLS) <= known


def test_options_are_checked():
    assert COLLECTOR.check({"index": []})
    assert COLLECTOR.check({"index": ["a"], "files": ["b"]})
    assert COLLECTOR.check({"index": ["a"], "purposes": {"x": 1}})


def test_bedrock_and_budgets_are_read_as_they_are_from_aws_itself(tmp_path):
    guardrail = {
        "guardrailId": "g1",
        "guardrailArn": "arn:aws:bedrock:eu-central-1:111122223333:guardrail/g1",
        "version": "1",
        "status": "READY",
        "sensitiveInformationPolicy": {"piiEntities": [{"type": "EMAIL", "action": "NONE"}]},
    }
    budget = {
        "BudgetName": "b",
        "BudgetType": "COST",
        "BudgetLimit": {"Amount": "10", "Unit": "USD"},
        "TimeUnit": "MONTHLY",
        "HealthStatus": {"Status": "UNHEALTHY"},
    }
    version = {"guardrailIdentifier": "g1", "guardrailVersion": "1"}
    refused_version = {"guardrailIdentifier": "g1", "guardrailVersion": "2"}
    given = [
        answer("ListInferenceProfiles", {"inferenceProfileSummaries": [PROFILE]}),
        answer("ListInferenceProfiles", status="denied", request={"typeEquals": "APPLICATION"}),
        answer("GetGuardrail", guardrail, request=version),
        answer("GetGuardrail", status="denied", request=refused_version),
        answer("GetModelInvocationLoggingConfiguration", {}),
        answer("DescribeBudgets", {"Budgets": [budget]}),
    ]
    found = collected(tmp_path, *given)
    [row] = rows_of(found, "inference_profiles")
    assert (row["profile"], row["destination_region"]) == ("eu.m", "")
    [row] = rows_of(found, "guardrail_filters")
    assert (row["type"], row["input_action"], row["output_action"]) == ("EMAIL", "NONE", "NONE")
    assert [row["enabled"] for row in rows_of(found, "invocation_logging")] == [False]
    [row] = rows_of(found, "budgets")
    assert (row["name"], row["amount_nano"], row["currency"]) == ("b", 10 * 10**9, "USD")
    told = {(row["call"], row["subject"]): row["status"] for row in rows_of(found, "source_answers")}
    assert told == {
        ("ListInferenceProfiles", ""): "ok",
        ("ListInferenceProfiles", "APPLICATION"): "denied",
        ("GetGuardrail", "g1/1"): "ok",
        ("GetGuardrail", "g1/2"): "denied",
        ("GetModelInvocationLoggingConfiguration", ""): "ok",
        ("DescribeBudgets", "b"): "partial",
        ("DescribeBudgets", ""): "ok",
    }

"""Deployments and approvals through botocore's Stubber."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from auditor.errors import CollectionError
from auditor_collectors.aws.sources.deployments import DeploymentsCollector
from aws.stubbed import COMMON, Stubs, rows_of

COLLECTOR = DeploymentsCollector()
TEN = datetime(2025, 1, 14, 10, tzinfo=UTC)
ELEVEN = datetime(2025, 1, 14, 11, tzinfo=UTC)
ECS = {"ecs": [{"cluster": "support", "service": "api"}]}
ALIAS = {"aliases": [{"function": "router", "alias": "live"}]}
GROUP = {"codedeploy": [{"application": "support", "group": "production"}]}
SERVICE = "arn:aws:ecs:eu-central-1:111122223333:service-deployment/support/api/one"


@pytest.fixture(name="stubs")
def _stubs(monkeypatch):
    return Stubs(monkeypatch)


def running(status="PRIMARY", state="COMPLETED", **counts):
    named = {"id": f"ecs-svc/{status}", "status": status, "createdAt": TEN}
    numbers = {"desiredCount": 2, "runningCount": 2, "pendingCount": 0} | counts
    return named | numbers | ({"rolloutState": state} if state else {})


def services(*deployments, status="ACTIVE"):
    one = {"serviceName": "api", "status": status, "deployments": list(deployments), "createdBy": "arn:aws:iam::1:jane"}
    return {"services": [one], "failures": []}


def states(found):
    return [
        (row["role"], row["state"], row["outcome"], row["traffic_ppm"], row["desired"], row["running"], row["pending"])
        for row in found.get("deployment_states", [])
    ]


def said(found):
    return [(row["call"], row["subject"], row["status"], row["records"]) for row in found["source_answers"]]


def test_a_service_of_ecs_has_what_it_runs_and_what_was_tried(stubs, tmp_path):
    both = services(running(), running("ACTIVE", "IN_PROGRESS", runningCount=1, pendingCount=1))
    stubs.answer("ecs", "DescribeServices", both, {"cluster": "support", "services": ["api"]})
    tried = {"serviceDeploymentArn": SERVICE, "status": "ROLLBACK_SUCCESSFUL", "createdAt": TEN, "finishedAt": ELEVEN}
    asked = {"cluster": "support", "service": "api"}
    more = {"serviceDeployments": [tried], "nextToken": "t"}
    stubs.answer("ecs", "ListServiceDeployments", more, asked)
    earlier = tried | {"serviceDeploymentArn": f"{SERVICE}-0", "status": "SUCCESSFUL"}
    stubs.answer("ecs", "ListServiceDeployments", {"serviceDeployments": [earlier]}, asked | {"nextToken": "t"})
    found = rows_of(COLLECTOR, ECS, tmp_path, stubs)
    assert states(found) == [
        ("current", "COMPLETED", "complete", None, 2, 2, 0),
        ("beside", "IN_PROGRESS", "in_progress", None, 2, 1, 1),
        ("attempt", "ROLLBACK_SUCCESSFUL", "rolled_back", None, None, None, None),
        ("attempt", "SUCCESSFUL", "complete", None, None, None, None),
    ]
    assert said(found) == [
        ("DescribeServices", "support/api", "ok", 2),
        ("ListServiceDeployments", "support/api", "ok", 2),
    ]
    recorded = [path.read_bytes() for path in (tmp_path / "work").rglob("*") if path.is_file()]
    assert recorded
    assert not any(b"jane" in content for content in recorded)


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        (services(running(state=None)), ["unknown"]),
        (services(running(), status="INACTIVE"), ["gone"]),
        ({"services": [], "failures": [{"arn": "a", "reason": "MISSING"}]}, []),
    ],
)
def test_what_is_not_said_is_not_complete(stubs, tmp_path, page, expected):
    stubs.answer("ecs", "DescribeServices", page)
    stubs.refuse("ecs", "ListServiceDeployments", "ServiceNotFoundException")
    found = rows_of(COLLECTOR, ECS, tmp_path, stubs)
    assert [one[2] for one in states(found)] == expected
    assert [one[2:] for one in said(found)] == [("ok", len(expected)), ("ok", 0)]


@pytest.mark.parametrize(
    ("weights", "expected"),
    [
        (None, [("current", "complete", 1_000_000)]),
        ({}, [("current", "complete", 1_000_000)]),
        ({"7": 0.0}, [("current", "complete", 1_000_000)]),
        ({"7": 0.05}, [("current", "in_progress", 950_000), ("beside", "in_progress", 50_000)]),
        ({"7": 1e-9}, [("current", "in_progress", 999_999), ("beside", "in_progress", 1)]),
    ],
)
def test_an_alias_is_settled_when_one_version_gets_every_call(stubs, tmp_path, weights, expected):
    page = {"AliasArn": "arn:aws:lambda:eu-central-1:111122223333:function:router:live", "FunctionVersion": "6"}
    page |= {} if weights is None else {"RoutingConfig": {"AdditionalVersionWeights": weights}}
    stubs.answer("lambda", "GetAlias", page, {"FunctionName": "router", "Name": "live"})
    found = rows_of(COLLECTOR, ALIAS, tmp_path, stubs)
    assert [(one[0], one[2], one[3]) for one in states(found)] == expected
    assert said(found) == [("GetAlias", "router:live", "ok", len(expected))]


def test_an_alias_of_another_function_is_refused(stubs, tmp_path):
    page = {"AliasArn": "arn:aws:lambda:eu-central-1:111122223333:function:other:live", "FunctionVersion": "6"}
    stubs.answer("lambda", "GetAlias", page)
    with pytest.raises(CollectionError, match="was asked"):
        rows_of(COLLECTOR, ALIAS, tmp_path)


@pytest.mark.parametrize(
    ("state", "outcome"),
    [
        ("CREATE_COMPLETE", "complete"),
        ("UPDATE_COMPLETE", "complete"),
        ("IMPORT_COMPLETE", "complete"),
        ("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "in_progress"),
        ("REVIEW_IN_PROGRESS", "in_progress"),
        ("UPDATE_ROLLBACK_COMPLETE", "rolled_back"),
        ("UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS", "in_progress"),
        ("ROLLBACK_COMPLETE", "rolled_back"),
        ("UPDATE_ROLLBACK_FAILED", "failed"),
        ("UPDATE_FAILED", "failed"),
        ("DELETE_COMPLETE", "gone"),
        ("SOMETHING_NEW", "unknown"),
    ],
)
def test_the_state_of_a_stack_is_what_cloudformation_says(stubs, tmp_path, state, outcome):
    secret = [{"ParameterKey": "Password", "ParameterValue": "hunter2"}]
    page = {"StackName": "support", "StackStatus": state, "CreationTime": TEN, "Parameters": secret}
    stubs.answer("cloudformation", "DescribeStacks", {"Stacks": [page]}, {"StackName": "support"})
    found = rows_of(COLLECTOR, {"stacks": ["support"]}, tmp_path, stubs)
    assert [one[:3] for one in states(found)] == [("current", state, outcome)]
    assert not any(b"hunter2" in path.read_bytes() for path in (tmp_path / "work").rglob("*") if path.is_file())


@pytest.mark.parametrize(
    ("state", "outcome"), [("Succeeded", "complete"), ("InProgress", "in_progress"), ("Stopped", "failed")]
)
def test_a_group_of_codedeploy_is_as_its_last_attempt(stubs, tmp_path, state, outcome):
    last = {"deploymentId": "d-1", "status": state, "createTime": TEN}
    before = {"deploymentId": "d-0", "status": "Succeeded", "createTime": TEN}
    page = {"deploymentGroupInfo": {"lastAttemptedDeployment": last, "lastSuccessfulDeployment": before}}
    asked = {"applicationName": "support", "deploymentGroupName": "production"}
    stubs.answer("codedeploy", "GetDeploymentGroup", page, asked)
    found = rows_of(COLLECTOR, GROUP, tmp_path, stubs)
    assert [one[:3] for one in states(found)] == [("current", state, outcome)]


def test_what_is_not_there_is_an_answer_and_a_refusal_another(stubs, tmp_path):
    stubs.refuse("lambda", "GetAlias", "ResourceNotFoundException", status=404)
    stubs.refuse("codedeploy", "GetDeploymentGroup", "AccessDeniedException")
    found = rows_of(COLLECTOR, ALIAS | GROUP, tmp_path, stubs)
    assert said(found) == [
        ("GetAlias", "router:live", "ok", 0),
        ("GetDeploymentGroup", "support/production", "denied", 0),
    ]
    assert states(found) == []


def action(number, status, category="Approval"):
    kind = {"category": category, "owner": "AWS", "provider": "Manual", "version": "1"}
    return {
        "pipelineExecutionId": f"00000000-0000-4000-8000-{number:012}",
        "actionExecutionId": f"10000000-0000-4000-8000-{number:012}",
        "stageName": "Release",
        "actionName": "Approve",
        "startTime": TEN,
        "lastUpdateTime": ELEVEN,
        "updatedBy": "arn:aws:sts::111122223333:assumed-role/admin/jane",
        "status": status,
        "input": {"actionTypeId": kind, "configuration": {"CustomData": "ask jane"}},
        "output": {"executionResult": {"externalExecutionSummary": "Approved by jane"}},
    }


def test_an_approval_keeps_what_was_decided_and_when_and_never_by_whom(stubs, tmp_path):
    listed = [action(n, status) for n, status in enumerate(("Succeeded", "Failed", "Abandoned", "InProgress"))]
    page = {"actionExecutionDetails": [*listed, action(9, "Succeeded", "Deploy")]}
    stubs.answer("codepipeline", "ListActionExecutions", page, {"pipelineName": "release"})
    found = rows_of(COLLECTOR, {"pipelines": ["release"]}, tmp_path, stubs)
    assert [(row["state"], row["approved"], row["decided_at"]) for row in found["pipeline_approvals"]] == [
        ("Succeeded", True, ELEVEN),
        ("Failed", False, ELEVEN),
        ("Abandoned", None, None),
        ("InProgress", None, None),
    ]
    assert not any(b"jane" in path.read_bytes() for path in (tmp_path / "work").rglob("*") if path.is_file())


def test_nothing_declared_is_a_problem():
    assert COLLECTOR.check(COMMON) != []

"""Pages that say how far a deployment has come: ECS, Lambda, CloudFormation, CodeDeploy, CodePipeline.

Rules kept here: a request is about one deployable, which is the subject of its answer also where it was refused; a
state that we do not know is kept and means nothing; an approval keeps what was decided and when, never by whom.
Sources: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Deployment.html,
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ServiceDeploymentBrief.html,
https://docs.aws.amazon.com/lambda/latest/api/API_AliasRoutingConfiguration.html,
https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_Stack.html,
https://docs.aws.amazon.com/codedeploy/latest/APIReference/API_LastDeploymentInfo.html and
https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_ActionExecutionDetail.html
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from auditor.errors import CollectionError
from auditor_collectors.flag_documents import mapping
from auditor_collectors.jsonlines import AGAIN, member
from auditor_collectors.page_members import Parsed, Subject, asked, entries, listed, moment, name
from auditor_collectors.values import count, optional

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from auditor_collectors.answers import Answer, Page

MILLION = 1_000_000
NOTHING = dict.fromkeys(("traffic_ppm", "desired", "running", "pending", "started_at", "ended_at"))
ECS = {"COMPLETED": "complete", "IN_PROGRESS": "in_progress", "FAILED": "failed"}
ECS_HISTORY = {
    "SUCCESSFUL": "complete",
    "PENDING": "in_progress",
    "IN_PROGRESS": "in_progress",
    "STOP_REQUESTED": "in_progress",
    "ROLLBACK_REQUESTED": "in_progress",
    "ROLLBACK_IN_PROGRESS": "in_progress",
    "STOPPED": "failed",
    "ROLLBACK_FAILED": "failed",
    "ROLLBACK_SUCCESSFUL": "rolled_back",
}
CODEDEPLOY = {
    "Succeeded": "complete",
    "Created": "in_progress",
    "Queued": "in_progress",
    "InProgress": "in_progress",
    "Baking": "in_progress",
    "Ready": "in_progress",
    "Failed": "failed",
    "Stopped": "failed",
}
APPROVED = {"Succeeded": True, "Failed": False}
STACK_ENDINGS = (
    ("_IN_PROGRESS", "in_progress"),
    ("ROLLBACK_COMPLETE", "rolled_back"),
    ("DELETE_COMPLETE", "gone"),
    ("_FAILED", "failed"),
    ("_COMPLETE", "complete"),
)


def ecs_service(answer: Answer, pages: Sequence[Page], status: str, _purposes: Mapping[str, str]) -> Parsed:
    """Return the deployments that a service of ECS runs now: the primary one is current, any other is beside it."""
    subject = _service(answer)
    parsed = Parsed([])
    for where, document in entries(pages, "services"):
        gone = document.get("status") != "ACTIVE"
        for number, one in enumerate(member(where, document, "deployments", listed), start=1):
            place = f"{where}, deployments {number}"
            state = member(place, one, "rolloutState", optional(name))
            primary = member(place, one, "status", name) == "PRIMARY"
            counts = {
                "desired": member(place, one, "desiredCount", count),
                "running": member(place, one, "runningCount", count),
                "pending": member(place, one, "pendingCount", count),
            }
            _add(
                parsed,
                "ecs_service",
                subject,
                deployment=member(place, one, "id", name),
                role="current" if primary else "beside",
                state=state,
                outcome="gone" if gone else ECS.get(state or "", "unknown"),
                started_at=member(place, one, "createdAt", optional(moment)),
                **counts,
            )
    return _answered(parsed, subject, status)


def ecs_history(answer: Answer, pages: Sequence[Page], status: str, _purposes: Mapping[str, str]) -> Parsed:
    """Return the deployments of a service of ECS that were tried: one that was rolled back is complete otherwise."""
    subject = _named(answer, "cluster", "service")
    parsed = Parsed([])
    for where, document in entries(pages, "serviceDeployments"):
        state = member(where, document, "status", name)
        _add(
            parsed,
            "ecs_service",
            subject,
            deployment=member(where, document, "serviceDeploymentArn", name),
            role="attempt",
            state=state,
            outcome=ECS_HISTORY.get(state, "unknown"),
            started_at=member(where, document, "createdAt", moment),
            ended_at=member(where, document, "finishedAt", optional(moment)),
        )
    return _answered(parsed, subject, status)


def lambda_alias(answer: Answer, pages: Sequence[Page], status: str, _purposes: Mapping[str, str]) -> Parsed:
    """Return the versions that an alias of a function calls: it is settled when one of them gets every call."""
    subject = _named(answer, "FunctionName", "Name", ":")
    parsed = Parsed([])
    for page in pages:
        stated = member(page.where, page.document, "AliasArn", name)
        if not stated.endswith(f":{subject}"):
            raise CollectionError(f"{page.where}: is {stated!r}, but {subject!r} was asked", remedy=AGAIN)
        routing = page.document.get("RoutingConfig") or {}
        weights = {
            version: member(page.where, {"AdditionalVersionWeights": weight}, "AdditionalVersionWeights", _ppm)
            for version, weight in (routing.get("AdditionalVersionWeights") or {}).items()
        }
        rest = MILLION - sum(weights.values())
        outcome = "in_progress" if any(weights.values()) else "complete"
        current = member(page.where, page.document, "FunctionVersion", name)
        parts = [("current", current, rest), *(("beside", version, ppm) for version, ppm in sorted(weights.items()))]
        for role, version, ppm in parts:
            if role == "current" or ppm:
                share = {"traffic_ppm": ppm, "outcome": outcome}
                _add(parsed, "lambda_alias", subject, deployment=version, role=role, state=None, **share)
    return _answered(parsed, subject, status)


def stack(answer: Answer, pages: Sequence[Page], status: str, _purposes: Mapping[str, str]) -> Parsed:
    """Return the state of a stack of CloudFormation."""
    subject = asked(answer, "StackName")
    parsed = Parsed([])
    for where, document in entries(pages, "Stacks"):
        if subject not in {document.get("StackName"), document.get("StackId")}:
            raise CollectionError(f"{where}: is of another stack than {subject!r}, which was asked", remedy=AGAIN)
        state = member(where, document, "StackStatus", name)
        created = member(where, document, "CreationTime", moment)
        updated = member(where, document, "LastUpdatedTime", optional(moment))
        outcome = next((outcome for ending, outcome in STACK_ENDINGS if state.endswith(ending)), "unknown")
        _add(
            parsed,
            "stack",
            subject,
            deployment="",
            role="current",
            state=state,
            outcome=outcome,
            started_at=updated or created,
            ended_at=member(where, document, "DeletionTime", optional(moment)),
        )
    return _answered(parsed, subject, status)


def codedeploy_group(answer: Answer, pages: Sequence[Page], status: str, _purposes: Mapping[str, str]) -> Parsed:
    """Return the last deployment that a group of CodeDeploy tried."""
    subject = _named(answer, "applicationName", "deploymentGroupName")
    parsed = Parsed([])
    for page in pages:
        group = member(page.where, page.document, "deploymentGroupInfo", mapping)
        last = member(page.where, group, "lastAttemptedDeployment", optional(mapping))
        if last:
            state = member(page.where, last, "status", name)
            _add(
                parsed,
                "codedeploy_group",
                subject,
                deployment=member(page.where, last, "deploymentId", name),
                role="current",
                state=state,
                outcome=CODEDEPLOY.get(state, "unknown"),
                started_at=member(page.where, last, "createTime", optional(moment)),
                ended_at=member(page.where, last, "endTime", optional(moment)),
            )
    return _answered(parsed, subject, status)


def approvals(answer: Answer, pages: Sequence[Page], status: str, _purposes: Mapping[str, str]) -> Parsed:
    """Return the approvals that a pipeline waited for."""
    pipeline = asked(answer, "pipelineName")
    parsed = Parsed([])
    for where, document in entries(pages, "actionExecutionDetails"):
        action = (document.get("input") or {}).get("actionTypeId") or {}
        if action.get("category") != "Approval":
            continue
        state = member(where, document, "status", name)
        updated = member(where, document, "lastUpdateTime", optional(moment))
        parsed.add(
            "pipeline_approvals",
            pipeline=pipeline,
            execution=member(where, document, "pipelineExecutionId", name),
            action_execution=member(where, document, "actionExecutionId", name),
            stage=member(where, document, "stageName", name),
            action=member(where, document, "actionName", name),
            state=state,
            approved=APPROVED.get(state),
            asked_at=member(where, document, "startTime", moment),
            decided_at=updated if state in APPROVED else None,
        )
    parsed.subjects.append(Subject(pipeline, status, len(parsed.rows.get("pipeline_approvals", []))))
    return parsed


def _add(parsed: Parsed, kind: str, deployable: str, **row: Any) -> None:
    parsed.add("deployment_states", **(NOTHING | {"kind": kind, "deployable": deployable} | row))


def _answered(parsed: Parsed, subject: str, status: str) -> Parsed:
    parsed.subjects.append(Subject(subject, status, len(parsed.rows.get("deployment_states", []))))
    return parsed


def _named(answer: Answer, first: str, second: str, between: str = "/") -> str:
    return f"{asked(answer, first)}{between}{asked(answer, second)}"


def _service(answer: Answer) -> str:
    where = f"{answer.where}, request"
    services = member(where, answer.request, "services", listed)
    if len(services) != 1:
        raise CollectionError(f"{where}: asks for {len(services)} services", remedy="ask for one service in a call")
    return f"{asked(answer, 'cluster')}/{member(where, {'services': services[0]}, 'services', name)}"


def _ppm(value: Any) -> int:
    """Return the parts per million of a weight: any weight at all is at least one of them."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal) or not 0 <= value <= 1:
        raise ValueError("a weight from 0 to 1")
    return -int(-Fraction(value) * MILLION // 1)

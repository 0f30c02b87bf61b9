"""How far deployments have come (ECS, Lambda, CloudFormation, CodeDeploy), and what was approved in CodePipeline.

Rules kept here: what is declared is asked by its name, one in a call, so what is not there is an answer of its own;
nobody's name, no parameter and no output of a stack is read.
Source: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListServiceDeployments.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from auditor_collectors.aws.collector import AwsCollector
from auditor_collectors.aws.names import Name  # noqa: TC001 - pydantic reads it
from auditor_collectors.aws.operation import Operation
from auditor_collectors.aws.parsed import facts_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.collector import CollectContext
    from auditor_collectors.aws.operation import Place, Request
    from auditor_collectors.aws.seam import Ask, Fact

DESCRIBE_SERVICES = Operation(
    "ecs",
    "DescribeServices",
    ("ecs:DescribeServices",),
    per_second=20,
    absent_errors=("ClusterNotFoundException",),
    hidden=("createdBy", "events", "tags", "rolloutStateReason", "networkConfiguration", "serviceConnectConfiguration"),
)
LIST_SERVICE_DEPLOYMENTS = Operation(
    "ecs",
    "ListServiceDeployments",
    ("ecs:ListServiceDeployments",),
    token=("nextToken", "nextToken"),
    per_second=10,
    absent_errors=("ClusterNotFoundException", "ServiceNotFoundException"),
    hidden=("statusReason",),
)
GET_ALIAS = Operation(
    "lambda",
    "GetAlias",
    ("lambda:GetAlias",),
    per_second=10,
    absent_errors=("ResourceNotFoundException",),
    hidden=("Description",),
)
DESCRIBE_STACKS = Operation(
    "cloudformation",
    "DescribeStacks",
    ("cloudformation:DescribeStacks",),
    per_second=5,
    hidden=("Description", "NotificationARNs", "Outputs", "Parameters", "StackStatusReason", "Tags"),
)
GET_DEPLOYMENT_GROUP = Operation(
    "codedeploy",
    "GetDeploymentGroup",
    ("codedeploy:GetDeploymentGroup",),
    per_second=5,
    absent_errors=("ApplicationDoesNotExistException", "DeploymentGroupDoesNotExistException"),
    hidden=("ec2TagFilters", "ec2TagSet", "onPremisesInstanceTagFilters", "onPremisesTagSet", "triggerConfigurations"),
)
LIST_ACTION_EXECUTIONS = Operation(
    "codepipeline",
    "ListActionExecutions",
    ("codepipeline:ListActionExecutions",),
    per_second=5,
    absent_errors=("PipelineNotFoundException",),
    # Who approved, what they wrote, and whatever the actions were given.
    hidden=("updatedBy", "configuration", "resolvedConfiguration", "output", "inputArtifacts"),
)
DEPLOYED = {
    "ecs": ("cluster", "service"),
    "aliases": ("function", "alias"),
    "codedeploy": ("application", "group"),
}

EXAMPLE = """\
# What must be deployed in full, and the pipelines whose approvals count.
[sources.aws_deployments]
kind = "aws_deployments"
accounts = ["111122223333"]
home_region = "eu-central-1"
regions = ["eu-central-1"]
ecs = [{ cluster = "support", service = "api" }]
aliases = [{ function = "support-router", alias = "live" }]
stacks = ["support-production"]
codedeploy = [{ application = "support", group = "production" }]
pipelines = ["support-release"]
"""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Service(_Strict):
    """A service of ECS."""

    cluster: Name
    service: Name


class Alias(_Strict):
    """An alias of a function of Lambda."""

    function: Name
    alias: Name


class Group(_Strict):
    """A deployment group of CodeDeploy."""

    application: Name
    group: Name


class DeploymentsOptions(_Strict):
    """``[sources.<name>]`` with ``kind = "aws_deployments"``."""

    ecs: list[Service] = Field(default_factory=list)
    aliases: list[Alias] = Field(default_factory=list)
    stacks: list[Name] = Field(default_factory=list)
    codedeploy: list[Group] = Field(default_factory=list)
    pipelines: list[Name] = Field(default_factory=list)

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not any((self.ecs, self.aliases, self.stacks, self.codedeploy, self.pipelines)):
            raise ValueError("expected one or more of `ecs`, `aliases`, `stacks`, `codedeploy` and `pipelines`")
        return self

    def questions(self) -> Iterator[tuple[Operation, str, Request]]:
        """Yield what is asked: the call, what it is about, and its parameters."""
        for one in self.ecs:
            subject = f"{one.cluster}/{one.service}"
            yield DESCRIBE_SERVICES, subject, {"cluster": one.cluster, "services": [one.service]}
            yield LIST_SERVICE_DEPLOYMENTS, subject, {"cluster": one.cluster, "service": one.service}
        for alias in self.aliases:
            request = {"FunctionName": alias.function, "Name": alias.alias}
            yield GET_ALIAS, f"{alias.function}:{alias.alias}", request
        for stack in self.stacks:
            yield DESCRIBE_STACKS, stack, {"StackName": stack}
        for group in self.codedeploy:
            request = {"applicationName": group.application, "deploymentGroupName": group.group}
            yield GET_DEPLOYMENT_GROUP, f"{group.application}/{group.group}", request
        for pipeline in self.pipelines:
            yield LIST_ACTION_EXECUTIONS, pipeline, {"pipelineName": pipeline}


class DeploymentsSource:
    """Asks each region for what is declared."""

    operations: tuple[Operation, ...] = (
        DESCRIBE_SERVICES,
        LIST_SERVICE_DEPLOYMENTS,
        GET_ALIAS,
        DESCRIBE_STACKS,
        GET_DEPLOYMENT_GROUP,
        LIST_ACTION_EXECUTIONS,
    )
    options: type[BaseModel] = DeploymentsOptions
    reach = "region"
    example = EXAMPLE

    def facts(self, options: DeploymentsOptions, ask: Ask, place: Place, _context: CollectContext) -> Iterator[Fact]:
        """Yield the state of each deployable, and the approvals of each pipeline."""
        for operation, subject, request in options.questions():
            yield from facts_of(ask(operation, place, request, subject=subject))


class DeploymentsCollector(AwsCollector):
    """The source as a collector."""

    source = DeploymentsSource()

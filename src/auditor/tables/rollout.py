"""How far what is deployed has come, by the services that deploy it, and which deployments were approved.

Rules kept here: ``outcome`` is ours, by the service's own word, which is kept beside it; a word that we do not know is
``unknown``. Who approved or started something has no column.
"""

from __future__ import annotations

from auditor.columns import Column, Table, answered

DEPLOYABLE_KINDS = ("ecs_service", "lambda_alias", "stack", "codedeploy_group")
ROLES = ("current", "beside", "attempt")
OUTCOMES = ("complete", "in_progress", "failed", "rolled_back", "gone", "unknown")

TABLES = (
    Table(
        "deployment_states",
        "one row per deployment (or version) of a deployable, and answer",
        (
            *answered(),
            Column("kind", "text", "what deploys it", values=DEPLOYABLE_KINDS),
            Column("deployable", "text", "cluster/service, function:alias, stack, or application/group"),
            Column("deployment", "text", "id of the deployment, or version; empty where it has none"),
            Column(
                "role",
                "text",
                "current: what is meant to serve; beside: serves as well; attempt: of its history",
                values=ROLES,
            ),
            Column("state", "text", "state as the service says it; null where it has no word for it", nullable=True),
            Column("outcome", "text", "what that state means", values=OUTCOMES),
            Column("traffic_ppm", "int", "share of calls that it gets; null where not stated", "ppm", nullable=True),
            Column("desired", "int", "instances that there should be; null where it has none", "1", nullable=True),
            Column("running", "int", "instances that run", "1", nullable=True),
            Column("pending", "int", "instances that are starting", "1", nullable=True),
            Column("started_at", "instant", "when the deployment began", "us", nullable=True),
            Column("ended_at", "instant", "when it came to its end", "us", nullable=True),
        ),
        ("source", "account", "region", "kind", "deployable", "role", "deployment", "answered_at"),
    ),
    Table(
        "pipeline_approvals",
        "one row per approval that a pipeline waited for, and answer, without whose it was",
        (
            *answered(),
            Column("pipeline", "text", "name of the pipeline"),
            Column("execution", "text", "pipelineExecutionId"),
            Column("action_execution", "text", "actionExecutionId"),
            Column("stage", "text", "stageName"),
            Column("action", "text", "actionName"),
            Column("state", "text", "status as the service says it"),
            Column("approved", "bool", "what was decided; null where nothing was, or not yet", nullable=True),
            Column("asked_at", "instant", "when the pipeline came to it", "us"),
            Column("decided_at", "instant", "when it was decided, as last updated", "us", nullable=True),
        ),
        ("source", "account", "region", "pipeline", "asked_at", "action_execution", "answered_at"),
    ),
)

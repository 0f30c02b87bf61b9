"""A cloud in operation: alarms, dashboards, canaries, metrics, deployments, flags and trails, in one region."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from auditor_collectors.aws.sources.alarms import AlarmsCollector
from auditor_collectors.aws.sources.canaries import CanariesCollector
from auditor_collectors.aws.sources.dashboards import DashboardsCollector
from auditor_collectors.aws.sources.deployments import DeploymentsCollector
from auditor_collectors.aws.sources.flags_appconfig import AppConfigCollector
from auditor_collectors.aws.sources.flags_ssm import SsmCollector
from auditor_collectors.aws.sources.metrics import MetricsCollector
from auditor_collectors.aws.sources.trail import TrailCollector
from auditor_collectors.aws.sources.trail_logs import TrailLogsCollector
from auditor_collectors.aws.sources.trail_lookup import TrailLookupCollector
from aws.loopback import Cloud
from aws.stubbed import ACCOUNT, COLLECTED_AT, HOME
from signed_trail import ACCOUNT as TRAIL_ACCOUNT
from signed_trail import BUCKET, SignedTrail

if TYPE_CHECKING:
    from auditor_collectors.aws.collector import AwsCollector
    from aws.loopback import Asked

NINE = datetime(2025, 1, 14, 9, tzinfo=UTC)
ON = datetime(2025, 1, 14, 10, 30, tzinfo=UTC)
END = COLLECTED_AT - timedelta(minutes=5)
TOPIC = f"arn:aws:sns:{HOME}:{ACCOUNT}:ops"
TRAIL = f"arn:aws:cloudtrail:{HOME}:{ACCOUNT}:trail/audit"
PURPOSES = ("compliance", "cost", "efficiency", "errors", "fallback", "latency", "security", "success")
NAMESPACE = "Matbakh/HybridRouting"
METRICS = (
    "CacheHitRate", "ComplianceViolations", "CostPerOperation", "ErrorRate", "FallbackRate", "P95Latency",
    "RoutingEfficiency", "SecurityEvents", "SuccessRate",
)  # fmt: skip
MODEL = "eu.anthropic.claude-sonnet-4-20250514-v1:0"
BEDROCK = {"namespace": "AWS/Bedrock", "dimensions": {"ModelId": MODEL}}
ASKED_METRICS = {
    "last_seconds": 7200,
    "metrics": [
        *({"namespace": NAMESPACE, "metric": one, "statistics": ["SampleCount"]} for one in METRICS),
        BEDROCK | {"metric": "InvocationLatency", "statistics": ["SampleCount", "TC(:3000)"]},
        *(
            BEDROCK | {"metric": one, "statistics": ["Sum"]}
            for one in ("Invocations", "InvocationClientErrors", "InvocationServerErrors", "InvocationThrottles")
        ),
    ],
    "search": [{"namespace": "AWS/BedrockMantle", "metric": "Inferences", "statistics": ["Sum"]}],
}
FLAGS = {"health": "ENABLE_HYBRID_HEALTH_MONITORING", "notice": "AI_NOTICE"}
DASHBOARD = "Matbakh-Hybrid-Routing-production"


class Operated(NamedTuple):
    """A source of this cloud: what collects it, how, and the name that the shipped profiles have for it."""

    collector: AwsCollector
    options: dict[str, Any]
    name: str


SOURCES = {
    "alarms": Operated(AlarmsCollector(), {"purposes": {one: one for one in PURPOSES}}, "alarms"),
    "canaries": Operated(CanariesCollector(), {"components": {"health": "Production Environment"}}, "health"),
    "dashboards": Operated(DashboardsCollector(), {"dashboards": [DASHBOARD]}, "dashboards"),
    "deployments": Operated(
        DeploymentsCollector(),
        {
            "ecs": [{"cluster": "support", "service": "api"}],
            "aliases": [{"function": "router", "alias": "live"}],
            "stacks": ["support"],
            "codedeploy": [{"application": "support", "group": "production"}],
            "pipelines": ["release"],
        },
        "aws_deployments",
    ),
    "flags_appconfig": Operated(
        AppConfigCollector(),
        {"application": "support", "appconfig_environment": "production", "profile": "flags", "aliases": FLAGS},
        "flags",
    ),
    "flags_ssm": Operated(
        SsmCollector(),
        {
            "parameters": {f"/support/{key}": flag for key, flag in FLAGS.items()},
            "true_values": ["true"],
            "false_values": ["false"],
        },
        "flags",
    ),
    "metrics": Operated(MetricsCollector(), ASKED_METRICS, "metrics"),
    "trail": Operated(TrailCollector(), {}, "aws_trail"),
    "trail_logs": Operated(
        TrailLogsCollector(),
        {"accounts": [TRAIL_ACCOUNT], "bucket": BUCKET, "bucket_region": HOME, "hours": 6},
        "cloudtrail",
    ),
    "trail_lookup": Operated(TrailLookupCollector(), {"event_names": ["StopLogging"]}, "cloudtrail"),
}


@cache
def trail() -> SignedTrail:
    return SignedTrail()


def alarms(_asked: Asked) -> dict[str, Any]:
    made = [
        {
            "AlarmName": name,
            "ActionsEnabled": True,
            "AlarmActions": [TOPIC],
            "StateValue": "OK",
            "StateUpdatedTimestamp": NINE,
            "MetricName": "P95Latency",
            "Namespace": NAMESPACE,
        }
        for name in PURPOSES
    ]
    return {"MetricAlarms": made, "CompositeAlarms": []}


def history(_asked: Asked) -> dict[str, Any]:
    done = {"Timestamp": NINE, "HistoryItemType": "Action", "HistoryData": "{}"}
    done |= {"HistorySummary": f"Successfully executed action {TOPIC}"}
    return {"AlarmHistoryItems": [done | {"AlarmName": one} for one in PURPOSES]}


def subscriptions(asked: Asked) -> dict[str, Any]:
    one = {"SubscriptionArn": f"{TOPIC}:1", "Owner": ACCOUNT, "Protocol": "email", "Endpoint": "ops@example.com"}
    return {"Subscriptions": [one | {"TopicArn": asked.parameters["TopicArn"]}]}


def metrics(asked: Asked) -> dict[str, Any]:
    """Return a point of each minute of the window for each query: calls, and never an error."""
    minutes = [END - timedelta(minutes=number) for number in range(120, 0, -1)]

    def values(query: dict[str, Any]) -> list[float]:
        return [0.0 if "Error" in query["MetricStat"]["Metric"]["MetricName"] else 10.0] * len(minutes)

    found = [
        {"Id": one["Id"], "Label": one["Id"], "Timestamps": minutes, "Values": values(one), "StatusCode": "Complete"}
        for one in asked.parameters["MetricDataQueries"]
    ]
    return {"MetricDataResults": found, "Messages": []}


def listed_metrics(asked: Asked) -> dict[str, Any]:
    dimensions = [{"Name": "ModelId", "Value": "m"}]
    named = {"Namespace": asked.parameters["Namespace"], "MetricName": asked.parameters["MetricName"]}
    return {"Metrics": [named | {"Dimensions": dimensions}], "OwningAccounts": []}


def action() -> dict[str, Any]:
    kind = {"category": "Approval", "owner": "AWS", "provider": "Manual", "version": "1"}
    return {
        "pipelineExecutionId": "00000000-0000-4000-8000-000000000001",
        "actionExecutionId": "10000000-0000-4000-8000-000000000001",
        "stageName": "Release",
        "actionName": "Approve",
        "startTime": NINE,
        "lastUpdateTime": NINE,
        "status": "Succeeded",
        "input": {"actionTypeId": kind},
        "output": {},
    }


def flag_deployment(asked: Asked) -> dict[str, Any]:
    return {
        **{name: asked.parameters[name] for name in ("ApplicationId", "EnvironmentId", "DeploymentNumber")},
        "ConfigurationProfileId": "pro0001",
        "ConfigurationVersion": "1",
        "State": "COMPLETE",
        "StartedAt": ON,
        "EventLog": [
            {"EventType": "BAKE_TIME_STARTED", "OccurredAt": ON, "TriggeredBy": "USER"},
            {"EventType": "DEPLOYMENT_COMPLETED", "OccurredAt": ON + timedelta(minutes=5), "TriggeredBy": "USER"},
        ],
    }


def hosted(asked: Asked) -> dict[str, Any]:
    document = {
        "version": "1",
        "flags": {one: {} for one in FLAGS},
        "values": {one: {"enabled": True} for one in FLAGS},
    }
    named = {name: asked.parameters[name] for name in ("ApplicationId", "ConfigurationProfileId", "VersionNumber")}
    return named | {"Content": json.dumps(document).encode(), "ContentType": "application/json"}


def parameter(asked: Asked) -> dict[str, Any]:
    one = {"Name": asked.parameters["Name"], "Type": "String", "Value": "true", "Version": 1, "LastModifiedDate": ON}
    return {"Parameters": [one]}


def listed_objects(asked: Asked) -> dict[str, Any]:
    prefix, after = asked.parameters.get("Prefix", ""), asked.parameters.get("StartAfter", "")
    keys = sorted(one for one in trail().objects if one.startswith(prefix) and one > after)
    made = [{"Key": one, "Size": len(trail().objects[one].content), "LastModified": NINE} for one in keys]
    return {"IsTruncated": False, "KeyCount": len(made), "Contents": made, "Name": BUCKET, "Prefix": prefix}


def stored_object(asked: Asked) -> dict[str, Any]:
    stored = trail().objects[asked.parameters["Key"]]
    return {
        "Body": stored.content,
        "ContentLength": len(stored.content),
        "Metadata": dict(stored.metadata),
        "LastModified": NINE,
    }


def stopped(_asked: Asked) -> dict[str, Any]:
    record = {
        "eventID": "e1",
        "eventTime": "2025-01-14T10:00:00Z",
        "eventSource": "cloudtrail.amazonaws.com",
        "eventName": "StopLogging",
        "awsRegion": HOME,
        "userIdentity": {"accountId": ACCOUNT},
        "readOnly": False,
        "managementEvent": True,
        "eventCategory": "Management",
    }
    return {"Events": [{"EventId": "e1", "CloudTrailEvent": json.dumps(record)}]}


ANSWERS = {
    ("cloudwatch", "DescribeAlarms"): alarms,
    ("cloudwatch", "DescribeAlarmHistory"): history,
    ("sns", "ListSubscriptionsByTopic"): subscriptions,
    ("synthetics", "DescribeCanariesLastRun"): lambda _asked: {"CanariesLastRun": [{"CanaryName": "health"}]},
    ("synthetics", "GetCanaryRuns"): lambda _asked: {
        "CanaryRuns": [
            {
                "Id": "1",
                "Name": "health",
                "Status": {"State": "PASSED"},
                "Timeline": {"Started": COLLECTED_AT - timedelta(minutes=1), "Completed": COLLECTED_AT},
            }
        ]
    },
    ("cloudwatch", "ListDashboards"): lambda _asked: {"DashboardEntries": [{"DashboardName": DASHBOARD}]},
    ("cloudwatch", "GetDashboard"): lambda asked: {
        "DashboardName": asked.parameters["DashboardName"],
        "DashboardBody": json.dumps({"widgets": [{}, {}]}),
    },
    ("cloudwatch", "GetMetricData"): metrics,
    ("cloudwatch", "ListMetrics"): listed_metrics,
    ("ecs", "DescribeServices"): lambda _asked: {
        "services": [
            {
                "serviceName": "api",
                "status": "ACTIVE",
                "deployments": [
                    {
                        "id": "ecs-svc/1",
                        "status": "PRIMARY",
                        "createdAt": NINE,
                        "desiredCount": 2,
                        "runningCount": 2,
                        "pendingCount": 0,
                        "rolloutState": "COMPLETED",
                    }
                ],
            }
        ],
        "failures": [],
    },
    ("ecs", "ListServiceDeployments"): lambda _asked: {
        "serviceDeployments": [
            {
                "serviceDeploymentArn": f"arn:aws:ecs:{HOME}:{ACCOUNT}:service-deployment/support/api/one",
                "status": "SUCCESSFUL",
                "createdAt": NINE,
                "finishedAt": NINE,
            }
        ]
    },
    ("lambda", "GetAlias"): lambda asked: {
        "AliasArn": f"arn:aws:lambda:{HOME}:{ACCOUNT}:function:{asked.parameters['FunctionName']}:live",
        "FunctionVersion": "6",
    },
    ("cloudformation", "DescribeStacks"): lambda _asked: {
        "Stacks": [{"StackName": "support", "StackStatus": "UPDATE_COMPLETE", "CreationTime": NINE}]
    },
    ("codedeploy", "GetDeploymentGroup"): lambda _asked: {
        "deploymentGroupInfo": {
            "lastAttemptedDeployment": {"deploymentId": "d-1", "status": "Succeeded", "createTime": NINE}
        }
    },
    ("codepipeline", "ListActionExecutions"): lambda _asked: {"actionExecutionDetails": [action()]},
    ("appconfig", "ListApplications"): lambda _asked: {"Items": [{"Id": "app0001", "Name": "support"}]},
    ("appconfig", "ListEnvironments"): lambda _asked: {"Items": [{"Id": "env0001", "Name": "production"}]},
    ("appconfig", "ListConfigurationProfiles"): lambda _asked: {
        "Items": [{"Id": "pro0001", "Name": "flags", "Type": "AWS.AppConfig.FeatureFlags"}]
    },
    ("appconfig", "ListDeployments"): lambda _asked: {
        "Items": [{"DeploymentNumber": 1, "ConfigurationProfileId": "pro0001"}]
    },
    ("appconfig", "GetDeployment"): flag_deployment,
    ("appconfig", "ListHostedConfigurationVersions"): lambda asked: {
        "Items": [
            {
                "ApplicationId": asked.parameters["ApplicationId"],
                "ConfigurationProfileId": asked.parameters["ConfigurationProfileId"],
                "VersionNumber": 1,
            }
        ]
    },
    ("appconfig", "GetHostedConfigurationVersion"): hosted,
    ("ssm", "GetParameterHistory"): parameter,
    ("cloudtrail", "DescribeTrails"): lambda _asked: {
        "trailList": [
            {
                "Name": "audit",
                "S3BucketName": BUCKET,
                "IsMultiRegionTrail": True,
                "HomeRegion": HOME,
                "TrailARN": TRAIL,
                "LogFileValidationEnabled": True,
                "IsOrganizationTrail": False,
            }
        ]
    },
    ("cloudtrail", "GetTrailStatus"): lambda _asked: {"IsLogging": True, "LatestDigestDeliveryTime": END},
    ("cloudtrail", "GetEventSelectors"): lambda asked: {
        "TrailARN": asked.parameters["TrailName"],
        "AdvancedEventSelectors": [
            {
                "Name": "management",
                "FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}],
            },
            *(
                {
                    "Name": kind,
                    "FieldSelectors": [
                        {"Field": "eventCategory", "Equals": ["Data"]},
                        {"Field": "resources.type", "Equals": [kind]},
                    ],
                }
                for kind in ("AWS::Bedrock::Model", "AWS::Bedrock::AsyncInvoke", "AWS::Bedrock::InlineAgent")
            ),
        ],
    },
    ("cloudtrail", "ListPublicKeys"): lambda _asked: {
        "PublicKeyList": [one | {"Value": base64.b64decode(one["Value"])} for one in trail().keys]
    },
    ("cloudtrail", "LookupEvents"): stopped,
    ("s3", "ListObjectsV2"): listed_objects,
    ("s3", "GetObject"): stored_object,
}


def cloud(*faults: Any) -> Cloud:
    """Return the cloud, not yet served."""
    return Cloud(ANSWERS, list(faults))

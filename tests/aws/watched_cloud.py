"""A cloud of Bedrock, money and security products, with an answer to every call that those sources make."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from auditor.config import Config, Source
from auditor.model import Scope
from auditor.shell.collect import collect_sources
from auditor_collectors.aws.sources.bedrock import BedrockCollector
from auditor_collectors.aws.sources.budgets import BudgetsCollector
from auditor_collectors.aws.sources.cost_explorer import CostExplorerCollector
from auditor_collectors.aws.sources.inspector import InspectorCollector
from auditor_collectors.aws.sources.invocation_log import InvocationLogCollector
from auditor_collectors.aws.sources.macie import MacieCollector
from auditor_collectors.aws.sources.securityhub import SecurityHubCollector
from aws import company
from aws.loopback import Cloud

if TYPE_CHECKING:
    from pathlib import Path

    from aws.loopback import Asked

COLLECTORS = {
    "bedrock": BedrockCollector(),
    "budgets": BudgetsCollector(),
    "cost_explorer": CostExplorerCollector(),
    "inspector": InspectorCollector(),
    "invocation_log": InvocationLogCollector(),
    "macie": MacieCollector(),
    "securityhub": SecurityHubCollector(),
}
MODEL = "anthropic.claude-3-5-sonnet-20241022-v2:0"
AT = datetime(2025, 1, 14, 9, tzinfo=UTC)
REGIONS = company.REGIONS[:2]


def arn(asked: Asked, resource: str, service: str = "bedrock") -> str:
    return f"arn:aws:{service}:{asked.region}:{asked.account}:{resource}"


def profile(asked: Asked, name: str, kind: str, *regions: str) -> dict[str, Any]:
    path = "inference-profile" if kind == "SYSTEM_DEFINED" else "application-inference-profile"
    return {
        "inferenceProfileName": name,
        "inferenceProfileArn": arn(asked, f"{path}/{name}"),
        "models": [{"modelArn": f"arn:aws:bedrock:{region}::foundation-model/{MODEL}"} for region in regions],
        "inferenceProfileId": name,
        "status": "ACTIVE",
        "type": kind,
    }


def profiles(asked: Asked) -> dict[str, Any]:
    """Return what is asked for, and without a filter that is understood nothing."""
    kind = asked.parameters["typeEquals"]
    if kind == "APPLICATION":
        return {"inferenceProfileSummaries": [profile(asked, "4fz0abc1", kind, asked.region)]}
    offered = [
        profile(asked, f"eu.{MODEL}", kind, asked.region, "eu-west-3"),
        profile(asked, f"global.{MODEL}", kind, asked.region, ""),
    ]
    return {"inferenceProfileSummaries": offered}


def guardrails(asked: Asked) -> dict[str, Any]:
    versions = ("DRAFT", "1") if "guardrailIdentifier" in asked.parameters else ("DRAFT",)
    one = {"id": "g1", "arn": arn(asked, "guardrail/g1"), "status": "READY", "name": "g"}
    one |= {"createdAt": AT, "updatedAt": AT}
    return {"guardrails": [one | {"version": version} for version in versions]}


def guardrail(asked: Asked) -> dict[str, Any]:
    return {
        "name": "g",
        "guardrailId": "g1",
        "guardrailArn": arn(asked, "guardrail/g1"),
        "version": asked.parameters["guardrailVersion"],
        "status": "READY",
        "sensitiveInformationPolicy": {"piiEntities": [{"type": "EMAIL", "action": "ANONYMIZE"}]},
        "createdAt": AT,
        "updatedAt": AT,
        "blockedInputMessaging": "no",
        "blockedOutputsMessaging": "no",
    }


def job(asked: Asked) -> dict[str, Any]:
    return {
        "jobArn": arn(asked, "model-invocation-job/j1"),
        "jobName": "j",
        "modelId": MODEL,
        "roleArn": f"arn:aws:iam::{asked.account}:role/r",
        "submitTime": AT,
        "inputDataConfig": {"s3InputDataConfig": {"s3Uri": "s3://in/"}},
        "outputDataConfig": {"s3OutputDataConfig": {"s3Uri": "s3://out/"}},
    }


def custom(asked: Asked) -> dict[str, Any]:
    base = f"arn:aws:bedrock:{asked.region}::foundation-model/{MODEL}"
    return {
        "modelArn": arn(asked, "custom-model/m.1/x"),
        "modelName": "m",
        "creationTime": AT,
        "baseModelArn": base,
        "baseModelName": "b",
    }


def provisioned(asked: Asked) -> dict[str, Any]:
    model = f"arn:aws:bedrock:{asked.region}::foundation-model/{MODEL}"
    return {
        "provisionedModelName": "p",
        "provisionedModelArn": arn(asked, "provisioned-model/p1"),
        "modelArn": model,
        "desiredModelArn": model,
        "foundationModelArn": model,
        "modelUnits": 1,
        "desiredModelUnits": 1,
        "status": "InService",
        "creationTime": AT,
        "lastModifiedTime": AT,
    }


def base(asked: Asked) -> dict[str, Any]:
    fields = {"vectorField": "v", "textField": "t", "metadataField": "m"}
    store = {"collectionArn": arn(asked, "collection/c", "aoss"), "vectorIndexName": "i", "fieldMapping": fields}
    return {
        "knowledgeBase": {
            "knowledgeBaseId": "KB12345678",
            "name": "kb",
            "knowledgeBaseArn": arn(asked, "knowledge-base/KB12345678"),
            "roleArn": f"arn:aws:iam::{asked.account}:role/r",
            "knowledgeBaseConfiguration": {"type": "VECTOR"},
            "storageConfiguration": {"type": "OPENSEARCH_SERVERLESS", "opensearchServerlessConfiguration": store},
            "status": "ACTIVE",
            "createdAt": AT,
            "updatedAt": AT,
        }
    }


def objects(asked: Asked) -> dict[str, Any]:
    """Return one object of today and none of yesterday."""
    prefix = asked.parameters["Prefix"]
    return {"Contents": [{"Key": f"{prefix}a.json.gz"}]} if prefix.endswith("/14/") else {}


def invocations(asked: Asked) -> dict[str, Any]:
    account, region = asked.parameters["Key"].split("/")[1:4:2]
    records = [
        {
            "schemaType": "ModelInvocationLog",
            "timestamp": "2025-01-14T10:00:00Z",
            "accountId": account,
            "region": region,
            "requestId": f"{account}-{region}-{number}",
            "operation": "Converse",
            "modelId": f"eu.{MODEL}",
            "input": {"inputBodyJson": {"messages": "my name is Jane Doe"}, "inputTokenCount": 1},
            "output": {"outputBodyJson": {"metrics": {"latencyMs": 250}}, "outputTokenCount": 2},
        }
        for number in range(2)
    ]
    return {"Body": gzip.compress("".join(json.dumps(one) + "\n" for one in records).encode())}


def costs(asked: Asked) -> dict[str, Any]:
    number = int(asked.parameters.get("NextPageToken", "12"))
    amount = {"UnblendedCost": {"Amount": "1.25", "Unit": "USD"}}
    period = {
        "TimePeriod": {"Start": f"2025-01-{number}", "End": f"2025-01-{number + 1}"},
        "Groups": [{"Keys": ["Amazon Bedrock"], "Metrics": amount}],
        "Estimated": False,
    }
    more = {"NextPageToken": str(number + 1)} if number < 13 else {}
    return {"ResultsByTime": [period]} | more


def budget(_asked: Asked) -> dict[str, Any]:
    one = {"BudgetName": "support", "BudgetLimit": {"Amount": "100", "Unit": "USD"}}
    return {"Budgets": [one | {"TimeUnit": "MONTHLY", "BudgetType": "COST"}]}


def notification(_asked: Asked) -> dict[str, Any]:
    return {"Notifications": [{"NotificationType": "ACTUAL", "ComparisonOperator": "GREATER_THAN", "Threshold": 80.0}]}


def hub_findings(asked: Asked) -> dict[str, Any]:
    """Return findings of every account and region: like many a fake it does not look at the filters."""
    number = int(asked.parameters.get("NextToken", "0"))
    found = {
        "SchemaVersion": "2018-10-08",
        "ProductArn": f"arn:aws:securityhub:{asked.region}::product/aws/guardduty",
        "GeneratorId": "g",
        "Types": ["TTPs/Exfiltration"],
        "CreatedAt": "2025-01-14T09:00:00Z",
        "UpdatedAt": "2025-01-14T09:00:00Z",
        "Severity": {"Label": "HIGH"},
        "Title": "t",
        "Description": "d",
        "Resources": [{"Type": "Other", "Id": "x"}],
        "RecordState": "ACTIVE",
    }
    places = [(account, region) for account in company.ACCOUNTS for region in company.REGIONS]
    findings = [
        found | {"Id": f"{account}-{region}-{number}", "AwsAccountId": account, "Region": region}
        for account, region in places
    ]
    return {"Findings": findings} | ({"NextToken": "1"} if number == 0 else {})


def standard(asked: Asked) -> dict[str, Any]:
    return {
        "StandardsSubscriptionArn": arn(asked, "subscription/fsbp", "securityhub"),
        "StandardsArn": "arn:aws:securityhub:::standards/fsbp",
        "StandardsInput": {},
        "StandardsStatus": "READY",
    }


def inspected(asked: Asked) -> dict[str, Any]:
    on = {"status": "ENABLED", "errorCode": "ALREADY_ENABLED", "errorMessage": ""}
    kinds = ("ec2", "ecr", "lambda", "lambdaCode")
    return {"accounts": [{"accountId": asked.account, "state": on, "resourceState": dict.fromkeys(kinds, on)}]}


def scanned(asked: Asked) -> dict[str, Any]:
    status = {"statusCode": "ACTIVE", "reason": "SUCCESSFUL"}
    one = {"resourceType": "AWS_LAMBDA_FUNCTION", "resourceId": arn(asked, "function:f", "lambda")}
    return {"coveredResources": [one | {"accountId": asked.account, "scanType": "PACKAGE", "scanStatus": status}]}


def weaknesses(asked: Asked) -> dict[str, Any]:
    one = {
        "findingArn": arn(asked, "finding/1", "inspector2"),
        "awsAccountId": asked.account,
        "type": "PACKAGE_VULNERABILITY",
        "description": "d",
        "remediation": {},
        "severity": "HIGH",
        "firstObservedAt": AT,
        "lastObservedAt": AT,
        "status": "ACTIVE",
        "resources": [{"type": "AWS_LAMBDA_FUNCTION", "id": "x"}],
    }
    return {"findings": [one]}


def seen(asked: Asked) -> dict[str, Any]:
    one = {"accountId": asked.account, "region": asked.region, "partition": "aws", "createdAt": AT, "updatedAt": AT}
    kind = {"type": "SensitiveData:S3Object/Personal", "severity": {"description": "High", "score": 3}}
    return {"findings": [one | kind | {"id": name} for name in asked.parameters["findingIds"]]}


ANSWERS = {
    ("bedrock", "ListFoundationModels"): lambda asked: {
        "modelSummaries": [
            {
                "modelArn": f"arn:aws:bedrock:{asked.region}::foundation-model/{MODEL}",
                "modelId": MODEL,
                "modelLifecycle": {"status": "ACTIVE"},
            }
        ]
    },
    ("bedrock", "ListInferenceProfiles"): profiles,
    ("bedrock", "GetInferenceProfile"): lambda asked: profile(asked, "4fz0abc1", "APPLICATION", asked.region, ""),
    ("bedrock", "ListGuardrails"): guardrails,
    ("bedrock", "GetGuardrail"): guardrail,
    ("bedrock", "GetModelInvocationLoggingConfiguration"): lambda asked: {
        "loggingConfig": {"s3Config": {"bucketName": f"logs-{asked.account}-{asked.region}"}}
    },
    ("bedrock", "ListProvisionedModelThroughputs"): lambda asked: {"provisionedModelSummaries": [provisioned(asked)]},
    ("bedrock", "ListCustomModels"): lambda asked: {"modelSummaries": [custom(asked)]},
    ("bedrock", "ListModelInvocationJobs"): lambda asked: {"invocationJobSummaries": [job(asked)]},
    ("bedrock-agent", "ListKnowledgeBases"): lambda _asked: {
        "knowledgeBaseSummaries": [{"knowledgeBaseId": "KB12345678", "name": "k", "status": "ACTIVE", "updatedAt": AT}]
    },
    ("bedrock-agent", "GetKnowledgeBase"): base,
    ("budgets", "DescribeBudgets"): budget,
    ("budgets", "DescribeNotificationsForBudget"): notification,
    ("ce", "GetCostAndUsage"): costs,
    ("inspector2", "BatchGetAccountStatus"): inspected,
    ("inspector2", "ListCoverage"): scanned,
    ("inspector2", "ListFindings"): weaknesses,
    ("macie2", "GetMacieSession"): lambda _asked: {"status": "ENABLED"},
    ("macie2", "GetAutomatedDiscoveryConfiguration"): lambda _asked: {"status": "ENABLED"},
    ("macie2", "ListClassificationJobs"): lambda _asked: {"items": []},
    ("macie2", "ListFindings"): lambda asked: {"findingIds": [f"{asked.account}-{asked.region}"]},
    ("macie2", "GetFindings"): seen,
    ("s3", "ListObjectsV2"): objects,
    ("s3", "GetObject"): invocations,
    ("securityhub", "DescribeHub"): lambda asked: {"HubArn": arn(asked, "hub/default", "securityhub")},
    ("securityhub", "GetEnabledStandards"): lambda asked: {"StandardsSubscriptions": [standard(asked)]},
    ("securityhub", "GetFindings"): hub_findings,
}


def cloud(*faults: Any) -> Cloud:
    """Return the cloud, not yet served."""
    return Cloud(ANSWERS, list(faults))


def collected(root: Path, url: str, name: str, source: str) -> dict[str, list[dict[str, Any]]]:
    """Collect one source from the cloud into a snapshot, and return the rows of its tables that have any."""
    collector = COLLECTORS[source]
    wanted = company.options(url, accounts=[company.ACCOUNTS[0]], regions=list(REGIONS))
    assert collector.check(wanted) == []
    scope = Scope("shop", "production", "r1", "live")
    config = Config(root, scope, (Source(source, f"aws_{source}", collector, wanted),))
    path = collect_sources(config, root / name, collected_at=company.COLLECTED_AT)
    tables = {one.stem: company.table(root, one.stem, name) for one in sorted(path.glob("*.parquet"))}
    return {table: rows for table, rows in tables.items() if rows}

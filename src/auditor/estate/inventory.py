"""The resources and the security findings of the example company, and who observed them."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from auditor.estate.trail import ACCOUNT, HOME_REGIONS, INTERVAL_S, QUIET_REGIONS
from auditor.model import isoformat

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

REGIONS = (*HOME_REGIONS, *QUIET_REGIONS)
LISTING = "SelectAggregateResourceConfig"
FINDING = "GetFindings"
ALERT_MINUTE = 75
FEED_DIES_MINUTE = 110
HEALTHY = (
    # type, name, region, class of its data
    ("AWS::DynamoDB::Table", "dynamodb:table/tickets", 0, "personal"),
    ("AWS::DynamoDB::GlobalTable", "dynamodb:table/tickets", 1, "personal"),
    ("AWS::DynamoDB::Table", "dynamodb:table/flags", 0, None),
    ("AWS::OpenSearchServerless::Collection", "aoss:collection/answers", 0, "personal"),
    ("AWS::ElastiCache::ReplicationGroup", "elasticache:replicationgroup:answers", 0, "personal"),
    ("AWS::Logs::LogGroup", "logs:log-group:/support/runtime", 0, "personal"),
    ("AWS::Logs::LogGroup", "logs:log-group:/support/runtime", 1, "personal"),
    ("AWS::Backup::BackupVault", "backup:backup-vault:tickets", 1, "personal"),
    ("AWS::S3::Bucket", "s3:support-transcripts", 0, "personal"),
    ("AWS::S3::Bucket", "s3:support-web", 1, "none"),
    ("AWS::KMS::Key", "kms:key/00000000-0000-4000-8000-000000000001", 0, None),
    ("AWS::Lambda::Function", "lambda:function:router", 0, None),
)
# Incident: the store it adds, as (type, name, region, class of its data).
STRAYS = {
    "store_abroad": ("AWS::DynamoDB::Table", "dynamodb:table/tickets-copy", "us-east-1", "personal"),
    "replica_abroad": ("AWS::DynamoDB::GlobalTable", "dynamodb:table/tickets", "eu-north-1", "personal"),
    "unclassified_store_abroad": ("AWS::S3::Bucket", "s3:support-scratch", "us-east-1", None),
    "tagged_none_abroad": ("AWS::S3::Bucket", "s3:support-assets", "us-east-1", "none"),
    "lookalike_region_store": ("AWS::Logs::LogGroup", "logs:log-group:/support/runtime", "euiso-south-3r", "personal"),
}
FINDINGS = (
    # minute, severity, type, region
    (-3, "LOW", "Software and Configuration Checks/Vulnerabilities/CVE", 0),
    (12, "INFORMATIONAL", "Software and Configuration Checks/AWS Security Best Practices", 0),
    (33, "MEDIUM", "Software and Configuration Checks/AWS Security Best Practices", 1),
    (58, "LOW", "Software and Configuration Checks/Vulnerabilities/CVE", 1),
    (101, "MEDIUM", "Unusual Behaviors/User", 0),
)
ALERT = (ALERT_MINUTE, "HIGH", "TTPs/Credential Access", 0)
SAMPLE = (ALERT_MINUTE, "CRITICAL", "TTPs/Data Exfiltration", 0)
LOST = 2

CONFIG = """
# What there is: every resource of the account, and the calls that listed them. A type that is not named is refused.
[sources.inventory]
kind = "inventory"
files = ["inventory/resources.jsonl"]
calls = ["inventory/calls.jsonl"]
format = "jsonl"

[sources.inventory.columns]
arn = "arn"
resource_type = "resourceType"
account = "accountId"
region = "awsRegion"
data_class = "dataClass"

[sources.inventory.kinds]
"AWS::DynamoDB::Table" = "store"
"AWS::DynamoDB::GlobalTable" = "replica"
"AWS::OpenSearchServerless::Collection" = "store"
"AWS::ElastiCache::ReplicationGroup" = "store"
"AWS::S3::Bucket" = "store"
"AWS::Backup::BackupVault" = "backup"
"AWS::Logs::LogGroup" = "log"
"AWS::KMS::Key" = "key"
"AWS::Lambda::Function" = "other"

[sources.securityhub]
kind = "security_findings"
files = ["findings/securityhub.json"]
format = "document"
calls = ["findings/calls.jsonl"]

[sources.securityhub_heartbeats]
kind = "heartbeats"
observes = "securityhub"
files = ["heartbeats/securityhub.jsonl"]
"""


def files(start: datetime, first: datetime, last: datetime, incidents: Collection[str]) -> dict[str, bytes]:
    """Return the files: the judged window begins at ``start``, observers report in [first, last)."""
    listed = [_resource(kind, name, HOME_REGIONS[region], data) for kind, name, region, data in HEALTHY]
    listed += [_resource(*stray) for incident, stray in STRAYS.items() if incident in incidents]
    raised = [_finding(start, number, *one) for number, one in enumerate(FINDINGS)]
    if {"security_alert", "alert_suppressed"} & set(incidents):
        raised.append(_finding(start, len(FINDINGS), *ALERT))
    beats = list(_beats(start, first, last, raised, incidents))
    if "alert_suppressed" in incidents:
        raised.append(_suppressed(raised[-1], start + timedelta(minutes=ALERT_MINUTE + 20)))
    if "findings_lost" in incidents:
        del raised[LOST]
    if "sample_alert" in incidents:
        raised.append(_finding(start, len(FINDINGS) + 1, *SAMPLE) | {"Sample": True})
    calls = list(_calls(listed, last, incidents))
    if "inventory_cut_short" in incidents:
        del listed[-1]
    return {
        "inventory/resources.jsonl": _lines(listed),
        "inventory/calls.jsonl": _lines(calls),
        "findings/securityhub.json": json.dumps({"Findings": raised}, indent=1).encode(),
        "findings/calls.jsonl": _lines(list(_exports(raised, last, incidents))),
        "heartbeats/securityhub.jsonl": _lines(beats),
    }


def arns(but: Collection[str]) -> set[str]:
    """Return the ARNs of what the healthy company has, without those of the types ``but``."""
    return {
        _resource(kind, name, HOME_REGIONS[region], data)["arn"]
        for kind, name, region, data in HEALTHY
        if kind not in but
    }


def _resource(kind: str, name: str, region: str, data_class: str | None) -> dict[str, Any]:
    service, _, resource = name.partition(":")
    place = ":" if service == "s3" else f"{region}:{ACCOUNT}"
    return {
        "arn": f"arn:aws:{service}:{place}:{resource}",
        "resourceType": kind,
        "accountId": ACCOUNT,
        "awsRegion": region,
        "dataClass": data_class,
    }


def _calls(listed: list[dict[str, Any]], last: datetime, incidents: Collection[str]) -> Iterator[dict[str, Any]]:
    made = last - (timedelta(days=5) if "inventory_old" in incidents else timedelta())
    for region in sorted({*REGIONS, *(one["awsRegion"] for one in listed)}):
        call = _call(region, LISTING, sum(one["awsRegion"] == region for one in listed), made)
        if "inventory_undated" in incidents:
            del call["answered_at"]
        yield call
        if "inventory_denied" in incidents and region == QUIET_REGIONS[-1]:
            yield _call(region, "ListBuckets", 0, made) | {"status": "denied"}


def _exports(raised: list[dict[str, Any]], last: datetime, incidents: Collection[str]) -> Iterator[dict[str, Any]]:
    """Yield the calls that exported the findings."""
    made = last - (timedelta(minutes=20) if "findings_exported_early" in incidents else timedelta())
    for region in REGIONS:
        yield _call(region, FINDING, sum(one["Region"] == region for one in raised), made)


def _call(region: str, name: str, records: int, made: datetime) -> dict[str, Any]:
    stated = {"account": ACCOUNT, "region": region, "call": name, "status": "ok", "records": records}
    return stated | {"answered_at": isoformat(made)}


def _finding(start: datetime, number: int, minute: int, severity: str, kind: str, region: int) -> dict[str, Any]:
    place, moment = HOME_REGIONS[region], isoformat(start + timedelta(minutes=minute))
    return {
        "SchemaVersion": "2018-10-08",
        "Id": f"arn:aws:guardduty:{place}:{ACCOUNT}:detector/example/finding/{number:032x}",
        "ProductArn": f"arn:aws:securityhub:{place}::product/aws/guardduty",
        "AwsAccountId": ACCOUNT,
        "Region": place,
        "Types": [kind],
        "FirstObservedAt": moment,
        "CreatedAt": moment,
        "UpdatedAt": moment,
        "Severity": {"Label": severity},
        "Workflow": {"Status": "NEW"},
        "RecordState": "ACTIVE",
    }


def _suppressed(finding: dict[str, Any], moment: datetime) -> dict[str, Any]:
    return finding | {"UpdatedAt": isoformat(moment), "Workflow": {"Status": "SUPPRESSED"}}


def _beats(
    start: datetime, first: datetime, last: datetime, raised: list[dict[str, Any]], incidents: Collection[str]
) -> Iterator[dict[str, Any]]:
    """Yield what the observer of the feed saw in each interval and region."""
    moment = first
    while moment < last:
        end = moment + timedelta(seconds=INTERVAL_S)
        dead = "findings_feed_dead" in incidents and moment >= start + timedelta(minutes=FEED_DIES_MINUTE)
        for region in () if dead else REGIONS:
            created = [one["CreatedAt"] for one in raised if one["Region"] == region]
            records = sum(isoformat(moment) <= one < isoformat(end) for one in created)
            times = {"start": isoformat(moment), "end": isoformat(end)}
            yield times | {"records": records, "account": ACCOUNT, "region": region}
        moment = end


def _lines(documents: list[dict[str, Any]]) -> bytes:
    return "".join(json.dumps(one, separators=(",", ":")) + "\n" for one in documents).encode()

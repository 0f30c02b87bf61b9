"""The CloudTrail records of the example company, as S3 log objects hold them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from auditor.model import isoformat

if TYPE_CHECKING:
    from collections.abc import Collection
    from random import Random

ACCOUNT = "111122223333"
HOME_REGIONS = ("eu-central-1", "eu-west-1")
QUIET_REGIONS = ("eu-north-1", "us-east-1")
INTERVAL_S = 300
PER_INTERVAL = 30
BARE = "anthropic.claude-3-5-sonnet-20241022-v2:0"
PROFILE = "eu.anthropic.claude-3-5-sonnet-20241022-v2:0"
GLOBAL = "global.anthropic.claude-sonnet-4-20250514-v1:0"
OTHER_EVENTS = (
    ("sts.amazonaws.com", "AssumeRole"),
    ("monitoring.amazonaws.com", "PutMetricData"),
    ("appconfig.amazonaws.com", "GetHostedConfigurationVersion"),
    ("dynamodb.amazonaws.com", "DescribeTable"),
)
INCIDENT_MINUTE = 45
ALTERED = 5


def interval_records(
    random: Random, region: str, start: datetime, minute: int, incidents: Collection[str]
) -> list[dict[str, Any]]:
    """Return the records of one interval of a home region. Draws the same numbers whatever ``incidents`` are."""
    records = []
    for _ in range(PER_INTERVAL):
        draws = [random.random() for _ in range(4)]
        moment = start + timedelta(seconds=int(draws[0] * INTERVAL_S))
        identity = (_hex(random, 32), _hex(random, 32))
        if draws[1] < 0.6:  # noqa: PLR2004 - share of inference among the records
            profile = draws[2] < 0.5  # noqa: PLR2004 - half through the profile
            destination = HOME_REGIONS[int(draws[3] * 2)] if profile else None
            name = "Converse" if draws[3] < 0.5 else "InvokeModel"  # noqa: PLR2004 - half each
            records.append(inference(moment, region, name, PROFILE if profile else BARE, destination, identity))
        else:
            source, name = OTHER_EVENTS[int(draws[2] * len(OTHER_EVENTS))]
            records.append(record(moment, region, source, name, identity))
    if minute == INCIDENT_MINUTE and region == HOME_REGIONS[0]:
        _alter([one for one in records if "additionalEventData" in one][:ALTERED], incidents)
    return sorted(records, key=lambda one: (one["eventTime"], one["eventID"]))


def _alter(records: list[dict[str, Any]], incidents: Collection[str]) -> None:
    """Change a few calls through the eu profile as the incidents say."""
    for one in records:
        if "global_profile" in incidents:
            one["requestParameters"] = {"modelId": GLOBAL}
        if "unnamed_destination" in incidents:
            del one["additionalEventData"]


def stray_records(start: datetime, region: str) -> list[dict[str, Any]]:
    """Return a few inference calls in a region where there should be none."""
    return [
        inference(start + timedelta(seconds=7 * n), region, "InvokeModel", BARE, None, _numbered(100 + n))
        for n in range(4)
    ]


def inference(
    moment: datetime, region: str, name: str, model: str, destination: str | None, identity: tuple[str, str]
) -> dict[str, Any]:
    """Return one inference record."""
    one = record(moment, region, "bedrock.amazonaws.com", name, identity)
    one["requestParameters"] = {"modelId": model}
    if destination is not None:
        one["additionalEventData"] = {"inferenceRegion": destination}
    return one


def record(moment: datetime, region: str, source: str, name: str, identity: tuple[str, str]) -> dict[str, Any]:
    """Return one management record in CloudTrail's shape."""
    event_id, request_id = identity
    return {
        "eventVersion": "1.11",
        "userIdentity": {
            "type": "AssumedRole",
            "accountId": ACCOUNT,
            "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/support-runtime/task",
        },
        "eventTime": isoformat(moment),
        "eventSource": source,
        "eventName": name,
        "awsRegion": region,
        "sourceIPAddress": "192.0.2.10",
        "userAgent": "example-sdk",
        "requestParameters": None,
        "responseElements": None,
        "requestID": _uuid(request_id),
        "eventID": _uuid(event_id),
        "readOnly": name != "PutMetricData",
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": ACCOUNT,
        "eventCategory": "Management",
    }


def _hex(random: Random, digits: int) -> str:
    return f"{random.getrandbits(4 * digits):0{digits}x}"


def _numbered(number: int) -> tuple[str, str]:
    return f"{number:032x}", f"{number + 1000:032x}"


def _uuid(digits: str) -> str:
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))

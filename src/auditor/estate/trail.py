"""The CloudTrail log of the example company: S3 log objects per region and five minutes, and what the trail delivered.

The records have the members of real ones; every identifier, address and key in them is made up. Sources:
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html and
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/get-and-view-cloudtrail-log-files.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from auditor.estate.calendar import GENERATED, MS, Span, at, rfc3339, span
from auditor.estate.draw import Draw

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

ACCOUNT = "111122223333"
REGIONS = ("eu-central-1", "eu-west-1")
FILE_S = 300
PER_FILE = (26, 35)

MODEL = "anthropic.claude-3-5-sonnet-20241022-v2:0"
EU_PROFILE = f"eu.{MODEL}"
GLOBAL_PROFILE = f"global.{MODEL}"
ROLE = "hybrid-routing-service"
GAP = span("10:30", "11:30")

# (event source, event name, read only) of what is not inference.
MANAGEMENT = (
    ("sts.amazonaws.com", "AssumeRole", True),
    ("monitoring.amazonaws.com", "PutMetricData", False),
    ("appconfig.amazonaws.com", "GetHostedConfigurationVersion", True),
    ("ssm.amazonaws.com", "GetParameter", True),
    ("bedrock.amazonaws.com", "GetFoundationModelAvailability", True),
)
# What the service asks of a model: (event name, model id) and its share.
INFERENCE = (
    (("InvokeModel", MODEL), 0.35),
    (("InvokeModel", EU_PROFILE), 0.25),
    (("Converse", MODEL), 0.15),
    (("Converse", EU_PROFILE), 0.25),
)
INFERENCE_SHARE = 0.7

Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class LogFile:
    """One S3 log object: the records of one region in ``span``."""

    key: str
    region: str
    span: Span
    records: Sequence[Record]


def delivered(seed: int, incidents: Collection[str]) -> list[LogFile]:
    """Return every log file that the trail delivered, with the incidents that changed them."""
    files = healthy(seed)
    for name, change in CHANGES.items():
        if name in incidents:
            files = change(files, Draw(seed, name))
    return files


def kept(files: list[LogFile], incidents: Collection[str]) -> list[LogFile]:
    """Return the files that reach the auditor."""
    if "trail_gap" not in incidents:
        return files
    return [file for file in files if file.region != "eu-west-1" or file.span.start_s not in GAP]


def healthy(seed: int) -> list[LogFile]:
    """Return the log files of a day on which nothing happens: whole five minutes, cut to what is generated."""
    draw = Draw(seed, "trail")
    first = GENERATED.start_s // FILE_S * FILE_S
    files = []
    for start_s in range(first, GENERATED.end_s, FILE_S):
        for region in REGIONS:
            within = Span(max(start_s, GENERATED.start_s), min(start_s + FILE_S, GENERATED.end_s))
            times = sorted(draw.between(within.start_s, within.end_s) for _ in range(draw.between(*PER_FILE)))
            records = [_drawn_record(draw, region, time_s) for time_s in times]
            files.append(log_file(draw, region, start_s, records))
    return files


def log_file(draw: Draw, region: str, start_s: int, records: Sequence[Record]) -> LogFile:
    """Return a log object under the key that CloudTrail would give it at its delivery, five minutes after its start."""
    stamp = rfc3339((start_s + FILE_S) * MS).replace("-", "").replace(":", "")[:13] + "Z"
    folder = f"AWSLogs/{ACCOUNT}/CloudTrail/{region}/2025/01/14"
    key = f"{folder}/{ACCOUNT}_CloudTrail_{region}_{stamp}_{draw.alphanumeric(16)}.json.gz"
    return LogFile(key, region, Span(start_s, start_s + FILE_S), records)


def _drawn_record(draw: Draw, region: str, time_s: int) -> Record:
    if not draw.chance(INFERENCE_SHARE):
        return management_record(draw, region, time_s)
    name, model_id = draw.weighted(INFERENCE)
    destination = draw.choice(REGIONS) if model_id == EU_PROFILE else None
    return inference_record(draw, region, time_s, name=name, model_id=model_id, destination=destination)


def inference_record(
    draw: Draw, region: str, time_s: int, *, name: str, model_id: str, destination: str | None
) -> Record:
    """Return a call of a model in ``region``; CloudTrail states a ``destination`` for inference profiles only."""
    record = _record(draw, region, time_s, "bedrock.amazonaws.com", name, read_only=True)
    record["requestParameters"] = {"modelId": model_id}
    record["tlsDetails"]["clientProvidedHostHeader"] = f"bedrock-runtime.{region}.amazonaws.com"
    if destination:
        record["additionalEventData"] = {"inferenceRegion": destination}
    return record


def management_record(draw: Draw, region: str, time_s: int) -> Record:
    """Return a call that is no inference."""
    source, name, read_only = draw.choice(MANAGEMENT)
    return _record(draw, region, time_s, source, name, read_only=read_only)


def _record(draw: Draw, region: str, time_s: int, source: str, name: str, *, read_only: bool) -> Record:
    return {
        "eventVersion": "1.11",
        "userIdentity": {
            "type": "AssumedRole",
            "principalId": "AROAEXAMPLEROLEID0001:session",
            "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/{ROLE}/session",
            "accountId": ACCOUNT,
            "sessionContext": {
                "sessionIssuer": {
                    "type": "Role",
                    "principalId": "AROAEXAMPLEROLEID0001",
                    "arn": f"arn:aws:iam::{ACCOUNT}:role/{ROLE}",
                    "accountId": ACCOUNT,
                    "userName": ROLE,
                },
                "attributes": {"creationDate": "2025-01-14T09:41:07Z", "mfaAuthenticated": "false"},
            },
        },
        "eventTime": rfc3339(time_s * MS),
        "eventSource": source,
        "eventName": name,
        "awsRegion": region,
        "sourceIPAddress": f"192.0.2.{draw.between(1, 255)}",
        "userAgent": "Boto3/1.35.97 md/Botocore#1.35.97 lang/python#3.12.8",
        "requestParameters": None,
        "responseElements": None,
        "requestID": draw.identifier(),
        "eventID": draw.identifier(),
        "readOnly": read_only,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": ACCOUNT,
        "eventCategory": "Management",
        "tlsDetails": {
            "tlsVersion": "TLSv1.3",
            "cipherSuite": "TLS_AES_128_GCM_SHA256",
            "clientProvidedHostHeader": f"{source.partition('.')[0]}.{region}.amazonaws.com",
        },
    }


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Bare model calls at ``times`` in ``region``, in a log file of that region."""

    region: str
    times: tuple[str, ...]

    def __call__(self, files: list[LogFile], draw: Draw) -> list[LogFile]:
        """Return ``files`` and one more."""
        records = [
            inference_record(draw, self.region, at(time), name="InvokeModel", model_id=MODEL, destination=None)
            for time in self.times
        ]
        start_s = at(self.times[0]) // FILE_S * FILE_S
        return [*files, log_file(draw, self.region, start_s, records)]


@dataclass(frozen=True, slots=True)
class Rewritten:
    """The first ``number`` calls of the EU profile from 11:00 on, rewritten."""

    number: int
    rewrite: Callable[[Record], Record]

    def __call__(self, files: list[LogFile], draw: Draw) -> list[LogFile]:
        """Return ``files`` with those records changed."""
        del draw
        left = self.number
        changed = []
        for file in files:
            records = list(file.records)
            for index, record in enumerate(records):
                model_id = (record["requestParameters"] or {}).get("modelId")
                if left and file.span.start_s >= at("11:00") and model_id == EU_PROFILE:
                    records[index] = self.rewrite(record)
                    left -= 1
            changed.append(LogFile(file.key, file.region, file.span, records))
        return changed


def _to_global(record: Record) -> Record:
    return {**record, "requestParameters": {"modelId": GLOBAL_PROFILE}}


def _without_destination(record: Record) -> Record:
    return {name: value for name, value in record.items() if name != "additionalEventData"}


CHANGES: dict[str, Callable[[list[LogFile], Draw], list[LogFile]]] = {
    "region_leak": Elsewhere("us-east-1", ("11:05:12", "11:06:40", "11:08:03")),
    "global_profile": Rewritten(3, _to_global),
    "unknown_region": Elsewhere("eu-nowhere-9", ("11:15:31", "11:17:09")),
    "unnamed_destination": Rewritten(3, _without_destination),
}

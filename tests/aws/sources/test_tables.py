"""Tables of DynamoDB: where they are copied and exported to, and when their items go."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from auditor_collectors.aws.sources.tables import TablesCollector
from aws.sources.asked import answers, calls, links, resources, rules, states
from aws.stubbed import ACCOUNT, HOME, Stubs, rows_of

COLLECTOR = TablesCollector()
ARN = f"arn:aws:dynamodb:{HOME}:{ACCOUNT}:table/tab"
KEY = f"arn:aws:kms:{HOME}:{ACCOUNT}:key/k1"
EXPORT = f"{ARN}/export/01"
OTHER = "444455556666"
GLOBAL = {
    "Replicas": [
        {"RegionName": HOME, "ReplicaStatus": "ACTIVE"},
        {"RegionName": "us-east-1", "ReplicaStatus": "ACTIVE"},
    ],
    "GlobalTableWitnesses": [{"RegionName": "us-west-2", "WitnessStatus": "ACTIVE"}],
    "SSEDescription": {"Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": KEY},
}
METADATA = {"KeyId": "k1", "Arn": KEY, "KeyManager": "AWS", "Origin": "AWS_KMS", "KeyState": "Enabled"}
STREAM = f"arn:aws:kinesis:{HOME}:{ACCOUNT}:stream/s"
OFF = {
    "ContinuousBackupsStatus": "ENABLED",
    "PointInTimeRecoveryDescription": {"PointInTimeRecoveryStatus": "DISABLED"},
}
ON = {"PointInTimeRecoveryStatus": "ENABLED", "RecoveryPeriodInDays": 35}
SUB_CALLS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("DescribeTable", {"Table": {"TableArn": ARN}}),
    ("DescribeContinuousBackups", {"ContinuousBackupsDescription": OFF}),
    ("DescribeTimeToLive", {"TimeToLiveDescription": {"TimeToLiveStatus": "DISABLED"}}),
    ("ListExports", {"ExportSummaries": []}),
    ("DescribeKinesisStreamingDestination", {"TableName": "tab", "KinesisDataStreamDestinations": []}),
)


@pytest.fixture(name="stubs")
def _stubs(monkeypatch):
    return Stubs(monkeypatch)


def about(stubs: Stubs, **changed: Any) -> None:
    stubs.answer("dynamodb", "ListTables", {"TableNames": ["tab"]})
    for call, response in SUB_CALLS:
        said = changed.get(call, response)
        if isinstance(said, str):
            stubs.refuse("dynamodb", call, said)
        else:
            stubs.answer("dynamodb", call, said)


def test_a_table_of_one_region_is_a_store_with_a_key_of_the_service_and_no_end(stubs, tmp_path):
    about(stubs)
    found = rows_of(COLLECTOR, {}, tmp_path, stubs)
    assert resources(found) == {ARN: ("store", "AWS::DynamoDB::Table", HOME, None)}
    assert states(found, ARN) == {"encrypted": True, "key_manager": "aws_owned", "point_in_time": False}
    assert rules(found) == {(ARN, "time_to_live", "", None)}
    assert links(found) == set()


def test_replicas_and_witnesses_are_links_to_other_regions(stubs, tmp_path):
    about(
        stubs,
        DescribeTable={"Table": {"TableArn": ARN} | GLOBAL},
        DescribeContinuousBackups={"ContinuousBackupsDescription": OFF | {"PointInTimeRecoveryDescription": ON}},
        DescribeTimeToLive={"TimeToLiveDescription": {"TimeToLiveStatus": "ENABLED", "AttributeName": "ends"}},
    )
    stubs.answer("kms", "DescribeKey", {"KeyMetadata": METADATA})
    found = rows_of(COLLECTOR, {}, tmp_path, stubs)
    there = f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/tab"
    witness = f"arn:aws:dynamodb:us-west-2:{ACCOUNT}:table/tab"
    assert resources(found)[ARN][:2] == ("replica", "AWS::DynamoDB::GlobalTable")
    assert links(found) == {
        (ARN, "replica", there, ACCOUNT, "us-east-1", True),
        (ARN, "replica", witness, ACCOUNT, "us-west-2", True),
        (ARN, "key", KEY, ACCOUNT, HOME, True),
    }
    assert states(found, ARN)["key_manager"] == "aws_managed"
    # Items go at a time of their own: nobody can say after how many days, and 35 days of backups do not say it either.
    assert rules(found) == set()
    assert states(found, ARN)["point_in_time"] is True


def test_exports_and_streams_are_followed(stubs, tmp_path):
    stubs.answer("dynamodb", "ListTables", {"TableNames": ["tab"]})
    for call, response in SUB_CALLS[:3]:
        stubs.answer("dynamodb", call, response)
    failed = {"ExportArn": f"{ARN}/export/02", "ExportStatus": "FAILED"}
    done = {"ExportArn": EXPORT, "ExportStatus": "COMPLETED"}
    stubs.answer("dynamodb", "ListExports", {"ExportSummaries": [failed], "NextToken": "n"})
    stubs.answer("dynamodb", "ListExports", {"ExportSummaries": [done]}, {"TableArn": ARN, "NextToken": "n"})
    went = {
        "ExportArn": EXPORT,
        "S3Bucket": "theirs",
        "S3BucketOwner": OTHER,
        "EndTime": datetime(2025, 1, 1, tzinfo=UTC),
    }
    stubs.answer("dynamodb", "DescribeExport", {"ExportDescription": went})
    stubs.refuse("s3", "GetBucketLocation", "AccessDenied", status=403)
    streams = [{"StreamArn": STREAM, "DestinationStatus": "DISABLED"}]
    stubs.answer(
        "dynamodb",
        "DescribeKinesisStreamingDestination",
        {"TableName": "tab", "KinesisDataStreamDestinations": streams},
    )
    found = rows_of(COLLECTOR, {}, tmp_path, stubs)
    assert links(found) == {
        (ARN, "export", "arn:aws:s3:::theirs", OTHER, None, True),
        (ARN, "export", STREAM, ACCOUNT, HOME, False),
    }


@pytest.mark.parametrize("call", [call for call, _ in SUB_CALLS])
@pytest.mark.parametrize(("code", "status"), [("AccessDeniedException", "denied"), ("InternalServerError", "failed")])
def test_one_call_that_is_refused_is_told_from_nothing_being_set(stubs, tmp_path, call, code, status):
    about(stubs, **{call: code})
    found = rows_of(COLLECTOR, {}, tmp_path, stubs)
    statuses = answers(found)
    assert statuses.pop((call, ARN)) == status
    assert set(statuses.values()) == {"ok"}
    assert calls(found)[HOME, call] == status
    assert ARN in resources(found)
    assert bool(rules(found)) == (call != "DescribeTimeToLive")
    lost = {"DescribeTable": {"encrypted", "key_manager"}, "DescribeContinuousBackups": {"point_in_time"}}
    assert {"encrypted", "key_manager", "point_in_time"} - set(states(found, ARN)) == lost.get(call, set())


def test_the_class_of_a_table_is_what_its_tag_says(stubs, tmp_path):
    stubs.answer("dynamodb", "ListTables", {"TableNames": ["tab"]})
    tags = [{"Key": "Other", "Value": "x"}, {"Key": "Class", "Value": "personal"}]
    stubs.answer("dynamodb", "ListTagsOfResource", {"Tags": tags}, {"ResourceArn": ARN})
    for call, response in SUB_CALLS:
        stubs.answer("dynamodb", call, response)
    found = rows_of(COLLECTOR, {"data_class_tag": "Class"}, tmp_path, stubs)
    assert resources(found)[ARN][3] == "personal"


def test_a_throttled_listing_lists_nothing_and_says_so(stubs, tmp_path, monkeypatch):
    monkeypatch.setattr("auditor_collectors.aws.live.ROUNDS", 1)
    stubs.refuse("dynamodb", "ListTables", "ThrottlingException")
    found = rows_of(COLLECTOR, {}, tmp_path, stubs)
    assert "resources" not in found
    assert answers(found) == {("ListTables", ""): "throttled"}

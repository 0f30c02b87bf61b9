"""AWS Config: a region that it does not record is told from one in which nothing is."""

from __future__ import annotations

import json
from typing import Any

import pytest

from auditor.errors import CollectionError
from auditor_collectors.aws.sources.config_inventory import RESOURCES, TYPES, ConfigCollector
from aws.sources.asked import answers, calls, resources
from aws.stubbed import ACCOUNT, HOME, Stubs, rows_of

COLLECTOR = ConfigCollector()
OTHER = "444455556666"
AGGREGATOR = {"name": "all", "account": ACCOUNT, "region": HOME}
KINDS = {"AWS::S3::Bucket": "store", "AWS::EC2::*": "other", "AWS::EC2::Volume": "store", "AWS::IAM::*": "other"}
BUCKET = {"resourceId": "b", "resourceType": "AWS::S3::Bucket", "accountId": OTHER, "awsRegion": "eu-west-1"}
BUCKET |= {"arn": "arn:aws:s3:::b"}


@pytest.fixture(name="stubs")
def _stubs(monkeypatch):
    return Stubs(monkeypatch)


def recorded(stubs: Stubs, *names: str, region: str = HOME, group: Any = None, **state: Any) -> None:
    stated = [{"name": one, "recording": True, "lastStatus": "Success"} | state for one in names]
    stubs.answer(
        "config", "DescribeConfigurationRecorderStatus", {"ConfigurationRecordersStatus": stated}, region=region
    )
    groups = [{"name": one, "recordingGroup": group or {"allSupported": True}} for one in names]
    stubs.answer("config", "DescribeConfigurationRecorders", {"ConfigurationRecorders": groups}, region=region)


def selected(stubs: Stubs, *rows: dict[str, Any], of: str | None = None) -> None:
    asked = {"ConfigurationAggregatorName": "all", "Expression": TYPES if of is None else RESOURCES.format(of)}
    stubs.answer("config", "SelectAggregateResourceConfig", {"Results": [json.dumps(row) for row in rows]}, asked)


def inventory(stubs: Stubs, tmp_path: Any, **types: list[dict[str, Any]]) -> Any:
    recorded(stubs, "default")
    named = {name.replace("__", "::"): rows for name, rows in types.items()}
    selected(stubs, *({"resourceType": name, "COUNT(*)": len(rows)} for name, rows in named.items()))
    for name, rows in sorted(named.items()):
        selected(stubs, *rows, of=name)
    return rows_of(COLLECTOR, {"aggregator": AGGREGATOR, "kinds": KINDS}, tmp_path, stubs)


def test_a_region_without_a_recorder_has_an_answer_and_no_row(stubs, tmp_path):
    recorded(stubs, "default")
    recorded(stubs, region="eu-west-1")
    found = rows_of(COLLECTOR, {"regions": [HOME, "eu-west-1"]}, tmp_path, stubs)
    assert [(row["region"], row["recorder"], row["every_type"]) for row in found["recorders"]] == [
        (HOME, "default", True)
    ]
    listed = {(row["region"], row["call"]): (row["status"], row["records"]) for row in found["source_answers"]}
    assert listed == {
        (HOME, "DescribeConfigurationRecorderStatus"): ("ok", 1),
        (HOME, "DescribeConfigurationRecorders"): ("ok", 1),
        ("eu-west-1", "DescribeConfigurationRecorderStatus"): ("ok", 0),
        ("eu-west-1", "DescribeConfigurationRecorders"): ("ok", 0),
    }


@pytest.mark.parametrize("call", ["DescribeConfigurationRecorderStatus", "DescribeConfigurationRecorders"])
@pytest.mark.parametrize(
    ("code", "status"),
    [("AccessDeniedException", "denied"), ("ThrottlingException", "throttled"), ("OptInRequired", "unknown_region")],
)
def test_a_recorder_that_is_not_told_is_not_one_that_records(stubs, tmp_path, monkeypatch, call, code, status):
    monkeypatch.setattr("auditor_collectors.aws.live.ROUNDS", 1)
    answered = {
        "DescribeConfigurationRecorderStatus": {"ConfigurationRecordersStatus": [{"name": "d", "recording": True}]},
        "DescribeConfigurationRecorders": {"ConfigurationRecorders": [{"name": "d"}]},
    }
    for one, response in answered.items():
        if one == call:
            stubs.refuse("config", one, code)
        else:
            stubs.answer("config", one, response)
    found = rows_of(COLLECTOR, {}, tmp_path, stubs)
    assert [row["every_type"] for row in found.get("recorders", [])] == ([None] if call.endswith("Recorders") else [])
    assert answers(found)[call, ""] == status
    assert calls(found)[HOME, call] == status


@pytest.mark.parametrize(
    ("group", "every"),
    [
        ({"allSupported": True}, True),
        ({"allSupported": False, "resourceTypes": ["AWS::S3::Bucket"]}, False),
        ({"allSupported": True, "recordingStrategy": {"useOnly": "ALL_SUPPORTED_RESOURCE_TYPES"}}, True),
        ({"allSupported": True, "recordingStrategy": {"useOnly": "EXCLUSION_BY_RESOURCE_TYPES"}}, False),
        ({"allSupported": False, "recordingStrategy": {"useOnly": "INCLUSION_BY_RESOURCE_TYPES"}}, False),
    ],
)
def test_a_recorder_records_every_type_only_where_it_leaves_none_out(stubs, tmp_path, group, every):
    recorded(stubs, "d", group=group, recording=False, lastStatus="Failure")
    [row] = rows_of(COLLECTOR, {}, tmp_path, stubs)["recorders"]
    assert (row["every_type"], row["recording"], row["last_status"]) == (every, False, "Failure")


def test_resources_of_every_account_are_listed_by_the_longest_pattern(stubs, tmp_path):
    volume = {"resourceId": "vol-1", "resourceType": "AWS::EC2::Volume", "accountId": ACCOUNT, "awsRegion": HOME}
    interface = volume | {"resourceId": "eni-1", "resourceType": "AWS::EC2::NetworkInterface"}
    role = {"resourceId": "r", "resourceType": "AWS::IAM::Role", "accountId": ACCOUNT, "awsRegion": "global"}
    role |= {"arn": f"arn:aws:iam::{ACCOUNT}:role/r"}
    found = inventory(
        stubs,
        tmp_path,
        AWS__S3__Bucket=[BUCKET, BUCKET],
        AWS__EC2__Volume=[volume],
        AWS__EC2__NetworkInterface=[interface],
        AWS__IAM__Role=[role],
    )
    assert resources(found) == {
        "arn:aws:s3:::b": ("store", "AWS::S3::Bucket", "eu-west-1", None),
        "AWS::EC2::Volume/vol-1": ("store", "AWS::EC2::Volume", HOME, None),
        "AWS::EC2::NetworkInterface/eni-1": ("other", "AWS::EC2::NetworkInterface", HOME, None),
        f"arn:aws:iam::{ACCOUNT}:role/r": ("other", "AWS::IAM::Role", "", None),
    }
    assert {row["account"] for row in found["resources"]} == {ACCOUNT, OTHER}


def test_a_type_that_nobody_mapped_is_refused_by_its_name(stubs, tmp_path):
    recorded(stubs, "default")
    selected(
        stubs, {"resourceType": "AWS::New::Store", "COUNT(*)": 1}, {"resourceType": "AWS::S3::Bucket", "COUNT(*)": 1}
    )
    with pytest.raises(CollectionError, match="AWS::New::Store") as refused:
        rows_of(COLLECTOR, {"aggregator": AGGREGATOR, "kinds": KINDS}, tmp_path)
    assert "AWS::S3::Bucket" not in str(refused.value)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([BUCKET | {"arn": f"arn:aws:rds:eu-west-2:{OTHER}:db:x"}], "listed in account"),
        ([BUCKET | {"arn": f"arn:aws:rds:eu-west-1:{ACCOUNT}:db:x"}], "listed in account"),
        ([BUCKET, BUCKET | {"awsRegion": "us-east-1"}], "'eu-west-1' and in 'us-east-1'"),
        ([BUCKET | {"accountId": "1"}], "12 digits"),
    ],
)
def test_a_resource_in_two_places_is_refused(stubs, tmp_path, rows, message):
    with pytest.raises(CollectionError) as refused:
        inventory(stubs, tmp_path, AWS__S3__Bucket=rows)
    assert message in str(refused.value)


def test_an_aggregator_that_does_not_answer_lists_nothing_and_says_so(stubs, tmp_path):
    recorded(stubs, "default")
    stubs.refuse("config", "SelectAggregateResourceConfig", "NoSuchConfigurationAggregatorException")
    found = rows_of(COLLECTOR, {"aggregator": AGGREGATOR, "kinds": KINDS}, tmp_path, stubs)
    assert "resources" not in found
    assert answers(found)["SelectAggregateResourceConfig", ""] == "failed"


def test_what_an_aggregator_tells_of_another_account_is_no_better_than_its_answer(stubs, tmp_path):
    recorded(stubs, "default")
    selected(stubs, {"resourceType": "AWS::S3::Bucket", "COUNT(*)": 200})
    stubs.answer("config", "SelectAggregateResourceConfig", {"Results": [json.dumps(BUCKET)], "NextToken": "n"})
    stubs.refuse("config", "SelectAggregateResourceConfig", "AccessDeniedException")
    found = rows_of(COLLECTOR, {"aggregator": AGGREGATOR, "kinds": KINDS}, tmp_path, stubs)
    assert set(resources(found)) == {"arn:aws:s3:::b"}
    [cell] = [row for row in found["coverage"] if (row["account"], row["region"]) == (OTHER, "eu-west-1")]
    assert (cell["call"], cell["status"], cell["records"]) == ("read_files", "partial", 1)
    assert answers(found)["SelectAggregateResourceConfig", "AWS::S3::Bucket"] == "partial"


def test_the_aggregator_is_asked_where_it_lies_and_nowhere_else(stubs, tmp_path):
    recorded(stubs, "default")
    elsewhere = AGGREGATOR | {"region": "eu-west-1"}
    found = rows_of(COLLECTOR, {"aggregator": elsewhere, "kinds": KINDS}, tmp_path, stubs)
    assert (HOME, "SelectAggregateResourceConfig") not in calls(found)

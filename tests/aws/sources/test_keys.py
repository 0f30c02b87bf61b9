"""Keys of KMS: each is listed, whether or not it says what it is."""

from __future__ import annotations

from typing import Any

import pytest

from auditor_collectors.aws.sources.keys import KeysCollector
from aws.sources.asked import answers, calls, links, resources, states
from aws.stubbed import ACCOUNT, HOME, Stubs, rows_of

COLLECTOR = KeysCollector()


@pytest.fixture(name="stubs")
def _stubs(monkeypatch):
    return Stubs(monkeypatch)


def key(name: str, **more: Any) -> dict[str, Any]:
    stated = {"KeyManager": "CUSTOMER", "Origin": "AWS_KMS", "KeyState": "Enabled", "KeySpec": "SYMMETRIC_DEFAULT"}
    return {"KeyId": name, "Arn": arn(name), **stated, **more}


def arn(name: str, region: str = HOME) -> str:
    return f"arn:aws:kms:{region}:{ACCOUNT}:key/{name}"


def listed(stubs: Stubs, *names: str) -> None:
    stubs.answer("kms", "ListKeys", {"Keys": [{"KeyId": one, "KeyArn": arn(one)} for one in names]})


def test_a_key_of_several_regions_names_the_others_and_not_itself(stubs, tmp_path):
    several = {
        "MultiRegionKeyType": "REPLICA",
        "PrimaryKey": {"Arn": arn("mrk-1", "us-east-1"), "Region": "us-east-1"},
        "ReplicaKeys": [
            {"Arn": arn("mrk-1"), "Region": HOME},
            {"Arn": arn("mrk-1", "eu-west-1"), "Region": "eu-west-1"},
        ],
    }
    listed(stubs, "mrk-1")
    stubs.answer("kms", "DescribeKey", {"KeyMetadata": key("mrk-1", MultiRegionConfiguration=several)})
    stubs.answer("kms", "GetKeyRotationStatus", {"KeyRotationEnabled": True})
    found = rows_of(COLLECTOR, {}, tmp_path, stubs)
    assert links(found) == {
        (arn("mrk-1"), "key_replica", arn("mrk-1", "us-east-1"), ACCOUNT, "us-east-1", True),
        (arn("mrk-1"), "key_replica", arn("mrk-1", "eu-west-1"), ACCOUNT, "eu-west-1", True),
    }
    assert states(found, arn("mrk-1"))["rotated"] is True


def test_rotation_is_asked_only_of_what_can_be_rotated(stubs, tmp_path):
    listed(stubs, "aws", "imported", "signs", "off")
    for one in (
        key("aws", KeyManager="AWS"),
        key("imported", Origin="EXTERNAL"),
        key("signs", KeySpec="RSA_2048"),
        key("off", KeyState="PendingDeletion"),
    ):
        stubs.answer("kms", "DescribeKey", {"KeyMetadata": one})
    found = rows_of(COLLECTOR, {}, tmp_path, stubs)
    assert states(found, arn("aws")) == {"key_manager": "aws_managed", "origin": "AWS_KMS", "state": "Enabled"}
    assert states(found, arn("imported"))["origin"] == "EXTERNAL"
    assert states(found, arn("off"))["state"] == "PendingDeletion"
    assert not any("rotated" in states(found, arn(one)) for one in ("aws", "imported", "signs", "off"))


def test_a_key_that_does_not_answer_is_listed_and_its_refusal_is_said(stubs, tmp_path):
    listed(stubs, "a", "b")
    stubs.refuse("kms", "DescribeKey", "AccessDeniedException")
    stubs.answer("kms", "DescribeKey", {"KeyMetadata": key("b")})
    stubs.refuse("kms", "GetKeyRotationStatus", "AccessDeniedException")
    found = rows_of(COLLECTOR, {}, tmp_path, stubs)
    assert set(resources(found)) == {arn("a"), arn("b")}
    assert [row["arn"] for row in found["resource_protection"]] == [arn("b")]
    assert "rotated" not in states(found, arn("b"))
    assert answers(found)["DescribeKey", arn("a")] == "denied"
    assert answers(found)["GetKeyRotationStatus", arn("b")] == "denied"
    assert calls(found)[HOME, "DescribeKey"] == "denied"


def test_a_region_that_is_not_enabled_is_told_from_one_without_keys(stubs, tmp_path):
    listed(stubs)
    stubs.refuse("kms", "ListKeys", "UnrecognizedClientException", region="eu-south-2")
    found = rows_of(COLLECTOR, {"regions": [HOME, "eu-south-2"]}, tmp_path, stubs)
    assert "resources" not in found
    assert (calls(found)[HOME, "ListKeys"], calls(found)["eu-south-2", "ListKeys"]) == ("ok", "unknown_region")

"""Buckets of S3: located, followed to where they are copied, and never taken for empty where they don't answer."""

from __future__ import annotations

from typing import Any

import pytest

from auditor.errors import CollectionError
from auditor_collectors.answers import Answer, Page
from auditor_collectors.aws.sources import bucket_pages, lifecycle_pages
from auditor_collectors.aws.sources.buckets import BucketsCollector
from aws.sources.asked import answers, calls, links, resources, rules, states
from aws.stubbed import ACCOUNT, COLLECTED_AT, HOME, Stubs, rows_of

COLLECTOR = BucketsCollector()
ARN = "arn:aws:s3:::data"
OTHER = "444455556666"
KEY = f"arn:aws:kms:{HOME}:{ACCOUNT}:key/k1"
BLOCKED = dict.fromkeys(bucket_pages.BLOCKS, True)
KMS = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "alias/data"}
METADATA = {"KeyId": "k1", "Arn": KEY, "KeyManager": "CUSTOMER", "Origin": "AWS_KMS", "KeyState": "Enabled"}
NOTHING = {
    "ServerSideEncryptionConfiguration": {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]}
}
ASKED = Answer("s3", "GetBucketLifecycleConfiguration", ACCOUNT, HOME, COLLECTED_AT, "ok", (), {})
SUB_CALLS = (
    ("GetBucketReplication", "ReplicationConfigurationNotFoundError"),
    ("GetBucketLogging", {}),
    ("GetBucketVersioning", {}),
    ("GetBucketLifecycleConfiguration", "NoSuchLifecycleConfiguration"),
    ("GetObjectLockConfiguration", "ObjectLockConfigurationNotFoundError"),
    ("GetPublicAccessBlock", "NoSuchPublicAccessBlockConfiguration"),
    ("GetBucketEncryption", NOTHING),
)


@pytest.fixture(name="stubs")
def _stubs(monkeypatch):
    return Stubs(monkeypatch)


def listed(stubs: Stubs, *buckets: dict[str, Any], account: Any = "NoSuchPublicAccessBlockConfiguration") -> None:
    stubs.answer("s3", "ListBuckets", {"Buckets": list(buckets), "Owner": {"DisplayName": "jo", "ID": "f00"}})
    said(stubs, "GetPublicAccessBlock", account, service="s3control")


def said(stubs: Stubs, call: str, response: Any, *, service: str = "s3", region: str = HOME) -> None:
    """Answer with an object, or refuse with the code of an error."""
    if isinstance(response, str):
        stubs.refuse(service, call, response, region)
    else:
        stubs.answer(service, call, response, region=region)


def about(stubs: Stubs, *, region: str = HOME, **changed: Any) -> None:
    """Answer everything that is asked of one bucket: nothing is set, but what ``changed`` says of a call."""
    for call, response in SUB_CALLS:
        said(stubs, call, changed.get(call, response), region=region)


def collected(stubs: Stubs, tmp_path: Any, **options: Any) -> Any:
    return rows_of(COLLECTOR, {"access_points": False} | options, tmp_path, stubs)


def test_a_bucket_with_nothing_set_is_a_store_that_is_open_and_keeps_for_ever(stubs, tmp_path):
    listed(stubs, {"Name": "data", "BucketRegion": HOME})
    about(stubs)
    found = collected(stubs, tmp_path)
    assert resources(found) == {ARN: ("store", "AWS::S3::Bucket", HOME, None)}
    assert links(found) == set()
    assert rules(found) == {(ARN, "lifecycle", "", None)}
    assert states(found, ARN) == {
        "encrypted": True,
        "key_manager": "aws_owned",
        "public_blocked": False,
        "versioned": False,
        "lock_days": 0,
    }
    assert set(answers(found).values()) == {"ok"}
    assert {row["records"] for row in found["source_answers"] if row["call"] == "GetBucketReplication"} == {0}
    assert "jo" not in str(found)


@pytest.mark.parametrize(("constraint", "region"), [("EU", "eu-west-1"), ("eu-south-1", "eu-south-1")])
def test_a_bucket_whose_listing_names_no_region_is_asked_for_it(stubs, tmp_path, constraint, region):
    listed(stubs, {"Name": "data"})
    stubs.answer("s3", "GetBucketLocation", {"LocationConstraint": constraint})
    about(stubs, region=region)
    found = collected(stubs, tmp_path)
    assert resources(found)[ARN][2] == region
    [row] = found["resource_protection"]
    assert row["region"] == region


def test_a_bucket_without_a_constraint_lies_in_the_first_region():
    assert bucket_pages.location(ASKED, [Page("page", {"LocationConstraint": None})]) == ["us-east-1"]
    assert bucket_pages.location(ASKED, []) == []


def test_a_bucket_that_cannot_be_located_has_an_empty_region_and_is_asked_at_home(stubs, tmp_path):
    listed(stubs, {"Name": "data"})
    stubs.refuse("s3", "GetBucketLocation", "AccessDenied", status=403)
    about(stubs)
    found = collected(stubs, tmp_path)
    assert resources(found)[ARN][2] == ""
    assert answers(found)["GetBucketLocation", ARN] == "denied"


def test_replication_is_followed_to_buckets_of_the_account_and_of_others(stubs, tmp_path):
    rule = {"Status": "Enabled", "Destination": {"Bucket": "arn:aws:s3:::copy"}}
    foreign = {"Status": "Disabled", "Destination": {"Bucket": "arn:aws:s3:::theirs", "Account": OTHER}}
    hidden = {"Status": "Enabled", "Destination": {"Bucket": "arn:aws:s3:::hidden", "Account": OTHER}}
    listed(stubs, {"Name": "copy", "BucketRegion": "us-east-1"}, {"Name": "data", "BucketRegion": HOME})
    about(stubs, region="us-east-1")
    stubs.answer(
        "s3", "GetBucketReplication", {"ReplicationConfiguration": {"Role": "r", "Rules": [rule, foreign, hidden]}}
    )
    stubs.answer("s3", "GetBucketLocation", {"LocationConstraint": "eu-west-3"}, {"Bucket": "theirs"})
    stubs.refuse("s3", "GetBucketLocation", "AccessDenied", status=403)
    for call, response in SUB_CALLS[1:]:
        said(stubs, call, response)
    found = collected(stubs, tmp_path)
    assert links(found) == {
        (ARN, "replication", "arn:aws:s3:::copy", ACCOUNT, "us-east-1", True),
        (ARN, "replication", "arn:aws:s3:::theirs", OTHER, "eu-west-3", False),
        (ARN, "replication", "arn:aws:s3:::hidden", OTHER, None, True),
    }
    assert answers(found)["GetBucketLocation", "arn:aws:s3:::hidden"] == "denied"
    assert answers(found)["GetBucketReplication", "arn:aws:s3:::copy"] == "ok"


@pytest.mark.parametrize("call", [call for call, _ in SUB_CALLS])
def test_access_denied_on_one_call_is_told_from_nothing_being_set(stubs, tmp_path, call):
    listed(stubs, {"Name": "data", "BucketRegion": HOME})
    about(stubs, **{call: "AccessDenied"})
    found = collected(stubs, tmp_path)
    statuses = answers(found)
    assert statuses.pop((call, ARN)) == "denied"
    assert set(statuses.values()) == {"ok"}
    assert calls(found)[HOME, call] == "denied"
    known = states(found, ARN)
    lost = {
        "GetBucketVersioning": {"versioned"},
        "GetObjectLockConfiguration": {"lock_days"},
        "GetPublicAccessBlock": {"public_blocked"},
        "GetBucketEncryption": {"encrypted", "key_manager"},
    }
    assert {"encrypted", "key_manager", "lock_days", "public_blocked", "versioned"} - set(known) == lost.get(
        call, set()
    )
    unknown = {"GetBucketVersioning", "GetBucketLifecycleConfiguration"}
    assert bool(rules(found)) == (call not in unknown)


def test_throttling_that_does_not_end_is_no_answer_and_no_rule(stubs, tmp_path, monkeypatch):
    monkeypatch.setattr("auditor_collectors.aws.live.ROUNDS", 1)
    listed(stubs, {"Name": "data", "BucketRegion": HOME})
    about(stubs, GetBucketLifecycleConfiguration="SlowDown")
    found = collected(stubs, tmp_path)
    assert answers(found)["GetBucketLifecycleConfiguration", ARN] == "throttled"
    assert rules(found) == set()


def test_what_a_refused_listing_would_have_listed_is_not_there_and_said(stubs, tmp_path):
    stubs.refuse("s3", "ListBuckets", "AccessDenied", status=403)
    said(stubs, "GetPublicAccessBlock", {"PublicAccessBlockConfiguration": BLOCKED}, service="s3control")
    found = collected(stubs, tmp_path)
    assert "resources" not in found
    assert answers(found) == {("ListBuckets", ""): "denied", ("GetPublicAccessBlock", ACCOUNT): "ok"}


@pytest.mark.parametrize(
    ("bucket", "account", "blocked"),
    [
        ({"PublicAccessBlockConfiguration": BLOCKED}, "AccessDenied", True),
        ("AccessDenied", {"PublicAccessBlockConfiguration": BLOCKED}, True),
        (
            {"PublicAccessBlockConfiguration": {"BlockPublicAcls": True, "IgnorePublicAcls": True}},
            {"PublicAccessBlockConfiguration": {"BlockPublicPolicy": True, "RestrictPublicBuckets": True}},
            True,
        ),
        ({"PublicAccessBlockConfiguration": BLOCKED | {"BlockPublicPolicy": False}}, "AccessDenied", None),
        (
            {"PublicAccessBlockConfiguration": BLOCKED | {"BlockPublicPolicy": False}},
            "NoSuchPublicAccessBlockConfiguration",
            False,
        ),
    ],
)
def test_what_bucket_and_account_block_counts_together(stubs, tmp_path, bucket, account, blocked):
    listed(stubs, {"Name": "data", "BucketRegion": HOME}, account=account)
    about(stubs, GetPublicAccessBlock=bucket)
    assert states(collected(stubs, tmp_path), ARN).get("public_blocked") is blocked


def test_a_bucket_tells_its_class_lock_key_versions_and_log(stubs, tmp_path):
    listed(stubs, {"Name": "data", "BucketRegion": HOME}, {"Name": "logs", "BucketRegion": HOME})
    stubs.answer("s3", "GetBucketTagging", {"TagSet": [{"Key": "Class", "Value": "personal"}]})
    encryption = {"ServerSideEncryptionConfiguration": {"Rules": [{"ApplyServerSideEncryptionByDefault": KMS}]}}
    lock = {"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": {"Mode": "COMPLIANCE", "Years": 1}}}
    about(
        stubs,
        GetBucketLogging={"LoggingEnabled": {"TargetBucket": "logs", "TargetPrefix": ""}},
        GetBucketVersioning={"Status": "Suspended"},
        GetObjectLockConfiguration={"ObjectLockConfiguration": lock},
        GetBucketEncryption=encryption,
    )
    stubs.answer("kms", "DescribeKey", {"KeyMetadata": METADATA}, {"KeyId": "alias/data"})
    stubs.refuse("s3", "GetBucketTagging", "NoSuchTagSet")
    about(stubs)
    found = collected(stubs, tmp_path, data_class_tag="Class")
    assert resources(found)[ARN][3] == "personal"
    assert resources(found)["arn:aws:s3:::logs"][3] is None
    assert links(found) == {
        (ARN, "log_destination", "arn:aws:s3:::logs", ACCOUNT, HOME, True),
        (ARN, "key", KEY, ACCOUNT, HOME, True),
    }
    assert states(found, ARN) == {
        "encrypted": True,
        "key_arn": KEY,
        "key_manager": "customer",
        "public_blocked": False,
        "versioned": True,
        "lock_days": 365,
    }


def test_a_key_that_does_not_answer_is_nobodys(stubs, tmp_path):
    far = f"arn:aws:kms:{HOME}:{OTHER}:key/k9"
    listed(stubs, {"Name": "data", "BucketRegion": HOME})
    rule = {"ApplyServerSideEncryptionByDefault": KMS | {"KMSMasterKeyID": far}}
    about(stubs, GetBucketEncryption={"ServerSideEncryptionConfiguration": {"Rules": [rule]}})
    stubs.refuse("kms", "DescribeKey", "AccessDeniedException")
    found = collected(stubs, tmp_path)
    assert "key_manager" not in states(found, ARN)
    assert links(found) == {(ARN, "key", far, OTHER, HOME, True)}
    assert answers(found)["DescribeKey", far] == "denied"


def test_a_multi_region_access_point_links_a_bucket_to_the_others(stubs, tmp_path):
    point = {
        "Name": "mrap",
        "Regions": [
            {"Bucket": "data", "Region": HOME, "BucketAccountId": ACCOUNT},
            {"Bucket": "far", "Region": "us-east-1", "BucketAccountId": OTHER},
        ],
    }
    listed(stubs, {"Name": "data", "BucketRegion": HOME})
    about(stubs)
    stubs.answer("s3control", "ListMultiRegionAccessPoints", {"AccessPoints": [point]}, region="us-west-2")
    found = rows_of(COLLECTOR, {}, tmp_path, stubs)
    assert links(found) == {(ARN, "access_point", "mrap arn:aws:s3:::far", OTHER, "us-east-1", True)}


def kept(*rules_: dict[str, Any], versioned: bool = False) -> dict[str, int | None]:
    page = Page("page", {"Rules": [{"Status": "Enabled"} | one for one in rules_]})
    return dict(lifecycle_pages.retention(lifecycle_pages.expiries(ASKED, [page]), versioned=versioned))


ALL = {"Filter": {"Prefix": ""}}
LATER = {"NoncurrentVersionExpiration": {"NoncurrentDays": 30}}


@pytest.mark.parametrize(
    ("rules_", "versioned", "expected"),
    [
        ([], False, {"": None}),
        ([ALL | {"Expiration": {"Days": 90}}], False, {"": 90}),
        ([ALL | {"Expiration": {"Days": 90}, "Status": "Disabled"}], False, {"": None}),
        ([ALL | {"Expiration": {"Days": 90}}], True, {"": None}),
        ([ALL | {"Expiration": {"Days": 90}} | LATER], True, {"": 120}),
        ([ALL | {"Expiration": {"Days": 90}}, ALL | LATER], True, {"": 120}),
        ([{"Prefix": "a/", "Expiration": {"Days": 7}}, ALL | LATER], True, {"": None, "a/": 37}),
        ([{"Filter": {"Prefix": "a/"}, "Expiration": {"Days": 7}}], False, {"": None, "a/": 7}),
        ([ALL | {"Expiration": {"Days": 9}}, ALL | {"Expiration": {"Days": 5}}], False, {"": 5}),
        ([ALL | {"Expiration": {"ExpiredObjectDeleteMarker": True}}], False, {"": None}),
        ([ALL | {"Transitions": [{"Days": 30, "StorageClass": "GLACIER"}]}], False, {"": None}),
        ([ALL | {"Expiration": {"Date": "2025-01-24T12:00:00Z"}}], False, {"": 10}),
        ([ALL | {"Expiration": {"Date": "2024-01-24T12:00:00Z"}}], False, {"": 0}),
        (
            [
                ALL
                | {"Expiration": {"Days": 90}}
                | {"NoncurrentVersionExpiration": {"NoncurrentDays": 30, "NewerNoncurrentVersions": 3}}
            ],
            True,
            {"": None},
        ),
        (
            [{"ID": "t", "Filter": {"Tag": {"Key": "k", "Value": "v"}}, "Expiration": {"Days": 7}}],
            False,
            {"": None, " (t)": 7},
        ),
        (
            [{"ID": "t", "Filter": {"And": {"Prefix": "a/", "ObjectSizeLessThan": 5}}, "Expiration": {"Days": 7}}],
            False,
            {"": None, "a/ (t)": 7},
        ),
    ],
)
def test_a_rule_deletes_what_it_deletes_and_nothing_more(rules_, versioned, expected):
    assert kept(*rules_, versioned=versioned) == expected


@pytest.mark.parametrize(
    ("read", "document", "message"),
    [
        (bucket_pages.replication, {"ReplicationConfiguration": {"Rules": [{"Status": "Enabled"}]}}, "'Destination'"),
        (bucket_pages.replication, {"ReplicationConfiguration": {"Rules": ["r"]}}, "Rules 1: found 'r'"),
        (bucket_pages.versioning, {"Status": "On"}, "'Status': found 'On'"),
        (bucket_pages.lock, {"ObjectLockConfiguration": []}, "'ObjectLockConfiguration'"),
        (bucket_pages.buckets, {"Buckets": [{"Name": None}]}, "'Name'"),
        (lifecycle_pages.expiries, {"Rules": [{"Status": "enabled"}]}, "'Status'"),
    ],
)
def test_a_page_that_is_not_understood_is_refused(read, document, message):
    with pytest.raises(CollectionError) as refused:
        read(ASKED, [Page("page", document)])
    assert message in str(refused.value)


def test_a_lock_that_somebody_may_lift_protects_for_no_day():
    def days(**retention: Any) -> list[int]:
        stated = {"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": retention}}
        return bucket_pages.lock(ASKED, [Page("page", {"ObjectLockConfiguration": stated})])

    assert days(Mode="GOVERNANCE", Days=400) == [0]
    assert days(Mode="COMPLIANCE", Days=400) == [400]
    assert bucket_pages.lock(ASKED, [Page("page", {"ObjectLockConfiguration": {"ObjectLockEnabled": "Enabled"}})]) == [
        0
    ]

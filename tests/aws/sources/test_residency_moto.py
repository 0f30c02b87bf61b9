"""Sources of residency asked of moto over HTTP, where it answers as AWS does, and what it answers otherwise."""

from __future__ import annotations

from typing import Any

import boto3
import pytest

from auditor_collectors.aws.sources.buckets import BucketsCollector
from auditor_collectors.aws.sources.databases import DatabasesCollector
from auditor_collectors.aws.sources.keys import KeysCollector
from auditor_collectors.aws.sources.logs import LogsCollector
from auditor_collectors.aws.sources.organizations import OrganizationCollector
from auditor_collectors.aws.sources.tables import TablesCollector
from aws.sources.asked import answers, links, resources, rules, states
from aws.stubbed import rows_of
from s3 import CREDENTIALS, s3_server

ACCOUNT = "123456789012"
HOME, FAR = "eu-central-1", "us-east-1"


@pytest.fixture(name="endpoint", scope="module")
def _endpoint():
    with pytest.MonkeyPatch.context() as patch, s3_server() as address:
        for name, value in CREDENTIALS.items():
            patch.setenv(name, value)
        patch.setattr("auditor_collectors.aws.live.ATTEMPTS", 1)  # what moto has not, it has not the second time either
        patch.setattr("auditor_collectors.aws.live.ROUNDS", 1)
        yield address


@pytest.fixture(name="client")
def _client(endpoint):
    reset(endpoint)
    return lambda service, region=HOME: boto3.client(service, endpoint_url=endpoint, region_name=region)


def reset(endpoint: str) -> None:
    import urllib.request

    with urllib.request.urlopen(urllib.request.Request(f"{endpoint}/moto-api/reset", method="POST")) as answer:  # noqa: S310
        assert answer.status == 200


def collected(collector: Any, endpoint: str, tmp_path: Any, **options: Any) -> Any:
    wanted = {"accounts": [ACCOUNT], "regions": [HOME], "endpoint_url": endpoint}
    return rows_of(collector, wanted | options, tmp_path)


def make_bucket(s3: Any, name: str, region: str, **more: Any) -> None:
    place = {} if region == FAR else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    s3.create_bucket(Bucket=name, **place, **more)


def test_buckets_are_located_and_followed_to_another_region(client, endpoint, tmp_path):
    s3, far = client("s3"), client("s3", FAR)
    make_bucket(s3, "data", HOME, ObjectLockEnabledForBucket=True)
    make_bucket(far, "copy", FAR)
    far.put_bucket_versioning(Bucket="copy", VersioningConfiguration={"Status": "Enabled"})
    destination = {"Bucket": "arn:aws:s3:::copy"}
    rule = {"ID": "r", "Priority": 1, "Status": "Enabled", "Filter": {}, "Destination": destination}
    rule |= {"DeleteMarkerReplication": {"Status": "Disabled"}}
    s3.put_bucket_replication(
        Bucket="data", ReplicationConfiguration={"Role": "arn:aws:iam::1:role/r", "Rules": [rule]}
    )
    lock = {"Mode": "COMPLIANCE", "Days": 200}
    s3.put_object_lock_configuration(
        Bucket="data", ObjectLockConfiguration={"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": lock}}
    )
    sealed = {"SSEAlgorithm": "aws:kms"}
    s3.put_bucket_encryption(
        Bucket="data",
        ServerSideEncryptionConfiguration={"Rules": [{"ApplyServerSideEncryptionByDefault": sealed}]},
    )
    expiry = {"ID": "e", "Status": "Enabled", "Filter": {"Prefix": "a/"}, "Expiration": {"Days": 90}}
    far.put_bucket_lifecycle_configuration(Bucket="copy", LifecycleConfiguration={"Rules": [expiry]})
    s3.put_bucket_tagging(Bucket="data", Tagging={"TagSet": [{"Key": "Class", "Value": "personal"}]})
    found = collected(BucketsCollector(), endpoint, tmp_path, data_class_tag="Class", access_points=False)
    assert resources(found) == {
        "arn:aws:s3:::copy": ("store", "AWS::S3::Bucket", FAR, None),
        "arn:aws:s3:::data": ("store", "AWS::S3::Bucket", HOME, "personal"),
    }
    assert links(found) == {("arn:aws:s3:::data", "replication", "arn:aws:s3:::copy", ACCOUNT, FAR, True)}
    assert states(found, "arn:aws:s3:::data") == {
        "encrypted": True,
        "key_manager": "aws_managed",
        "public_blocked": False,
        "versioned": True,
        "lock_days": 200,
    }
    assert rules(found) == {
        ("arn:aws:s3:::data", "lifecycle", "", None),
        ("arn:aws:s3:::copy", "lifecycle", "", None),
        ("arn:aws:s3:::copy", "lifecycle", "a/", None),
    }
    assert set(answers(found).values()) == {"ok"}


def test_trap_10_moto_has_buckets_without_region_and_encryption_and_they_are_told_as_it_answers(
    client, endpoint, tmp_path
):
    make_bucket(client("s3"), "plain", HOME)
    assert "BucketRegion" not in client("s3").list_buckets()["Buckets"][0]
    found = collected(BucketsCollector(), endpoint, tmp_path, access_points=False)
    assert answers(found)["GetBucketLocation", "arn:aws:s3:::plain"] == "ok"
    assert states(found, "arn:aws:s3:::plain")["encrypted"] is False


def test_trap_10_moto_loses_replicas_of_tables_so_none_is_proved_by_it(client, endpoint, tmp_path):
    dynamodb = client("dynamodb")
    dynamodb.create_table(
        TableName="t",
        AttributeDefinitions=[{"AttributeName": "k", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "k", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    dynamodb.update_table(TableName="t", ReplicaUpdates=[{"Create": {"RegionName": FAR}}])
    found = collected(TablesCollector(), endpoint, tmp_path)
    arn = f"arn:aws:dynamodb:{HOME}:{ACCOUNT}:table/t"
    assert resources(found)[arn][:2] == ("store", "AWS::DynamoDB::Table")
    assert links(found) == set()
    assert rules(found) == {(arn, "time_to_live", "", None)}
    assert states(found, arn)["point_in_time"] is False


def test_keys_of_several_regions_name_each_other(client, endpoint, tmp_path):
    kms = client("kms")
    several = kms.create_key(MultiRegion=True)["KeyMetadata"]
    copy = kms.replicate_key(KeyId=several["KeyId"], ReplicaRegion=FAR)["ReplicaKeyMetadata"]
    single = kms.create_key()["KeyMetadata"]
    kms.enable_key_rotation(KeyId=single["KeyId"])
    found = collected(KeysCollector(), endpoint, tmp_path, regions=[HOME, FAR])
    assert set(resources(found)) == {several["Arn"], copy["Arn"], single["Arn"]}
    assert links(found) == {
        (several["Arn"], "key_replica", copy["Arn"], ACCOUNT, FAR, True),
        (copy["Arn"], "key_replica", several["Arn"], ACCOUNT, HOME, True),
    }
    known = {"key_manager": "customer", "origin": "AWS_KMS", "state": "Enabled"}
    assert states(found, single["Arn"]) == known | {"rotated": True}
    assert states(found, several["Arn"]) == known | {"rotated": False}


def test_databases_and_what_is_kept_of_them(client, endpoint, tmp_path):
    rds = client("rds")
    key = client("kms").create_key()["KeyMetadata"]["Arn"]
    made = {"Engine": "postgres", "DBInstanceClass": "db.t3.micro", "AllocatedStorage": 10}
    secret = {"MasterUsername": "who", "MasterUserPassword": "what-is-secret"}
    one = rds.create_db_instance(
        DBInstanceIdentifier="one",
        **made,
        **secret,
        StorageEncrypted=True,
        KmsKeyId=key,
        BackupRetentionPeriod=7,
        PubliclyAccessible=False,
        Tags=[{"Key": "Class", "Value": "personal"}],
    )["DBInstance"]
    snapshot = rds.create_db_snapshot(DBSnapshotIdentifier="kept", DBInstanceIdentifier="one")["DBSnapshot"]
    rds.modify_db_snapshot_attribute(
        DBSnapshotIdentifier="kept", AttributeName="restore", ValuesToAdd=["444455556666", "all"]
    )
    found = collected(DatabasesCollector(), endpoint, tmp_path, data_class_tag="Class")
    arn, kept = one["DBInstanceArn"], snapshot["DBSnapshotArn"]
    assert resources(found)[arn] == ("store", "AWS::RDS::DBInstance", HOME, "personal")
    assert resources(found)[kept][:3] == ("backup", "AWS::RDS::DBSnapshot", HOME)
    assert {one for one in links(found) if one[0] == kept and one[1] == "snapshot_share"} == {
        (kept, "snapshot_share", "444455556666", "444455556666", HOME, True),
        (kept, "snapshot_share", "all", None, "", True),
    }
    assert (arn, "key", key, ACCOUNT, HOME, True) in links(found)
    assert states(found, arn) == {
        "encrypted": True,
        "key_arn": key,
        "key_manager": "customer",
        "public_blocked": True,
        "point_in_time": True,
    }
    assert {(arn, "lifecycle", "", None), (kept, "backup", "", None)} <= rules(found)
    assert "what-is-secret" not in str(found)
    assert not any(b"who" in page.read_bytes() for page in (tmp_path / "work").rglob("pages/*.json"))


def test_log_groups_keep_what_they_say(client, endpoint, tmp_path):
    logs = client("logs")
    for name, days in (("/a", 180), ("/b", None)):
        logs.create_log_group(logGroupName=name)
        if days:
            logs.put_retention_policy(logGroupName=name, retentionInDays=days)
    found = collected(LogsCollector(), endpoint, tmp_path)
    arn = f"arn:aws:logs:{HOME}:{ACCOUNT}:log-group:"
    assert rules(found) == {(f"{arn}/a", "log_group", "", 180), (f"{arn}/b", "log_group", "", None)}
    assert resources(found)[f"{arn}/a"] == ("log", "AWS::Logs::LogGroup", HOME, None)


def test_an_organization_s_policies_that_bound_regions(client, endpoint, tmp_path):
    import json

    organizations = client("organizations")
    organizations.create_organization(FeatureSet="ALL")
    root = organizations.list_roots()["Roots"][0]["Id"]
    organizations.enable_policy_type(RootId=root, PolicyType="SERVICE_CONTROL_POLICY")
    statement = {
        "Effect": "Deny",
        "NotAction": ["iam:*", "sts:*"],
        "Resource": "*",
        "Condition": {"StringNotEquals": {"aws:RequestedRegion": ["eu-west-1", "eu-central-1"]}},
    }
    content = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    policy = organizations.create_policy(
        Content=content, Description="d", Name="regions", Type="SERVICE_CONTROL_POLICY"
    )["Policy"]["PolicySummary"]["Id"]
    organizations.attach_policy(PolicyId=policy, TargetId=root)
    found = collected(OrganizationCollector(), endpoint, tmp_path)
    [row] = found["region_policies"]
    assert (row["policy"], row["target"], row["allowed"]) == (policy, root, "eu-central-1,eu-west-1")
    assert (row["covers_bedrock"], row["denies_unspecified"], row["exempts"]) == (True, True, False)

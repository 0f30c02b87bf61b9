"""Databases of RDS: their replicas, global clusters, replicated backups, shares and exports."""

from __future__ import annotations

from typing import Any

import pytest

from auditor.errors import CollectionError
from auditor_collectors.answers import Answer, Page
from auditor_collectors.aws.sources import database_pages
from auditor_collectors.aws.sources.databases import DatabasesCollector
from aws.sources.asked import answers, calls, links, resources, rules, states
from aws.stubbed import ACCOUNT, COLLECTED_AT, HOME, Stubs, rows_of

COLLECTOR = DatabasesCollector()
OTHER = "444455556666"
LISTINGS = (
    ("DescribeDBInstances", "DBInstances"),
    ("DescribeDBClusters", "DBClusters"),
    ("DescribeDBInstanceAutomatedBackups", "DBInstanceAutomatedBackups"),
    ("DescribeDBClusterAutomatedBackups", "DBClusterAutomatedBackups"),
    ("DescribeDBSnapshots", "DBSnapshots"),
    ("DescribeDBClusterSnapshots", "DBClusterSnapshots"),
    ("DescribeGlobalClusters", "GlobalClusters"),
    ("DescribeExportTasks", "ExportTasks"),
)
FAULTS = [("AccessDenied", "denied"), ("Throttling", "throttled"), ("OptInRequired", "unknown_region")]


@pytest.fixture(name="stubs")
def _stubs(monkeypatch):
    return Stubs(monkeypatch)


def arn(kind: str, name: str, region: str = HOME) -> str:
    return f"arn:aws:rds:{region}:{ACCOUNT}:{kind}:{name}"


def listed(stubs: Stubs, after: dict[str, Any] | None = None, **found: Any) -> None:
    """Answer every listing: with what ``found`` says of it, else with nothing; ``after`` one comes another call."""
    for call, key in LISTINGS:
        response = found.get(key, [])
        if isinstance(response, str):
            stubs.refuse("rds", call, response)
        else:
            stubs.answer("rds", call, {key: response})
        for name, said in (after or {}).get(key, {}).items():
            stubs.answer("rds", name, said)


def test_replicas_lie_where_their_names_say(stubs, tmp_path):
    far = arn("db", "far", "us-east-1")
    source = {
        "DBInstanceArn": arn("db", "one"),
        "StorageEncrypted": False,
        "PubliclyAccessible": True,
        "BackupRetentionPeriod": 0,
        "ReadReplicaDBInstanceIdentifiers": ["near", far],
    }
    near = {"DBInstanceArn": arn("db", "near"), "ReadReplicaSourceDBInstanceIdentifier": "one"}
    listed(stubs, DBInstances=[source, near])
    found = rows_of(COLLECTOR, {}, tmp_path, stubs)
    assert {one: kind for one, (kind, *_) in resources(found).items()} == {
        arn("db", "one"): "store",
        arn("db", "near"): "replica",
    }
    assert links(found) == {
        (arn("db", "one"), "replica", "near", ACCOUNT, HOME, True),
        (arn("db", "one"), "replica", far, ACCOUNT, "us-east-1", True),
    }
    assert states(found, arn("db", "one")) == {
        "encrypted": False,
        "key_manager": "none",
        "public_blocked": False,
        "point_in_time": False,
    }
    assert states(found, arn("db", "near")) == {}


def test_clusters_are_linked_to_the_others_of_their_global_cluster(stubs, tmp_path):
    own, far = arn("cluster", "own"), arn("cluster", "far", "us-west-2")
    members = [{"DBClusterArn": own, "IsWriter": True}, {"DBClusterArn": far, "IsWriter": False}]
    cluster = {"DBClusterArn": own, "StorageEncrypted": False, "StorageEncryptionType": "sse-rds"}
    listed(
        stubs,
        DBClusters=[cluster],
        GlobalClusters=[{"GlobalClusterIdentifier": "g", "GlobalClusterMembers": members}],
    )
    found = rows_of(COLLECTOR, {}, tmp_path, stubs)
    assert links(found) == {(own, "global_member", far, ACCOUNT, "us-west-2", True)}
    assert states(found, own) == {"encrypted": True, "key_manager": "aws_owned"}


def test_backups_are_followed_to_other_regions_and_replicated_ones_lie_where_they_are_listed(stubs, tmp_path):
    far = arn("auto-backup", "ab-2", "eu-west-1")
    instance = {
        "DBInstanceArn": arn("db", "one"),
        "BackupRetentionPeriod": 7,
        "DBInstanceAutomatedBackupsReplications": [{"DBInstanceAutomatedBackupsArn": far}],
    }
    kept = {
        "DBInstanceIdentifier": "one",
        "DbiResourceId": "db-1",
        "DBInstanceAutomatedBackupsArn": arn("auto-backup", "ab-1"),
        "BackupRetentionPeriod": 7,
        "Encrypted": False,
    }
    of_cluster = {"DBClusterIdentifier": "c", "DbClusterResourceId": "c-1"}
    listed(stubs, DBInstances=[instance], DBInstanceAutomatedBackups=[kept], DBClusterAutomatedBackups=[of_cluster])
    found = rows_of(COLLECTOR, {}, tmp_path, stubs)
    assert links(found) == {(arn("db", "one"), "backup_copy", far, ACCOUNT, "eu-west-1", True)}
    # Seven days of backups are no bound to what the database itself keeps.
    assert rules(found) == {(arn("db", "one"), "lifecycle", "", None), (arn("auto-backup", "ab-1"), "backup", "", 7)}
    assert {one for one, (kind, *_) in resources(found).items() if kind == "backup"} == {
        arn("auto-backup", "ab-1"),
        arn("auto-backup", "c"),
    }


def test_shares_of_snapshots_are_asked_of_those_that_can_be_shared(stubs, tmp_path):
    manual = {"DBSnapshotIdentifier": "m", "DBSnapshotArn": arn("snapshot", "m"), "SnapshotType": "manual"}
    automated = {"DBSnapshotIdentifier": "a", "DBSnapshotArn": arn("snapshot", "a"), "SnapshotType": "automated"}
    of_cluster = {
        "DBClusterSnapshotIdentifier": "c",
        "DBClusterSnapshotArn": arn("cluster-snapshot", "c"),
        "SnapshotType": "manual",
    }
    whom = {"AttributeName": "restore", "AttributeValues": [OTHER]}
    everybody = {"AttributeName": "restore", "AttributeValues": ["all"]}
    after = {
        "DBSnapshots": {
            "DescribeDBSnapshotAttributes": {"DBSnapshotAttributesResult": {"DBSnapshotAttributes": [whom]}}
        },
        "DBClusterSnapshots": {
            "DescribeDBClusterSnapshotAttributes": {
                "DBClusterSnapshotAttributesResult": {"DBClusterSnapshotAttributes": [everybody]}
            }
        },
    }
    listed(stubs, after, DBSnapshots=[manual, automated], DBClusterSnapshots=[of_cluster])
    found = rows_of(COLLECTOR, {}, tmp_path, stubs)
    assert links(found) == {
        (arn("snapshot", "m"), "snapshot_share", OTHER, OTHER, HOME, True),
        (arn("cluster-snapshot", "c"), "snapshot_share", "all", None, "", True),
    }
    assert rules(found) == {
        (arn("snapshot", "m"), "backup", "", None),
        (arn("cluster-snapshot", "c"), "backup", "", None),
    }


def test_exports_are_followed_to_their_buckets(stubs, tmp_path):
    snapshot = arn("snapshot", "m")
    done = {"ExportTaskIdentifier": "1", "SourceArn": snapshot, "S3Bucket": "out", "Status": "COMPLETE"}
    failed = done | {"ExportTaskIdentifier": "2", "S3Bucket": "never", "Status": "FAILED"}
    listed(stubs, ExportTasks=[done, failed, done | {"ExportTaskIdentifier": "3"}])
    stubs.answer("s3", "GetBucketLocation", {"LocationConstraint": "ap-southeast-2"}, {"Bucket": "out"})
    found = rows_of(COLLECTOR, {}, tmp_path, stubs)
    assert links(found) == {(snapshot, "export", "arn:aws:s3:::out", None, "ap-southeast-2", True)}


@pytest.mark.parametrize(("call", "key"), LISTINGS)
@pytest.mark.parametrize(("code", "status"), FAULTS)
def test_a_listing_that_is_refused_is_told_from_an_empty_one(stubs, tmp_path, monkeypatch, call, key, code, status):
    monkeypatch.setattr("auditor_collectors.aws.live.ROUNDS", 1)
    listed(stubs, **{key: code})
    found = rows_of(COLLECTOR, {}, tmp_path, stubs)
    statuses = answers(found)
    assert statuses.pop((call, "")) == status
    assert set(statuses.values()) == {"ok"}
    assert calls(found)[HOME, call] == status


def test_a_share_that_is_not_told_is_no_share_and_said(stubs, tmp_path):
    manual = {"DBSnapshotIdentifier": "m", "DBSnapshotArn": arn("snapshot", "m"), "SnapshotType": "manual"}
    for call, key in LISTINGS:
        stubs.answer("rds", call, {key: [manual] if key == "DBSnapshots" else []})
        if key == "DBSnapshots":
            stubs.refuse("rds", "DescribeDBSnapshotAttributes", "AccessDenied")
    found = rows_of(COLLECTOR, {}, tmp_path, stubs)
    assert links(found) == set()
    assert answers(found)["DescribeDBSnapshotAttributes", arn("snapshot", "m")] == "denied"


@pytest.mark.parametrize(
    ("read", "document", "message"),
    [
        (database_pages.instances, {"DBInstances": [{"StorageEncrypted": True}]}, "'DBInstanceArn'"),
        (database_pages.instances, {"DBInstances": [{"DBInstanceArn": "a", "StorageEncrypted": "no"}]}, "'no'"),
        (database_pages.clusters, {}, "'DBClusters'"),
        (database_pages.snapshots, {"DBSnapshots": [{"DBSnapshotArn": "a"}]}, "'DBSnapshotIdentifier'"),
        (database_pages.global_members, {"GlobalClusters": [{"GlobalClusterMembers": [1]}]}, "found 1"),
    ],
)
def test_a_page_that_is_not_understood_is_refused(read, document, message):
    asked = Answer("rds", "DescribeDBInstances", ACCOUNT, HOME, COLLECTED_AT, "ok", (), {})
    with pytest.raises(CollectionError) as refused:
        read(asked, [Page("page", document)])
    assert message in str(refused.value)

"""Pages of RDS: databases, clusters, backups, snapshots, with whom they are shared and where they are copied to.

Rules kept here: what is named by an ARN lies where that says, what is named by an id lies beside what names it; the
names of users and hosts are not read. RDS also lists the clusters of Neptune and DocumentDB: they are databases too.
Source: https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_Operations.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from auditor_collectors.aws import arns
from auditor_collectors.aws.operation import Place
from auditor_collectors.aws.sources.members import an_object, within
from auditor_collectors.aws.sources.stores import tag
from auditor_collectors.jsonlines import member
from auditor_collectors.page_members import entries, name, strings
from auditor_collectors.values import boolean, count, optional

if TYPE_CHECKING:
    from collections.abc import Sequence

    from auditor_collectors.answers import Answer, Page

RESTORE = "restore"
MADE_BY_AWS = ("automated", "awsbackup")


class Sealed(NamedTuple):
    """How something is encrypted: by ``key``, or by one of RDS itself (``by_service``)."""

    encrypted: bool | None
    key: str | None
    by_service: bool


class Database(NamedTuple):
    """An instance or a cluster; ``copies`` are its read replicas, ``replicated`` its backups in other regions."""

    arn: str
    replica: bool
    sealed: Sealed
    public: bool | None
    backup_days: int | None
    copies: tuple[str, ...]
    replicated: tuple[str, ...]
    tags: dict[str, str]


class Kept(NamedTuple):
    """A snapshot, or the automated backups of a database; ``manual``: somebody made it, so nothing deletes it."""

    arn: str
    id: str
    sealed: Sealed
    manual: bool
    days: int | None
    replicated: tuple[str, ...]
    tags: dict[str, str]


class Export(NamedTuple):
    """An export of a snapshot or cluster to a bucket."""

    source: str
    bucket: str


def instances(_answer: Answer, pages: Sequence[Page]) -> list[Database]:
    """Return the instances of a region."""
    return [
        _database(
            where,
            one,
            "DBInstanceArn",
            ("ReadReplicaSourceDBInstanceIdentifier", "ReadReplicaSourceDBClusterIdentifier"),
            ("ReadReplicaDBInstanceIdentifiers", "ReadReplicaDBClusterIdentifiers"),
        )
        for where, one in entries(pages, "DBInstances")
    ]


def clusters(_answer: Answer, pages: Sequence[Page]) -> list[Database]:
    """Return the clusters of a region."""
    return [
        _database(where, one, "DBClusterArn", ("ReplicationSourceIdentifier",), ("ReadReplicaIdentifiers",))
        for where, one in entries(pages, "DBClusters")
    ]


def _database(where: str, one: dict[str, Any], arn: str, sources: tuple[str, ...], copies: tuple[str, ...]) -> Database:
    return Database(
        member(where, one, arn, name),
        any(one.get(source) for source in sources),
        _sealed(where, one, "StorageEncrypted"),
        member(where, one, "PubliclyAccessible", optional(boolean)),
        member(where, one, "BackupRetentionPeriod", optional(count)),
        tuple(copy for key in copies for copy in member(where, one, key, optional(strings)) or []),
        _replicated(where, one),
        _tags(where, one),
    )


def _sealed(where: str, one: dict[str, Any], encrypted: str) -> Sealed:
    by_service = member(where, one, "StorageEncryptionType", optional(name)) == "sse-rds"
    stated = member(where, one, encrypted, optional(boolean))
    return Sealed(True if by_service else stated, member(where, one, "KmsKeyId", optional(name)), by_service)


def automated_backups(answer: Answer, pages: Sequence[Page]) -> list[Kept]:
    """Return the automated backups that lie in a region, also those that were replicated there."""
    return [
        _kept(where, one | _named(where, one, answer, "DBInstance"), "BackupsArn", "BackupsId", "Encrypted")
        for where, one in entries(pages, "DBInstanceAutomatedBackups")
    ]


def cluster_backups(answer: Answer, pages: Sequence[Page]) -> list[Kept]:
    """Return the automated backups of clusters that lie in a region."""
    return [
        _kept(where, one | _named(where, one, answer, "DBCluster"), "BackupsArn", "BackupsId", "StorageEncrypted")
        for where, one in entries(pages, "DBClusterAutomatedBackups")
    ]


def snapshots(_answer: Answer, pages: Sequence[Page]) -> list[Kept]:
    """Return the snapshots of instances of a region."""
    return [
        _kept(where, one, "DBSnapshotArn", "DBSnapshotIdentifier", "Encrypted")
        for where, one in entries(pages, "DBSnapshots")
    ]


def cluster_snapshots(_answer: Answer, pages: Sequence[Page]) -> list[Kept]:
    """Return the snapshots of clusters of a region."""
    return [
        _kept(where, one, "DBClusterSnapshotArn", "DBClusterSnapshotIdentifier", "StorageEncrypted")
        for where, one in entries(pages, "DBClusterSnapshots")
    ]


def _named(where: str, one: dict[str, Any], answer: Answer, kind: str) -> dict[str, Any]:
    """Return the ARN of automated backups; where none is stated, one that names what they are of, beside it."""
    database = member(where, one, f"{kind}Identifier", name)
    beside = arns.local("rds", Place(answer.account, answer.region), f"auto-backup:{database}")
    arn = member(where, one, f"{kind}AutomatedBackupsArn", optional(name)) or beside
    return {"BackupsArn": arn, "BackupsId": database}


def _kept(where: str, one: dict[str, Any], arn: str, identifier: str, encrypted: str) -> Kept:
    return Kept(
        member(where, one, arn, name),
        member(where, one, identifier, name),
        _sealed(where, one, encrypted),
        "SnapshotType" in one and one["SnapshotType"] not in MADE_BY_AWS,
        member(where, one, "BackupRetentionPeriod", optional(count)),
        _replicated(where, one),
        _tags(where, one),
    )


def shared_with(_answer: Answer, pages: Sequence[Page]) -> list[str]:
    """Return the accounts that may restore a snapshot; ``all`` is everybody."""
    found: set[str] = set()
    for page in pages:
        for kind in ("DBSnapshotAttributes", "DBClusterSnapshotAttributes"):
            stated = member(page.where, page.document, f"{kind}Result", optional(an_object)) or {}
            for where, one in within(page.where, stated, kind):
                if member(where, one, "AttributeName", name) == RESTORE:
                    found.update(member(where, one, "AttributeValues", strings))
    return sorted(found)


def global_members(_answer: Answer, pages: Sequence[Page]) -> list[tuple[str, ...]]:
    """Return the ARNs of the clusters of each global cluster."""
    return [
        tuple(member(at, one, "DBClusterArn", name) for at, one in within(where, cluster, "GlobalClusterMembers"))
        for where, cluster in entries(pages, "GlobalClusters")
    ]


def exports(_answer: Answer, pages: Sequence[Page]) -> list[Export]:
    """Return the exports that were made or are being made."""
    return [
        Export(member(where, one, "SourceArn", name), member(where, one, "S3Bucket", name))
        for where, one in entries(pages, "ExportTasks")
        if member(where, one, "Status", name).upper() not in {"FAILED", "CANCELED"}
    ]


def _replicated(where: str, one: dict[str, Any]) -> tuple[str, ...]:
    found = within(where, one, "DBInstanceAutomatedBackupsReplications")
    return tuple(member(at, copy, "DBInstanceAutomatedBackupsArn", name) for at, copy in found)


def _tags(where: str, one: dict[str, Any]) -> dict[str, str]:
    return dict(tag(at, pair) for at, pair in within(where, one, "TagList"))

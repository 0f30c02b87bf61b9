"""Databases of RDS: instances, clusters, their replicas, backups, snapshots and exports, wherever they lead.

Rules kept here: what lies in a region is listed by that region, so a replica in another one is a row there and a link
here; a snapshot that is shared with everybody has no bound of region; a snapshot that somebody made is never deleted by
itself; automated ones can't be shared, so they aren't asked with whom. A database deletes nothing by itself, however
short its backups are kept: how long these are is a rule of theirs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from auditor_collectors.aws import arns
from auditor_collectors.aws.collector import AwsCollector
from auditor_collectors.aws.operation import Operation, Place
from auditor_collectors.aws.sources import database_pages
from auditor_collectors.aws.sources.bucket_places import GET_LOCATION, BucketPlaces
from auditor_collectors.aws.sources.key_users import DESCRIBE_KEY, Keys
from auditor_collectors.aws.sources.stores import StoreOptions, key_link, link, protection, resource, retention
from auditor_collectors.aws.told import told

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Sequence

    from pydantic import BaseModel

    from auditor.collector import CollectContext
    from auditor_collectors.answers import Answer, Page
    from auditor_collectors.aws.seam import Ask, Fact

HIDDEN = (
    "MasterUsername",
    "MasterUserSecret",
    "DomainMemberships",
    "Endpoint",
    "PendingModifiedValues",
    "FailureCause",
    "WarningMessage",
)
EVERYBODY = "all"


def _rds(name: str, *absent: str) -> Operation:
    return Operation("rds", name, (f"rds:{name}",), per_second=10, absent_errors=absent, hidden=HIDDEN)


INSTANCES = _rds("DescribeDBInstances")
CLUSTERS = _rds("DescribeDBClusters")
GLOBAL_CLUSTERS = _rds("DescribeGlobalClusters")
AUTOMATED_BACKUPS = _rds("DescribeDBInstanceAutomatedBackups")
CLUSTER_BACKUPS = _rds("DescribeDBClusterAutomatedBackups")
SNAPSHOTS = _rds("DescribeDBSnapshots")
SNAPSHOT_ATTRIBUTES = _rds("DescribeDBSnapshotAttributes", "DBSnapshotNotFound")
CLUSTER_SNAPSHOTS = _rds("DescribeDBClusterSnapshots")
CLUSTER_SNAPSHOT_ATTRIBUTES = _rds("DescribeDBClusterSnapshotAttributes", "DBClusterSnapshotNotFoundFault")
EXPORTS = _rds("DescribeExportTasks")

EXAMPLE = """\
# Databases of RDS, Neptune and DocumentDB: replicas, global clusters, backups, snapshots, whom they are shared with.
[sources.aws_databases]
kind = "aws_databases"
accounts = ["111122223333"]
regions = "enabled"
home_region = "eu-central-1"
role = "auditor-readonly"
data_class_tag = "DataClass"             # key of the tag that says what class of data is in it
"""


class _Listing(NamedTuple):
    """A listing of what is kept of databases: call, reader, type, and the call that says with whom each is shared."""

    operation: Operation
    read: Callable[[Answer, Sequence[Page]], list[database_pages.Kept]]
    type: str
    attributes: Operation | None = None
    parameter: str = ""


DATABASES = (
    (INSTANCES, database_pages.instances, "AWS::RDS::DBInstance"),
    (CLUSTERS, database_pages.clusters, "AWS::RDS::DBCluster"),
)
KEPT = (
    _Listing(AUTOMATED_BACKUPS, database_pages.automated_backups, "AWS::RDS::DBInstanceAutomatedBackup"),
    _Listing(CLUSTER_BACKUPS, database_pages.cluster_backups, "AWS::RDS::DBClusterAutomatedBackup"),
    _Listing(SNAPSHOTS, database_pages.snapshots, "AWS::RDS::DBSnapshot", SNAPSHOT_ATTRIBUTES, "DBSnapshotIdentifier"),
    _Listing(
        CLUSTER_SNAPSHOTS,
        database_pages.cluster_snapshots,
        "AWS::RDS::DBClusterSnapshot",
        CLUSTER_SNAPSHOT_ATTRIBUTES,
        "DBClusterSnapshotIdentifier",
    ),
)


class DatabasesSource:
    """Asks each region for its databases and what is kept of them."""

    operations: tuple[Operation, ...] = (
        INSTANCES,
        CLUSTERS,
        GLOBAL_CLUSTERS,
        AUTOMATED_BACKUPS,
        CLUSTER_BACKUPS,
        SNAPSHOTS,
        SNAPSHOT_ATTRIBUTES,
        CLUSTER_SNAPSHOTS,
        CLUSTER_SNAPSHOT_ATTRIBUTES,
        EXPORTS,
        DESCRIBE_KEY,
        GET_LOCATION,
    )
    options: type[BaseModel] = StoreOptions
    reach = "region"
    example = EXAMPLE

    def facts(self, options: StoreOptions, ask: Ask, place: Place, _context: CollectContext) -> Iterator[Fact]:
        """Yield the databases of a region, and what is kept of them there."""
        one = _Region(ask, place, options.data_class_tag or "")
        for operation, read, resource_type in DATABASES:
            found = yield from told(ask(operation, place), "", read)
            for database in found.records:
                yield from one.database(found.answer, database, resource_type)
        for listing in KEPT:
            yield from one.kept(listing)
        yield from one.global_clusters()
        yield from one.exports()


class _Region:
    """One region, and the keys of it that are known by now."""

    def __init__(self, ask: Ask, place: Place, tag: str) -> None:
        self.ask, self.place, self.tag = ask, place, tag
        self.keys = Keys(ask)

    def database(self, answer: Answer, one: database_pages.Database, resource_type: str) -> Iterator[Fact]:
        """Yield an instance or a cluster."""
        data_class = one.tags.get(self.tag)
        yield resource(answer, one.arn, resource_type, "replica" if one.replica else "store", self.place, data_class)
        states = yield from self._sealed(answer, one.arn, one.sealed)
        yield protection(
            answer,
            one.arn,
            **states,
            public_blocked=None if one.public is None else not one.public,
            point_in_time=None if one.backup_days is None else one.backup_days > 0,
        )
        yield retention(answer, one.arn, "lifecycle", None, data_class=data_class)
        for copy in one.copies:
            yield link(answer, one.arn, "replica", copy, self._beside(copy))
        for copy in one.replicated:
            yield link(answer, one.arn, "backup_copy", copy)

    def kept(self, listing: _Listing) -> Iterator[Fact]:
        """Yield snapshots or automated backups."""
        found = yield from told(self.ask(listing.operation, self.place), "", listing.read)
        for one in found.records:
            data_class = one.tags.get(self.tag)
            yield resource(found.answer, one.arn, listing.type, "backup", self.place, data_class)
            states = yield from self._sealed(found.answer, one.arn, one.sealed)
            yield protection(found.answer, one.arn, **states)
            if one.manual or one.days:
                yield retention(
                    found.answer, one.arn, "backup", None if one.manual else one.days, data_class=data_class
                )
            for copy in one.replicated:
                yield link(found.answer, one.arn, "backup_copy", copy)
            if listing.attributes is not None and one.manual:
                yield from self._shared(one, listing.attributes, listing.parameter)

    def global_clusters(self) -> Iterator[Fact]:
        """Yield a link from each cluster of the region to the others of its global cluster."""
        found = yield from told(self.ask(GLOBAL_CLUSTERS, self.place), "", database_pages.global_members)
        for members in found.records:
            for own in members:
                if arns.where(own).region == self.place.region:
                    for other in members:
                        if other != own:
                            yield link(found.answer, own, "global_member", other)

    def exports(self) -> Iterator[Fact]:
        """Yield a link from each snapshot or cluster to the bucket that it was exported to."""
        found = yield from told(self.ask(EXPORTS, self.place), "", database_pages.exports)
        places = BucketPlaces(self.ask, self.place)
        for export in sorted(set(found.records)):
            at = yield from places.where(export.bucket)
            bucket = arns.bucket_arn(export.bucket, self.place.region)
            yield link(found.answer, export.source, "export", bucket, at)

    def _shared(self, one: database_pages.Kept, operation: Operation, parameter: str) -> Iterator[Fact]:
        reply = self.ask(operation, self.place, {parameter: one.id}, subject=one.arn)
        shared = yield from told(reply, one.arn, database_pages.shared_with)
        for whom in shared.records:
            at = arns.Where(None, "") if whom == EVERYBODY else arns.Where(whom, self.place.region)
            yield link(shared.answer, one.arn, "snapshot_share", whom, at)

    def _sealed(
        self, answer: Answer, arn: str, sealed: database_pages.Sealed
    ) -> Generator[Fact, None, dict[str, object]]:
        if sealed.key is None:
            managers = {False: "none", True: "aws_owned" if sealed.by_service else None, None: None}
            return {"encrypted": sealed.encrypted, "key_manager": managers[sealed.encrypted]}
        used = yield from self.keys.of(sealed.key, self.place)
        yield key_link(answer, arn, used, self.place)
        return {"encrypted": sealed.encrypted, "key_arn": used.arn, "key_manager": used.manager}

    def _beside(self, copy: str) -> arns.Where:
        """Return where a replica lies: one that is named by its id lies beside its source."""
        at = arns.where(copy)
        return arns.Where(self.place.account, self.place.region) if at.region is None else at


class DatabasesCollector(AwsCollector):
    """Collects databases of RDS."""

    source = DatabasesSource()

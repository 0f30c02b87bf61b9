"""Buckets of S3: where each lies and is copied to, and how it is protected and emptied.

Rules kept here: a bucket is located by its listing, else by asking it; one that can't be located is a row with an empty
region; a bucket that it is copied to is located as well, and is in no known region where it does not answer (that of
another account, say). What a bucket blocks and what its account blocks count together. A bucket is asked in its own
region, and each of its answers is a row of ``source_answers`` with its ARN as subject: a call that was refused on one
bucket is told from a bucket where nothing is set.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from auditor_collectors.aws import arns
from auditor_collectors.aws.collector import AwsCollector
from auditor_collectors.aws.operation import Operation, Place
from auditor_collectors.aws.sources import bucket_pages, lifecycle_pages
from auditor_collectors.aws.sources.bucket_places import GET_LOCATION, BucketPlaces
from auditor_collectors.aws.sources.key_users import DESCRIBE_KEY, Keys
from auditor_collectors.aws.sources.stores import (
    StoreOptions,
    key_link,
    link,
    protection,
    resource,
    retention,
    tag_reader,
)
from auditor_collectors.aws.told import Told, told

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Mapping, Sequence

    from pydantic import BaseModel

    from auditor.collector import CollectContext
    from auditor_collectors.answers import Answer, Page
    from auditor_collectors.aws.seam import Ask, Fact

T = TypeVar("T")
GET = 430
LIST_BUCKETS = Operation(
    "s3", "ListBuckets", ("s3:ListAllMyBuckets",), reach="account", price_nano_usd=5_400, hidden=("Owner",)
)


def _of_bucket(name: str, action: str, *absent: str, hidden: tuple[str, ...] = ()) -> Operation:
    return Operation("s3", name, (action,), price_nano_usd=GET, absent_errors=absent, hidden=hidden)


REPLICATION = _of_bucket(
    "GetBucketReplication", "s3:GetReplicationConfiguration", "ReplicationConfigurationNotFoundError"
)
ENCRYPTION = _of_bucket(
    "GetBucketEncryption", "s3:GetEncryptionConfiguration", "ServerSideEncryptionConfigurationNotFoundError"
)
LOCK = _of_bucket(
    "GetObjectLockConfiguration", "s3:GetBucketObjectLockConfiguration", "ObjectLockConfigurationNotFoundError"
)
VERSIONING = _of_bucket("GetBucketVersioning", "s3:GetBucketVersioning")
LIFECYCLE = _of_bucket(
    "GetBucketLifecycleConfiguration", "s3:GetLifecycleConfiguration", "NoSuchLifecycleConfiguration"
)
BLOCK = _of_bucket("GetPublicAccessBlock", "s3:GetBucketPublicAccessBlock", "NoSuchPublicAccessBlockConfiguration")
LOGGING = _of_bucket("GetBucketLogging", "s3:GetBucketLogging", hidden=("TargetGrants",))
TAGGING = _of_bucket("GetBucketTagging", "s3:GetBucketTagging", "NoSuchTagSet")
ACCOUNT_BLOCK = Operation(
    "s3control",
    "GetPublicAccessBlock",
    ("s3:GetAccountPublicAccessBlock",),
    reach="account",
    absent_errors=("NoSuchPublicAccessBlockConfiguration",),
)
ACCESS_POINTS = Operation(
    "s3control",
    "ListMultiRegionAccessPoints",
    ("s3:ListMultiRegionAccessPoints",),
    reach="account",
    token=("NextToken", "NextToken"),
)
MANAGER_OF = {"AES256": "aws_owned", "aws:kms": "aws_managed", "aws:kms:dsse": "aws_managed"}  # where no key is named
ACCESS_POINTS_REGION = "us-west-2"  # the one region that answers about them

EXAMPLE = """\
# Buckets: where they lie and are copied to, their keys, locks, rules of deletion, and who may look in.
[sources.aws_buckets]
kind = "aws_buckets"
accounts = ["111122223333"]
regions = "enabled"
home_region = "eu-central-1"
role = "auditor-readonly"
data_class_tag = "DataClass"             # key of the tag that says what class of data is in it
access_points = true                     # multi-region access points: they are asked in us-west-2
"""


class Options(StoreOptions):
    """``[sources.<name>]`` with ``kind = "aws_buckets"``."""

    access_points: bool = True


class BucketsSource:
    """Asks each account for its buckets, and each bucket about itself."""

    operations: tuple[Operation, ...] = (
        LIST_BUCKETS,
        GET_LOCATION,
        REPLICATION,
        ENCRYPTION,
        LOCK,
        VERSIONING,
        LIFECYCLE,
        BLOCK,
        LOGGING,
        TAGGING,
        ACCOUNT_BLOCK,
        ACCESS_POINTS,
        DESCRIBE_KEY,
    )
    options: type[BaseModel] = Options
    reach = "account"
    example = EXAMPLE

    def facts(self, options: Options, ask: Ask, place: Place, _context: CollectContext) -> Iterator[Fact]:
        """Yield the buckets of the account in ``place``, its home region."""
        listed = yield from told(ask(LIST_BUCKETS, place, {"MaxBuckets": 1000}), "", bucket_pages.buckets)
        whole = ask(ACCOUNT_BLOCK, place, {"AccountId": place.account}, subject=place.account)
        account = yield from told(whole, place.account, bucket_pages.blocks)
        regions: dict[str, str | None] = {}
        places, keys = BucketPlaces(ask, place, regions), Keys(ask)
        for bucket in listed.records:
            regions[bucket.name] = bucket.region or (yield from places.region(bucket.name))
        for name in regions:
            yield from _Bucket(name, places, keys, options).facts(listed.answer, account)
        if options.access_points and listed.records:
            yield from _access_points(ask, place, regions)


class _Bucket:
    """One bucket, and where it is asked: in its region, or in the home region where that is not known."""

    def __init__(self, name: str, places: BucketPlaces, keys: Keys, options: Options) -> None:
        self.name, self.places, self.keys, self.options = name, places, keys, options
        self.region = places.own[name]
        self.place = Place(places.place.account, self.region or places.place.region)
        self.arn = arns.bucket_arn(name, self.place.region)

    def told(
        self, operation: Operation, read: Callable[[Answer, Sequence[Page]], Sequence[T]]
    ) -> Generator[Fact, None, Told[T]]:
        """Ask the bucket something."""
        return told(self.places.ask(operation, self.place, {"Bucket": self.name}, subject=self.arn), self.arn, read)

    def facts(self, listing: Answer, account: Told[frozenset[str]]) -> Iterator[Fact]:
        """Yield what the bucket says about itself."""
        data_class = None
        if self.options.data_class_tag:
            tags = yield from self.told(TAGGING, tag_reader("TagSet"))
            data_class = dict(tags.records).get(self.options.data_class_tag)
        lies_in = Place(self.place.account, self.region or "")
        yield resource(listing, self.arn, "AWS::S3::Bucket", "store", lies_in, data_class)
        yield from self._copies()
        versions = yield from self.told(VERSIONING, bucket_pages.versioning)
        versioned = bool(versions.records) if versions.known else None
        yield from self._rules(versioned, data_class)
        lock = yield from self.told(LOCK, bucket_pages.lock)
        block = yield from self.told(BLOCK, bucket_pages.blocks)
        encryption = yield from self.told(ENCRYPTION, bucket_pages.encryption)
        states = yield from self._key(encryption)
        yield protection(
            encryption.answer,
            self.arn,
            **states,
            public_blocked=_blocked(block, account),
            versioned=versioned,
            lock_days=lock.first if lock.first is not None or not lock.known else 0,
        )

    def _copies(self) -> Iterator[Fact]:
        copied = yield from self.told(REPLICATION, bucket_pages.replication)
        merged: dict[str, tuple[str | None, bool]] = {}
        for copy in copied.records:
            before = merged.get(copy.destination, (None, False))
            merged[copy.destination] = (copy.account or before[0], copy.enabled or before[1])
        for destination, (account, enabled) in merged.items():
            at = yield from self.places.where(destination.rpartition(":")[2], account)
            yield link(copied.answer, self.arn, "replication", destination, at, enabled=enabled)
        logged = yield from self.told(LOGGING, bucket_pages.logging)
        for target in logged.records:
            at = yield from self.places.where(target)
            yield link(logged.answer, self.arn, "log_destination", arns.bucket_arn(target, self.place.region), at)

    def _rules(self, versioned: bool | None, data_class: str | None) -> Iterator[Fact]:  # noqa: FBT001 - null: not known
        rules = yield from self.told(LIFECYCLE, lifecycle_pages.expiries)
        if rules.known and versioned is not None:
            for name, days in lifecycle_pages.retention(rules.records, versioned=versioned):
                yield retention(rules.answer, self.arn, "lifecycle", days, rule=name, data_class=data_class)

    def _key(self, encryption: Told[bucket_pages.Encryption]) -> Generator[Fact, None, dict[str, object]]:
        found = encryption.first
        if found is None:
            return {"encrypted": False, "key_manager": "none"} if encryption.known else {}
        if found.key is None:
            return {"encrypted": True, "key_manager": MANAGER_OF.get(found.algorithm)}
        used = yield from self.keys.of(found.key, self.place)
        yield key_link(encryption.answer, self.arn, used, self.place)
        return {"encrypted": True, "key_arn": used.arn, "key_manager": used.manager}


def _blocked(bucket: Told[frozenset[str]], account: Told[frozenset[str]]) -> bool | None:
    """Say whether bucket and account together block all ways; None where one did not answer and might."""
    blocked: frozenset[str] = frozenset().union(*bucket.records, *account.records)
    if blocked >= set(bucket_pages.BLOCKS):
        return True
    return False if bucket.known and account.known else None


def _access_points(ask: Ask, place: Place, regions: Mapping[str, str | None]) -> Iterator[Fact]:
    """Yield a link from each bucket of the account to the other buckets of its multi-region access points.

    How that one region answered is told at home too, where the links are judged: nobody declares a cell of it.
    """
    there = Place(place.account, ACCESS_POINTS_REGION)
    reply = ask(ACCESS_POINTS, there, {"AccountId": place.account}, subject=place.account)
    points = yield from _at_home(told(reply, place.account, bucket_pages.access_points), place)
    for own in points.records:
        if own.bucket not in regions:
            continue
        for other in points.records:
            if other.point == own.point and other != own:
                arn = arns.bucket_arn(own.bucket, own.region)
                destination = f"{own.point} {arns.bucket_arn(other.bucket, other.region)}"
                yield link(points.answer, arn, "access_point", destination, arns.Where(other.account, other.region))


def _at_home(facts: Generator[Fact, None, T], place: Place) -> Generator[Fact, None, T]:
    """Yield ``facts``, and each answer once more as one of ``place``; return what they return."""
    while True:
        try:
            table, row = next(facts)
        except StopIteration as done:
            found: T = done.value
            return found
        yield table, row
        if table == "source_answers":
            yield table, row | {"region": place.region}


class BucketsCollector(AwsCollector):
    """Collects buckets of S3."""

    source = BucketsSource()

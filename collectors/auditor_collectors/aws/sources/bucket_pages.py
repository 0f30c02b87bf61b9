"""Pages of S3 about one bucket, and the page that lists them.

Rules kept here: a bucket without a location constraint lies in us-east-1, and ``EU`` is eu-west-1; a bucket that never
had versions states no status; a rule that is switched off does nothing; whatever else a page lacks is refused.
Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from auditor_collectors.aws.sources.members import an_object, within
from auditor_collectors.jsonlines import member
from auditor_collectors.page_members import entries, name, one_of
from auditor_collectors.values import boolean, count, optional, text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from auditor_collectors.answers import Answer, Page

LOCATIONS = {None: "us-east-1", "": "us-east-1", "EU": "eu-west-1"}
SWITCH = one_of("Enabled", "Disabled")
BLOCKS = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
DAYS_OF_YEAR = 365


class Bucket(NamedTuple):
    """A bucket; ``region`` is None where the listing does not say."""

    name: str
    region: str | None


class Copy(NamedTuple):
    """Where a rule of replication copies to: the ARN of a bucket, and whose it is where that is said."""

    destination: str
    account: str | None
    enabled: bool


class Encryption(NamedTuple):
    """How new objects are encrypted; ``key`` is an ARN, an id or an alias, as it was set."""

    algorithm: str
    key: str | None


class Entry(NamedTuple):
    """Another bucket of a multi-region access point."""

    point: str
    bucket: str
    region: str
    account: str | None


def buckets(_answer: Answer, pages: Sequence[Page]) -> list[Bucket]:
    """Return the buckets of an account."""
    return [
        Bucket(member(where, one, "Name", name), member(where, one, "BucketRegion", optional(name)))
        for where, one in entries(pages, "Buckets")
    ]


def location(_answer: Answer, pages: Sequence[Page]) -> list[str]:
    """Return the region of a bucket."""
    found = [member(page.where, page.document, "LocationConstraint", optional(text)) for page in pages]
    return [LOCATIONS.get(one) or str(one) for one in found]


def replication(_answer: Answer, pages: Sequence[Page]) -> list[Copy]:
    """Return where a bucket is copied to, by each of its rules."""
    return [
        Copy(
            member(f"{where}, Destination", destination, "Bucket", name),
            member(f"{where}, Destination", destination, "Account", optional(name)),
            member(where, one, "Status", SWITCH) == "Enabled",
        )
        for where, one in _rules(pages, "ReplicationConfiguration")
        for destination in [member(where, one, "Destination", an_object)]
    ]


def encryption(_answer: Answer, pages: Sequence[Page]) -> list[Encryption]:
    """Return the default encryption of a bucket."""
    found = [
        (where, member(where, one, "ApplyServerSideEncryptionByDefault", optional(an_object)))
        for where, one in _rules(pages, "ServerSideEncryptionConfiguration")
    ]
    return [
        Encryption(member(where, one, "SSEAlgorithm", name), member(where, one, "KMSMasterKeyID", optional(name)))
        for where, one in found
        if one is not None
    ]


def versioning(_answer: Answer, pages: Sequence[Page]) -> list[bool]:
    """Return that a bucket has earlier versions, also those of before it was suspended; nothing where it has none."""
    status = optional(one_of("Enabled", "Suspended"))
    return [True for page in pages if member(page.where, page.document, "Status", status)]


def lock(_answer: Answer, pages: Sequence[Page]) -> list[int]:
    """Return for how many days at least nobody can delete a new object of a bucket; 0 where somebody can."""
    found = []
    for page in pages:
        stated = member(page.where, page.document, "ObjectLockConfiguration", optional(an_object)) or {}
        rule = member(page.where, stated, "Rule", optional(an_object)) or {}
        retention = member(page.where, rule, "DefaultRetention", optional(an_object)) or {}
        days = member(page.where, retention, "Days", optional(count)) or 0
        years = member(page.where, retention, "Years", optional(count)) or 0
        found.append(days + years * DAYS_OF_YEAR if retention.get("Mode") == "COMPLIANCE" else 0)
    return found


def blocks(_answer: Answer, pages: Sequence[Page]) -> list[frozenset[str]]:
    """Return which of the four ways to public access are blocked, for a bucket or an account."""
    found = []
    for page in pages:
        stated = member(page.where, page.document, "PublicAccessBlockConfiguration", an_object)
        found.append(frozenset(one for one in BLOCKS if member(page.where, stated, one, optional(boolean))))
    return found


def logging(_answer: Answer, pages: Sequence[Page]) -> list[str]:
    """Return the bucket to which accesses to a bucket are logged."""
    found = [(page.where, member(page.where, page.document, "LoggingEnabled", optional(an_object))) for page in pages]
    return [member(where, one, "TargetBucket", name) for where, one in found if one is not None]


def access_points(_answer: Answer, pages: Sequence[Page]) -> list[Entry]:
    """Return the buckets of the multi-region access points of an account."""
    return [
        Entry(
            member(where, point, "Name", name),
            member(inner, one, "Bucket", name),
            member(inner, one, "Region", name),
            member(inner, one, "BucketAccountId", optional(name)),
        )
        for where, point in entries(pages, "AccessPoints")
        for inner, one in within(where, point, "Regions")
    ]


def _rules(pages: Sequence[Page], key: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the place and each rule of member ``key`` of the pages."""
    for page in pages:
        yield from within(f"{page.where}, {key}", member(page.where, page.document, key, an_object), "Rules")

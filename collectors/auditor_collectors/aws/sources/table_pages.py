"""Pages of DynamoDB about one table, and the page that lists them.

Rules kept here: a table that states no encryption is encrypted with a key that DynamoDB owns (it has no other state);
its replicas and witnesses are the other places that what is written to it reaches.
Source: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TableDescription.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from auditor_collectors.aws.sources.members import an_object, within
from auditor_collectors.jsonlines import member
from auditor_collectors.page_members import entries, name, one_of, strings
from auditor_collectors.values import optional

if TYPE_CHECKING:
    from collections.abc import Sequence

    from auditor_collectors.answers import Answer, Page

LIVE = frozenset({"ENABLED", "ENABLING", "ACTIVE", "UPDATING"})


class Table(NamedTuple):
    """A table: ``key`` encrypts it, None for one that DynamoDB owns; ``copies`` are the regions that it is also in."""

    arn: str
    key: str | None
    copies: tuple[str, ...]


class Export(NamedTuple):
    """A bucket to which a table was exported, and whose it is where that is said."""

    bucket: str
    owner: str | None


class Stream(NamedTuple):
    """A stream to which a table's changes go."""

    arn: str
    enabled: bool


def tables(_answer: Answer, pages: Sequence[Page]) -> list[str]:
    """Return the names of the tables of a region."""
    return [one for page in pages for one in member(page.where, page.document, "TableNames", strings)]


def described(_answer: Answer, pages: Sequence[Page]) -> list[Table]:
    """Return what a table is."""
    found = []
    for page in pages:
        where = f"{page.where}, Table"
        table = member(page.where, page.document, "Table", an_object)
        sealed = member(where, table, "SSEDescription", optional(an_object)) or {}
        status = member(where, sealed, "Status", optional(name))
        key = member(where, sealed, "KMSMasterKeyArn", optional(name)) if status != "DISABLED" else None
        copies = [
            member(at, one, "RegionName", name)
            for kind in ("Replicas", "GlobalTableWitnesses")
            for at, one in within(where, table, kind)
        ]
        found.append(Table(member(where, table, "TableArn", name), key, tuple(copies)))
    return found


def time_to_live(_answer: Answer, pages: Sequence[Page]) -> list[bool]:
    """Return whether a table deletes items when their own time has come."""
    found = []
    for page in pages:
        stated = member(page.where, page.document, "TimeToLiveDescription", an_object)
        found.append(member(page.where, stated, "TimeToLiveStatus", name) == "ENABLED")
    return found


def continuous_backups(_answer: Answer, pages: Sequence[Page]) -> list[bool]:
    """Return whether a table can be restored to an instant."""
    found = []
    for page in pages:
        stated = member(page.where, page.document, "ContinuousBackupsDescription", an_object)
        recovery = member(page.where, stated, "PointInTimeRecoveryDescription", optional(an_object)) or {}
        status = member(page.where, recovery, "PointInTimeRecoveryStatus", optional(one_of("ENABLED", "DISABLED")))
        found.append(status == "ENABLED")
    return found


def exports(_answer: Answer, pages: Sequence[Page]) -> list[str]:
    """Return the ARNs of the exports of a table that did not fail."""
    return [
        member(where, one, "ExportArn", name)
        for where, one in entries(pages, "ExportSummaries")
        if member(where, one, "ExportStatus", name) != "FAILED"
    ]


def export(_answer: Answer, pages: Sequence[Page]) -> list[Export]:
    """Return where an export went."""
    found = []
    for page in pages:
        stated = member(page.where, page.document, "ExportDescription", an_object)
        owner = member(page.where, stated, "S3BucketOwner", optional(name))
        found.append(Export(member(page.where, stated, "S3Bucket", name), owner))
    return found


def streams(_answer: Answer, pages: Sequence[Page]) -> list[Stream]:
    """Return the streams of Kinesis to which a table's changes go."""
    return [
        Stream(member(where, one, "StreamArn", name), member(where, one, "DestinationStatus", name) in LIVE)
        for where, one in entries(pages, "KinesisDataStreamDestinations")
    ]

"""Tables of DynamoDB: their replicas, keys, exports and streams, and how they are kept and emptied.

Rules kept here: a table is listed by its own region, so a replica is a row of its region and a link from each other;
where items are deleted by a time of their own, nobody knows from outside after how long, so there is no rule with days;
where nothing deletes them, a rule says so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from auditor_collectors.aws import arns
from auditor_collectors.aws.collector import AwsCollector
from auditor_collectors.aws.operation import Operation, Place
from auditor_collectors.aws.sources import table_pages
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
    from collections.abc import Callable, Generator, Iterator, Sequence

    from pydantic import BaseModel

    from auditor.collector import CollectContext
    from auditor_collectors.answers import Answer, Page
    from auditor_collectors.aws.operation import Request
    from auditor_collectors.aws.seam import Ask, Fact

T = TypeVar("T")
LIST_TABLES = Operation("dynamodb", "ListTables", ("dynamodb:ListTables",), per_second=10)


def _of_table(name: str, *absent: str, token: tuple[str, str] | None = None) -> Operation:
    gone = ("ResourceNotFoundException", "TableNotFoundException", *absent)
    return Operation("dynamodb", name, (f"dynamodb:{name}",), per_second=10, token=token, absent_errors=gone)


DESCRIBE_TABLE = _of_table("DescribeTable")
TIME_TO_LIVE = _of_table("DescribeTimeToLive")
BACKUPS = _of_table("DescribeContinuousBackups")
EXPORTS = _of_table("ListExports", token=("NextToken", "NextToken"))
EXPORT = _of_table("DescribeExport", "ExportNotFoundException")
STREAMS = _of_table("DescribeKinesisStreamingDestination")
TAGS = _of_table("ListTagsOfResource")

EXAMPLE = """\
# Tables of DynamoDB: replicas, keys, exports, streams, restore to an instant, and whether items are ever deleted.
[sources.aws_tables]
kind = "aws_tables"
accounts = ["111122223333"]
regions = "enabled"
home_region = "eu-central-1"
role = "auditor-readonly"
data_class_tag = "DataClass"             # key of the tag that says what class of data is in it
"""


class TablesSource:
    """Asks each region for its tables, and about each of them."""

    operations: tuple[Operation, ...] = (
        LIST_TABLES,
        DESCRIBE_TABLE,
        TIME_TO_LIVE,
        BACKUPS,
        EXPORTS,
        EXPORT,
        STREAMS,
        TAGS,
        DESCRIBE_KEY,
        GET_LOCATION,
    )
    options: type[BaseModel] = StoreOptions
    reach = "region"
    example = EXAMPLE

    def facts(self, options: StoreOptions, ask: Ask, place: Place, _context: CollectContext) -> Iterator[Fact]:
        """Yield the tables of a region."""
        listed = yield from told(ask(LIST_TABLES, place), "", table_pages.tables)
        keys, places = Keys(ask), BucketPlaces(ask, place)
        for name in listed.records:
            arn = arns.local("dynamodb", place, f"table/{name}")
            one = _Table(arn, name, ask, place)
            yield from one.facts(listed.answer, options.data_class_tag, keys, places)


class _Table:
    """One table; it is a resource by its listing, whether or not it can be described."""

    def __init__(self, arn: str, name: str, ask: Ask, place: Place) -> None:
        self.arn, self.name, self.ask, self.place = arn, name, ask, place

    def told(
        self,
        operation: Operation,
        read: Callable[[Answer, Sequence[Page]], Sequence[T]],
        request: Request | None = None,
    ) -> Generator[Fact, None, Told[T]]:
        """Ask about the table."""
        asked = {"TableName": self.name} if request is None else request
        return told(self.ask(operation, self.place, asked, subject=self.arn), self.arn, read)

    def facts(self, listing: Answer, tag: str | None, keys: Keys, places: BucketPlaces) -> Iterator[Fact]:
        """Yield what there is to say about the table."""
        data_class = None
        if tag:
            tags = yield from self.told(TAGS, tag_reader("Tags"), {"ResourceArn": self.arn})
            data_class = dict(tags.records).get(tag)
        described = yield from self.told(DESCRIBE_TABLE, table_pages.described)
        table = described.first
        kind = (
            ("AWS::DynamoDB::GlobalTable", "replica") if table and table.copies else ("AWS::DynamoDB::Table", "store")
        )
        yield resource(listing, self.arn, *kind, self.place, data_class)
        backups = yield from self.told(BACKUPS, table_pages.continuous_backups)
        states: dict[str, object] = {"point_in_time": backups.first}
        if table is not None:
            states |= yield from self._described(described.answer, table, keys)
        yield protection(described.answer, self.arn, **states)
        expiring = yield from self.told(TIME_TO_LIVE, table_pages.time_to_live)
        if expiring.first is False:
            yield retention(expiring.answer, self.arn, "time_to_live", None, data_class=data_class)
        yield from self._leaving(places)

    def _described(
        self, answer: Answer, table: table_pages.Table, keys: Keys
    ) -> Generator[Fact, None, dict[str, object]]:
        for region in table.copies:
            if region != self.place.region:
                copy = self.arn.replace(f":{self.place.region}:", f":{region}:", 1)
                yield link(answer, self.arn, "replica", copy)
        if table.key is None:
            return {"encrypted": True, "key_manager": "aws_owned"}
        used = yield from keys.of(table.key, self.place)
        yield key_link(answer, self.arn, used, self.place)
        return {"encrypted": True, "key_arn": used.arn, "key_manager": used.manager}

    def _leaving(self, places: BucketPlaces) -> Iterator[Fact]:
        """Yield where the table's content goes: buckets that it was exported to, streams that its changes go to."""
        exports = yield from self.told(EXPORTS, table_pages.exports, {"TableArn": self.arn})
        seen = set()
        for arn in exports.records:
            export = yield from told(
                self.ask(EXPORT, self.place, {"ExportArn": arn}, subject=arn), arn, table_pages.export
            )
            for one in export.records:
                if one not in seen:
                    seen.add(one)
                    at = yield from places.where(one.bucket, one.owner)
                    destination = arns.bucket_arn(one.bucket, self.place.region)
                    yield link(export.answer, self.arn, "export", destination, at)
        streams = yield from self.told(STREAMS, table_pages.streams)
        for stream in streams.records:
            yield link(streams.answer, self.arn, "export", stream.arn, enabled=stream.enabled)


class TablesCollector(AwsCollector):
    """Collects tables of DynamoDB."""

    source = TablesSource()

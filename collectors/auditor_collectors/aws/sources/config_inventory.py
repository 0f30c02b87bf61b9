"""What AWS Config knows: whether it records, in each region, and the resources that an aggregator gathered.

Rules kept here: Config knows only the types that it records and the regions in which it does, so a region without a
recorder is one of which nothing is known, never one that is empty: it has a row in ``source_answers`` with 0 records.
A type that the mapping does not name is refused, so that no store is overlooked as a resource of another kind; an ARN
is listed once and contradicts neither its account nor its region.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from auditor.errors import CollectionError
from auditor_collectors.aws import arns
from auditor_collectors.aws.collector import AwsCollector
from auditor_collectors.aws.operation import Operation, Place
from auditor_collectors.aws.sources import config_pages
from auditor_collectors.aws.sources.stores import resource
from auditor_collectors.aws.told import fact, told

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator

    from auditor.collector import CollectContext
    from auditor_collectors.answers import Answer
    from auditor_collectors.aws.seam import Ask, Fact

Kind = Literal["store", "replica", "backup", "key", "log", "other"]

STATUS = Operation(
    "config", "DescribeConfigurationRecorderStatus", ("config:DescribeConfigurationRecorderStatus",), per_second=2
)
RECORDERS = Operation(
    "config", "DescribeConfigurationRecorders", ("config:DescribeConfigurationRecorders",), per_second=2
)
SELECT = Operation(
    "config",
    "SelectAggregateResourceConfig",
    ("config:SelectAggregateResourceConfig",),
    per_second=1,
)
TYPES = "SELECT resourceType, COUNT(*) GROUP BY resourceType"
RESOURCES = "SELECT resourceId, resourceType, accountId, awsRegion, arn WHERE resourceType = '{}'"

EXAMPLE = """\
# AWS Config: recorders of each region, and the resources that an aggregator gathered. A type that no pattern of `kinds`
# names is refused, never passed over; the longest pattern decides.
[sources.aws_config]
kind = "aws_config"
accounts = ["111122223333"]
regions = "enabled"
home_region = "eu-central-1"
role = "auditor-readonly"

[sources.aws_config.aggregator]
name = "organization"
account = "111122223333"
region = "eu-central-1"

[sources.aws_config.kinds]               # store, replica, backup, key, log or other
"AWS::*" = "store"                       # whatever is not told apart below
"AWS::Backup::BackupVault" = "backup"
"AWS::CloudFormation::*" = "other"
"AWS::EC2::*" = "other"
"AWS::EC2::Volume" = "store"
"AWS::IAM::*" = "other"
"AWS::KMS::Key" = "key"
"AWS::Lambda::Function" = "other"
"AWS::Logs::LogGroup" = "log"
"AWS::RDS::DBSnapshot" = "backup"
"AWS::RDS::DBClusterSnapshot" = "backup"
"""


class Aggregator(BaseModel):
    """The aggregator that is asked, and where it is."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]+$", max_length=256)]
    account: Annotated[str, Field(pattern=r"^[0-9]{12}$")]
    region: Annotated[str, Field(min_length=1)]


class Options(BaseModel):
    """``[sources.<name>]`` with ``kind = "aws_config"``; without an aggregator only recorders are asked."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    aggregator: Aggregator | None = None
    kinds: dict[str, Kind] = Field(default_factory=dict)

    def kind_of(self, resource_type: str) -> Kind | None:
        """Return the kind of ``resource_type`` by the longest pattern that matches it."""
        matching = [pattern for pattern in self.kinds if fnmatchcase(resource_type, pattern)]
        return self.kinds[max(matching, key=lambda one: (len(one), one))] if matching else None


class ConfigSource:
    """Asks each region for its recorders, and the aggregator for what it knows."""

    operations: tuple[Operation, ...] = (STATUS, RECORDERS, SELECT)
    options: type[BaseModel] = Options
    reach = "region"
    example = EXAMPLE

    def facts(self, options: Options, ask: Ask, place: Place, _context: CollectContext) -> Iterator[Fact]:
        """Yield the recorders of a region, and the resources of the aggregator that lies in it."""
        states = yield from told(ask(STATUS, place), "", config_pages.statuses)
        groups = dict((yield from told(ask(RECORDERS, place), "", config_pages.recorders)).records)
        for one in states.records:
            row = {"recorder": one.name, "recording": one.recording, "last_status": one.last_status}
            yield fact(states.answer, "recorders", **row, every_type=groups.get(one.name))
        aggregator = options.aggregator
        if aggregator is not None and (aggregator.account, aggregator.region) == (place.account, place.region):
            yield from _resources(options, aggregator.name, ask, place)


def _resources(options: Options, aggregator: str, ask: Ask, place: Place) -> Iterator[Fact]:
    asked = {"ConfigurationAggregatorName": aggregator}
    counted = yield from told(ask(SELECT, place, {**asked, "Expression": TYPES}), "", config_pages.types)
    kinds = {kind: options.kind_of(kind) for kind, _ in counted.records}
    unknown = sorted(kind for kind, known in kinds.items() if known is None)
    if unknown:
        raise CollectionError(
            f"aggregator {aggregator!r} knows resources of {', '.join(unknown)}, expected types of the mapping",
            remedy="add them to `kinds` in auditor.toml, so that it is decided whether they are stores",
        )
    for resource_type in sorted(kinds):
        request = {**asked, "Expression": RESOURCES.format(resource_type)}
        found = yield from told(
            ask(SELECT, place, request, subject=resource_type), resource_type, config_pages.resources
        )
        for one in _once(found.records, found.answer):
            lies_in = Place(one.account, one.region)
            yield resource(found.answer, one.arn, resource_type, kinds[resource_type] or "store", lies_in)


def _once(listed: Iterable[config_pages.Listed], answer: Answer) -> Generator[config_pages.Listed]:
    """Yield each resource once. Raises ``CollectionError`` where two rows of it, or it and its ARN, contradict."""
    seen: dict[str, config_pages.Listed] = {}
    for one in listed:
        stated = arns.where(one.arn)
        if (stated.account or one.account) != one.account or (stated.region or one.region) != one.region:
            raise CollectionError(
                f"{answer.where}: {one.arn} is listed in account {one.account}, region {one.region!r}",
                remedy="look at what the aggregator returns for it: a resource lies where its ARN says",
            )
        before = seen.setdefault(one.arn, one)
        if before is one:
            yield one
        elif before != one:
            raise CollectionError(
                f"{answer.where}: {one.arn} is listed in {before.region!r} and in {one.region!r}",
                remedy="look at what the aggregator returns for it: a resource lies in one region",
            )


class ConfigCollector(AwsCollector):
    """Collects what AWS Config knows."""

    source = ConfigSource()

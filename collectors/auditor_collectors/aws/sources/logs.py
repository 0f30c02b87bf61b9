"""Log groups of CloudWatch Logs: how long they keep what, where it is sent on, and whether it is masked.

Rules kept here: days are those that the service keeps, never a number of months (180 days are less than six of them);
a group that never deletes is a rule without days; the events of a group also go where a policy of the account sends
them; what lies behind a destination is told where the destination is one of this account. The first event of a group is
looked for only in the groups that ``oldest_of`` names: their streams are listed, and no event is read.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, TypeVar

from pydantic import Field

from auditor_collectors.aws.collector import AwsCollector
from auditor_collectors.aws.operation import Operation, Place
from auditor_collectors.aws.sources import log_pages
from auditor_collectors.aws.sources.key_users import DESCRIBE_KEY, Keys
from auditor_collectors.aws.sources.stores import (
    StoreOptions,
    key_link,
    link,
    protection,
    resource,
    retention,
    tag_map_reader,
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


def _logs(name: str, *absent: str, token: tuple[str, str] | None = None, hidden: tuple[str, ...] = ()) -> Operation:
    return Operation("logs", name, (f"logs:{name}",), per_second=5, token=token, absent_errors=absent, hidden=hidden)


GONE = "ResourceNotFoundException"
GROUPS = _logs("DescribeLogGroups")
SUBSCRIPTIONS = _logs("DescribeSubscriptionFilters", GONE, hidden=("filterPattern", "fieldSelectionCriteria"))
DESTINATIONS = _logs("DescribeDestinations", hidden=("accessPolicy",))
PROTECTION = _logs("GetDataProtectionPolicy", GONE)
ACCOUNT_POLICIES = _logs("DescribeAccountPolicies", GONE, token=("nextToken", "nextToken"))
STREAMS = _logs("DescribeLogStreams", GONE, hidden=("logStreamName", "arn", "uploadSequenceToken"))
TAGS = _logs("ListTagsForResource", GONE)

EXAMPLE = """\
# Log groups: how long they keep, where they send, whether a data-protection policy masks what comes in.
[sources.aws_logs]
kind = "aws_logs"
accounts = ["111122223333"]
regions = "enabled"
home_region = "eu-central-1"
role = "auditor-readonly"
data_class_tag = "DataClass"             # key of the tag that says what class of data is in it
oldest_of = ["/aws/bedrock/*"]           # groups whose first event is looked for, by the list of their streams
"""


class Options(StoreOptions):
    """``[sources.<name>]`` with ``kind = "aws_logs"``."""

    oldest_of: list[str] = Field(default_factory=list)


class LogsSource:
    """Asks each region for its log groups."""

    operations: tuple[Operation, ...] = (
        GROUPS,
        SUBSCRIPTIONS,
        DESTINATIONS,
        PROTECTION,
        ACCOUNT_POLICIES,
        STREAMS,
        TAGS,
        DESCRIBE_KEY,
    )
    options: type[BaseModel] = Options
    reach = "region"
    example = EXAMPLE

    def facts(self, options: Options, ask: Ask, place: Place, _context: CollectContext) -> Iterator[Fact]:
        """Yield the log groups of a region."""
        listed = yield from told(ask(GROUPS, place), "", log_pages.groups)
        if not listed.records:
            return
        policies = []
        for kind in (log_pages.MASKING, log_pages.SUBSCRIBING):
            reply = ask(ACCOUNT_POLICIES, place, {"policyType": kind}, subject=kind)
            policies.append((yield from told(reply, kind, log_pages.account_policies)))
        masking, sending = policies
        behind = yield from told(ask(DESTINATIONS, place), "", log_pages.destinations)
        keys = Keys(ask)
        for group in listed.records:
            one = _Group(group, ask, place, options)
            yield from one.facts(listed.answer, masking, keys)
            yield from one.sends(sending, dict(behind.records))


class _Group:
    """One log group."""

    def __init__(self, group: log_pages.Group, ask: Ask, place: Place, options: Options) -> None:
        self.group, self.ask, self.place, self.options = group, ask, place, options

    def told(
        self, operation: Operation, request: Request, read: Callable[[Answer, Sequence[Page]], Sequence[T]]
    ) -> Generator[Fact, None, Told[T]]:
        """Ask about the group."""
        return told(self.ask(operation, self.place, request, subject=self.group.arn), self.group.arn, read)

    def facts(self, listing: Answer, account: Told[log_pages.Rule], keys: Keys) -> Iterator[Fact]:
        """Yield what the group is, how long it keeps, and how it is protected."""
        group, tag, data_class, first = self.group, self.options.data_class_tag, None, None
        if tag:
            tags = yield from self.told(TAGS, {"resourceArn": group.arn}, tag_map_reader("tags"))
            data_class = dict(tags.records).get(tag)
        yield resource(listing, group.arn, "AWS::Logs::LogGroup", "log", self.place, data_class)
        if any(fnmatchcase(group.name, pattern) for pattern in self.options.oldest_of):
            streams = yield from self.told(STREAMS, {"logGroupName": group.name}, log_pages.oldest)
            first = min(streams.records, default=None) if streams.known else None
        if group.days is not None or not group.ruled:
            yield retention(listing, group.arn, "log_group", group.days, data_class=data_class, oldest_at=first)
        masked = yield from self._masked(account)
        if group.key is None:
            yield protection(listing, group.arn, encrypted=True, key_manager="aws_owned", masked=masked)
            return
        used = yield from keys.of(group.key, self.place)
        yield key_link(listing, group.arn, used, self.place)
        sealed = {"encrypted": True, "key_arn": used.arn, "key_manager": used.manager}
        yield protection(listing, group.arn, **sealed, masked=masked)

    def sends(self, account: Told[log_pages.Rule], behind: dict[str, str]) -> Iterator[Fact]:
        """Yield where the events of the group go."""
        own = yield from self.told(SUBSCRIPTIONS, {"logGroupName": self.group.name}, log_pages.subscriptions)
        ruled = [rule.destination for rule in account.records if rule.destination is not None]
        for answer, arns_ in ((own.answer, own.records), (account.answer, ruled)):
            for arn in arns_:
                yield link(answer, self.group.arn, "log_destination", arn)
                if arn in behind:
                    yield link(answer, self.group.arn, "log_destination", behind[arn])

    def _masked(self, account: Told[log_pages.Rule]) -> Generator[Fact, None, bool | None]:
        """Return whether a policy masks what comes in; None where one that may did not answer."""
        unknown = False
        if self.group.inherits:
            if any(rule.masks for rule in account.records):
                return True
            unknown = not account.known
        if self.group.protected:
            own = yield from self.told(PROTECTION, {"logGroupIdentifier": self.group.arn}, log_pages.protection)
            if own.first:
                return True
            unknown = unknown or not own.known
        return None if unknown else False


class LogsCollector(AwsCollector):
    """Collects log groups of CloudWatch Logs."""

    source = LogsSource()

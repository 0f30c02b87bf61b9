"""Alarms of CloudWatch, what happened to them, and whom their topics reach, by protocol.

Rules kept here: the kinds of alarm are named, or CloudWatch lists metric alarms alone; a topic is asked where it lies,
so one of another account or region than its alarm is not asked, and its routing stays unconfirmed; nobody's address is
read. The history is that of actions: CloudWatch keeps it for 30 days.
Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, Field

from auditor_collectors.aws.collector import AwsCollector
from auditor_collectors.aws.operation import Operation
from auditor_collectors.aws.parsed import facts_of
from auditor_collectors.aws.sources.metrics import PRICE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.collector import CollectContext
    from auditor_collectors.aws.operation import Place
    from auditor_collectors.aws.seam import Ask, Fact

TYPES = ["CompositeAlarm", "LogAlarm", "MetricAlarm"]
DESCRIBE_ALARMS = Operation(
    "cloudwatch",
    "DescribeAlarms",
    ("cloudwatch:DescribeAlarms",),
    per_second=9,
    price_nano_usd=PRICE,
    hidden=("AlarmDescription", "StateReason", "StateReasonData"),
)
DESCRIBE_ALARM_HISTORY = Operation(
    "cloudwatch",
    "DescribeAlarmHistory",
    ("cloudwatch:DescribeAlarmHistory",),
    per_second=9,
    price_nano_usd=PRICE,
    hidden=("HistoryData",),
)
LIST_SUBSCRIPTIONS = Operation(
    "sns",
    "ListSubscriptionsByTopic",
    ("sns:ListSubscriptionsByTopic",),
    per_second=30,
    hidden=("Endpoint", "Owner"),
)

EXAMPLE = """\
# Alarms with what they call, and whether their topics have confirmed subscriptions.
[sources.aws_alarms]
kind = "aws_alarms"
accounts = ["111122223333"]
home_region = "eu-central-1"
regions = ["eu-central-1"]

[sources.aws_alarms.purposes]                # what each alarm is for: latency, errors, cost, security, compliance ...
"support-p95-latency" = "latency"
"""


class AlarmsOptions(BaseModel):
    """``[sources.<name>]`` with ``kind = "aws_alarms"``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    purposes: dict[str, str] = Field(default_factory=dict)


class AlarmsSource:
    """Asks each region for its alarms."""

    operations: tuple[Operation, ...] = (DESCRIBE_ALARMS, DESCRIBE_ALARM_HISTORY, LIST_SUBSCRIPTIONS)
    options: type[BaseModel] = AlarmsOptions
    reach = "region"
    example = EXAMPLE

    def facts(self, options: AlarmsOptions, ask: Ask, place: Place, _context: CollectContext) -> Iterator[Fact]:
        """Yield alarms, their actions and history, and subscriptions of the topics that they call."""
        reply = ask(DESCRIBE_ALARMS, place, {"AlarmTypes": TYPES})
        read = yield from facts_of(reply, options.purposes)
        yield from facts_of(ask(DESCRIBE_ALARM_HISTORY, place, {"AlarmTypes": TYPES, "HistoryItemType": "Action"}))
        called = {row["action"] for row in read.parsed.rows.get("alarm_actions", [])}
        for topic in sorted(one for one in called if _lies_in(one, place)):
            yield from facts_of(ask(LIST_SUBSCRIPTIONS, place, {"TopicArn": topic}, subject=topic))


class AlarmsCollector(AwsCollector):
    """The source as a collector."""

    source = AlarmsSource()


def _lies_in(action: str, place: Place) -> bool:
    """Say whether ``action`` is a topic of this account and region."""
    return action.split(":")[2:5] == ["sns", place.region, place.account]

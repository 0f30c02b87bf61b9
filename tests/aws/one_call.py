"""The least source of AWS there can be, for the tests of what they have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict

from auditor_collectors import alarm_pages
from auditor_collectors.aws.collector import AwsCollector
from auditor_collectors.aws.operation import Operation

if TYPE_CHECKING:
    from collections.abc import Iterator

DESCRIBE_ALARMS = Operation("cloudwatch", "DescribeAlarms", ("cloudwatch:DescribeAlarms",))


class Options(BaseModel):
    model_config = ConfigDict(extra="forbid")

    kinds: list[str] = ["MetricAlarm", "CompositeAlarm"]


class AlarmsSource:
    operations = (DESCRIBE_ALARMS,)
    options = Options
    reach = "region"
    example = ""

    def facts(self, options: Any, ask: Any, place: Any, context: Any) -> Iterator[Any]:
        del context
        reply = ask(DESCRIBE_ALARMS, place, {"AlarmTypes": options.kinds})
        parsed = alarm_pages.alarms(reply.answer, list(reply.pages), reply.answer.status, {})
        for table, rows in parsed.rows.items():
            for row in rows:
                yield table, reply.answer.place() | row


class AlarmsCollector(AwsCollector):
    source = AlarmsSource()


LIST_SUBSCRIPTIONS = Operation(
    "sns", "ListSubscriptionsByTopic", ("sns:ListSubscriptionsByTopic",), hidden=("Endpoint",)
)


class TopicsSource(AlarmsSource):
    """Asks for alarms, and then about each topic that they call."""

    operations = (DESCRIBE_ALARMS, LIST_SUBSCRIPTIONS)

    def facts(self, options: Any, ask: Any, place: Any, context: Any) -> Iterator[Any]:
        topics = set()
        for table, row in super().facts(options, ask, place, context):
            yield table, row
            if table == "alarm_actions":
                topics.add(row["action"])
        for topic in sorted(topics):
            reply = ask(LIST_SUBSCRIPTIONS, place, {"TopicArn": topic}, subject=topic)
            if reply.answer.status != "ok":
                continue
            parsed = alarm_pages.subscriptions(reply.answer, list(reply.pages), reply.answer.status, {})
            for row in parsed.rows["topic_subscriptions"]:
                yield "topic_subscriptions", reply.answer.place() | row


class TopicsCollector(AwsCollector):
    source = TopicsSource()

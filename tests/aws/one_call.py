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

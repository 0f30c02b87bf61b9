"""Metrics of CloudWatch: GetMetricData, in batches, and ListMetrics where the dimensions are not known.

Rules kept here: all statistics of a metric are asked in one call, so one answer speaks for the metric; no Unit is set,
for a metric in another one would be silently left out; what was asked for is a subject of the answer whether or not
anything came of it. A search also asks for the metric without dimensions, so that one which finds none has an answer;
where its listing was not whole it asks for nothing, for silence about some would look like silence about all. It sees
what was published in the last two weeks, so a window that begins earlier is refused.
Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html
"""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from auditor.errors import CollectionError
from auditor_collectors.aws.collector import AwsCollector
from auditor_collectors.aws.metric_options import Metric, MetricsOptions
from auditor_collectors.aws.operation import Operation
from auditor_collectors.aws.parsed import facts_of
from auditor_collectors.metric_pages import found_metrics

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Sequence
    from datetime import datetime

    from pydantic import BaseModel

    from auditor.collector import CollectContext
    from auditor_collectors.aws.operation import Place, Request
    from auditor_collectors.aws.seam import Ask, Fact

LISTED = timedelta(days=14)
MOST_QUERIES = 500
MOST_POINTS = 200_000  # of one call: its pages are held until the last says how each metric was answered
PRICE = 10_000  # 0.01 USD per thousand requests, or metrics of GetMetricData
GET_METRIC_DATA = Operation(
    "cloudwatch",
    "GetMetricData",
    ("cloudwatch:GetMetricData",),
    per_second=50,
    price_nano_usd=MOST_QUERIES * PRICE,
)
LIST_METRICS = Operation("cloudwatch", "ListMetrics", ("cloudwatch:ListMetrics",), per_second=25, price_nano_usd=PRICE)

EXAMPLE = """\
# Metrics of CloudWatch. Percentiles of minutes cannot be added up: ask how many values lie within the limit, TC(:1500),
# with SampleCount; or one percentile over the whole window. Name every ModelId that is called.
[sources.aws_metrics]
kind = "aws_metrics"
accounts = ["111122223333"]
home_region = "eu-central-1"
regions = ["eu-central-1"]
last_seconds = 86_400                    # or start and end

[[sources.aws_metrics.metrics]]
namespace = "AWS/Bedrock"
metric = "InvocationLatency"
dimensions = { ModelId = "eu.anthropic.claude-sonnet-4-20250514-v1:0" }
statistics = ["SampleCount", "TC(:1500)"]

[[sources.aws_metrics.search]]               # in whatever dimensions it has
namespace = "AWS/BedrockMantle"
metric = "Inferences"
statistics = ["Sum"]
"""


class MetricsSource:
    """Asks each region for the declared metrics."""

    operations: tuple[Operation, ...] = (GET_METRIC_DATA, LIST_METRICS)
    options: type[BaseModel] = MetricsOptions
    reach = "region"
    example = EXAMPLE

    def facts(self, options: MetricsOptions, ask: Ask, place: Place, context: CollectContext) -> Iterator[Fact]:
        """Yield datapoints with their values, and of each metric how it was answered."""
        wanted = {one.subject(): one for one in options.metrics}
        for one in (yield from _searched(options, ask, place, context)):
            wanted.setdefault(one.subject(), one)
        by_period: dict[int, list[Metric]] = defaultdict(list)
        for _, one in sorted(wanted.items()):
            by_period[one.period_seconds].append(one)
        for period, metrics in sorted(by_period.items()):
            start, end = options.window(period, context.collected_at, context.source)
            for batch in _batches(metrics, start, end):
                yield from facts_of(ask(GET_METRIC_DATA, place, _request(batch, start, end)))


class MetricsCollector(AwsCollector):
    """The source as a collector."""

    source = MetricsSource()


def _searched(
    options: MetricsOptions, ask: Ask, place: Place, context: CollectContext
) -> Generator[Fact, None, list[Metric]]:
    found = []
    for sought in options.search:
        start, _ = options.window(sought.period_seconds, context.collected_at, context.source)
        if context.collected_at - start > LISTED:
            raise CollectionError(
                f"source {context.source!r}: a search from {start.isoformat()} on, expected at most 14 days ago: "
                "CloudWatch lists no metric that was silent for longer",
                remedy="let the window begin later, or name the metrics with their dimensions",
            )
        request = {"Namespace": sought.namespace, "MetricName": sought.metric}
        subject = f"{sought.namespace}/{sought.metric}"
        read = yield from facts_of(ask(LIST_METRICS, place, request, subject=subject))
        if read.answer.status != "ok":
            continue
        found.append(Metric(**sought.model_dump()))
        for _, metric in found_metrics(read.pages):
            named = {one["Name"]: one["Value"] for one in metric["Dimensions"]}
            found.append(Metric(**sought.model_dump(), dimensions=named))
    return found


def _batches(metrics: Sequence[Metric], start: datetime, end: datetime) -> Iterator[list[Metric]]:
    """Yield the metrics, all statistics of each together, in batches of what one call may ask and may answer."""
    batch: list[Metric] = []
    queries = points = 0
    for one in metrics:
        periods = int((end - start).total_seconds()) // one.period_seconds
        more = len(one.statistics) * periods + len(one.over_window)
        many = len(one.statistics) + len(one.over_window)
        if batch and (queries + many > MOST_QUERIES or points + more > MOST_POINTS):
            yield batch
            batch, queries, points = [], 0, 0
        batch.append(one)
        queries, points = queries + many, points + more
    if batch:
        yield batch


def _request(batch: Sequence[Metric], start: datetime, end: datetime) -> Request:
    queries = []
    for number, one in enumerate(batch):
        spanning = int((end - start).total_seconds())
        asked = [(statistic, one.period_seconds) for statistic in one.statistics]
        asked += [(statistic, spanning) for statistic in one.over_window]
        for place, (statistic, period) in enumerate(asked):
            stat = {"Metric": _metric(one), "Period": period, "Stat": statistic}
            queries.append({"Id": f"m{number}s{place}", "MetricStat": stat, "ReturnData": True})
    window = {"StartTime": start.isoformat(), "EndTime": end.isoformat()}
    return {"MetricDataQueries": queries, **window, "ScanBy": "TimestampAscending"}


def _metric(one: Metric) -> dict[str, Any]:
    dimensions = [{"Name": name, "Value": value} for name, value in sorted(one.dimensions.items())]
    return {"Namespace": one.namespace, "MetricName": one.metric, "Dimensions": dimensions}

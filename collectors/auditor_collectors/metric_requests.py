"""What a GetMetricData asks for: its queries, and whether CloudWatch still keeps what they ask.

Rules kept here: a query is of one metric of the account that is asked (an expression or another account's metric is
refused); what was asked with a Unit, or with a period finer than CloudWatch keeps for data of that age, is answered
with silence where there may be data, so its answer is never a full one.
Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html and
https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricStat.html
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from auditor.errors import CollectionError
from auditor_collectors.jsonlines import AGAIN, member
from auditor_collectors.page_members import dimensions, listed, name

if TYPE_CHECKING:
    from datetime import datetime

    from auditor_collectors.answers import Answer

KEPT = timedelta(days=455)
# The finest period, in seconds, of which every period must be a multiple, by the age of the first datapoint.
FINEST = ((timedelta(hours=3), 1), (timedelta(days=15), 60), (timedelta(days=63), 300), (KEPT, 3600))


@dataclass(frozen=True, slots=True)
class Series:
    """One statistic of one metric that was asked for."""

    namespace: str
    metric: str
    dimensions: str
    statistic: str
    period_us: int
    whole: bool

    def subject(self) -> str:
        """Return the metric's name as a subject: ``Namespace/MetricName``, and in braces what dimensions it has."""
        return subject_of(self.namespace, self.metric, self.dimensions)

    def columns(self) -> dict[str, str]:
        """Return the columns that name the metric."""
        return {"namespace": self.namespace, "metric": self.metric, "dimensions": self.dimensions}


def subject_of(namespace: str, metric: str, sorted_dimensions: str) -> str:
    """Return a metric's name as a subject."""
    return f"{namespace}/{metric}" + (f"{{{sorted_dimensions}}}" if sorted_dimensions else "")


def finest_period(start: datetime, asked_at: datetime) -> int | None:
    """Return the seconds of which a period must be a multiple for data from ``start`` on; None: none is kept."""
    age = asked_at - start
    return next((seconds for oldest, seconds in FINEST if age <= oldest), None)


def series_of(answer: Answer, start: datetime) -> dict[str, Series]:
    """Return what the request asked for from ``start`` on, by Id. Raises ``CollectionError``."""
    where = f"{answer.where}, request"
    finest = finest_period(start, answer.answered_at)
    series: dict[str, Series] = {}
    for number, query in enumerate(member(where, answer.request, "MetricDataQueries", listed), start=1):
        place = f"{where}, MetricDataQueries {number}"
        one = _object(place, query)
        stat = _object(place, one.get("MetricStat"))
        metric = _object(place, stat.get("Metric"))
        key = member(place, one, "Id", name)
        if key in series:
            raise CollectionError(f"{place}: Id {key!r} is there twice", remedy=AGAIN)
        if "AccountId" in one:
            raise CollectionError(
                f"{place}: asks {answer.account} for a metric of another account",
                remedy="ask each account for its own metrics",
            )
        period = member(place, stat, "Period", _period)
        series[key] = Series(
            member(place, metric, "Namespace", name),
            member(place, metric, "MetricName", name),
            dimensions(place, metric),
            member(place, stat, "Stat", name),
            period * 1_000_000,
            stat.get("Unit") is None and finest is not None and period % finest == 0,
        )
    named = [(one.subject(), one.statistic, one.period_us) for one in series.values()]
    if len(set(named)) < len(named):
        raise CollectionError(
            f"{where}: asks for a statistic of a metric twice", remedy="ask for each statistic once in a call"
        )
    return series


def _object(where: str, value: Any) -> dict[str, Any]:
    if isinstance(value, dict):
        return value
    raise CollectionError(
        f"{where}: is no query of one metric (MetricStat with a Metric)", remedy="ask for metrics, not for expressions"
    )


def _period(value: Any) -> int:
    if type(value) is int and 0 < value <= KEPT.total_seconds():
        return value
    raise ValueError("a Period in seconds")

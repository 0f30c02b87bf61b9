"""Pages of GetMetricData: which datapoints there are of each metric that was asked for.

Rules kept here: what an Id stands for is in the request, not in the response; an Id comes back on several pages, of
which the last says whether it is complete; a message about the whole answer makes all of it partial; a metric of which
nothing came is a subject without records, so that silence is told from what was never asked. What a metric measured is
left out.
Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from auditor.errors import CollectionError
from auditor_collectors.jsonlines import AGAIN, member
from auditor_collectors.page_members import Parsed, Subject, dimensions, entries, listed, moment, name, one_of
from auditor_collectors.values import optional

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from auditor_collectors.answers import Answer, Page

STATUSES = {"Complete": "ok", "PartialData": "partial", "InternalError": "failed", "Forbidden": "denied"}


@dataclass(frozen=True, slots=True)
class Series:
    """One metric that was asked for."""

    namespace: str
    metric: str
    dimensions: str
    period_us: int

    def subject(self) -> str:
        """Return its name as a subject: ``Namespace/MetricName``, and its dimensions in braces where it has any."""
        return f"{self.namespace}/{self.metric}" + (f"{{{self.dimensions}}}" if self.dimensions else "")


def datapoints(answer: Answer, pages: Sequence[Page], status: str, _purposes: Mapping[str, str]) -> Parsed:
    """Return the datapoints of each metric, and of each metric how it was answered."""
    series = _series(answer)
    start, end = (member(f"{answer.where}, request", answer.request, key, moment) for key in ("StartTime", "EndTime"))
    found: dict[str, set[datetime]] = {key: set() for key in series}
    said: dict[str, str] = {}
    for where, document in entries(pages, "MetricDataResults"):
        key = member(where, document, "Id", name)
        if key not in series:
            raise CollectionError(f"{where}: Id {key!r} is none of the request's", remedy=AGAIN)
        said[key] = STATUSES[member(where, document, "StatusCode", optional(one_of(*STATUSES))) or "Complete"]
        times = [moment(one) for one in member(where, document, "Timestamps", listed)]
        if len(times) != len(member(where, document, "Values", listed)):
            raise CollectionError(f"{where}: has {len(times)} Timestamps and another number of Values", remedy=AGAIN)
        if any(not start <= one < end for one in times):
            raise CollectionError(f"{where}: has a datapoint outside the period that was asked", remedy=AGAIN)
        found[key].update(times)
    doubtful = any(page.document.get("Messages") for page in pages)
    parsed = Parsed([])
    for key, one in series.items():
        answered = said.get(key, "partial") if status == "ok" else status
        answered = "partial" if answered == "ok" and doubtful else answered
        parsed.subjects.append(Subject(one.subject(), answered, len(found[key]), start, end))
        place = {"namespace": one.namespace, "metric": one.metric, "dimensions": one.dimensions}
        for time in sorted(found[key]):
            parsed.add("datapoints", event_time=time, **place, period_us=one.period_us)
    return parsed


def _series(answer: Answer) -> dict[str, Series]:
    """Return what the request asked for, by Id; an expression is no metric and is refused."""
    where = f"{answer.where}, request"
    series: dict[str, Series] = {}
    for number, query in enumerate(member(where, answer.request, "MetricDataQueries", listed), start=1):
        place = f"{where}, MetricDataQueries {number}"
        one = _object(place, query)
        stat = _object(place, one.get("MetricStat"))
        metric = _object(place, stat.get("Metric"))
        key = member(place, one, "Id", name)
        if key in series:
            raise CollectionError(f"{place}: Id {key!r} is there twice", remedy=AGAIN)
        series[key] = Series(
            member(place, metric, "Namespace", name),
            member(place, metric, "MetricName", name),
            dimensions(place, metric),
            member(place, stat, "Period", _period),
        )
    subjects = [one.subject() for one in series.values()]
    if len(set(subjects)) < len(subjects):
        raise CollectionError(f"{where}: asks for a metric twice", remedy="ask for each metric once in a call")
    return series


def _object(where: str, value: Any) -> dict[str, Any]:
    if isinstance(value, dict):
        return value
    raise CollectionError(
        f"{where}: is no query of one metric (MetricStat with a Metric)", remedy="ask for metrics, not for expressions"
    )


def _period(value: Any) -> int:
    if type(value) is int and 0 < value <= 86400:  # noqa: PLR2004 - the longest period is a day
        return value * 1_000_000
    raise ValueError("a Period in seconds")

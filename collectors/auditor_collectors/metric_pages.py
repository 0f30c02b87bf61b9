"""Pages of GetMetricData and ListMetrics: what there is of each metric that was asked for, and what it measured.

Rules kept here: what an Id stands for is in the request, not in the response; an Id comes back on several pages, of
which the last says whether it is complete; a message about the whole answer makes all of it partial; a metric of which
nothing came is a subject without records, so that silence is told from what was never asked. A metric is answered as
its worst statistic is. A value is exact, in millionths, rounded away from zero; a datapoint without one is refused, and
so is one that 64 bits cannot hold. A datapoint says that something was published only in the finest period asked.
Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html
"""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor
from typing import TYPE_CHECKING, Any

from auditor.errors import CollectionError
from auditor.tables.state import COVERAGE_STATUSES
from auditor_collectors.jsonlines import AGAIN, member
from auditor_collectors.metric_requests import Series, series_of, subject_of
from auditor_collectors.page_members import Parsed, Subject, dimensions, entries, listed, moment, name, one_of
from auditor_collectors.values import LARGEST, optional

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from auditor_collectors.answers import Answer, Page

STATUSES = {"Complete": "ok", "PartialData": "partial", "InternalError": "failed", "Forbidden": "denied"}
MICRO = 1_000_000
MOST_EXPONENT = 400  # beyond what the floating-point numbers of CloudWatch reach


def datapoints(answer: Answer, pages: Sequence[Page], status: str, _purposes: Mapping[str, str]) -> Parsed:
    """Return the datapoints of each metric with their values, and of each metric how it was answered."""
    start, end = (member(f"{answer.where}, request", answer.request, key, moment) for key in ("StartTime", "EndTime"))
    series = series_of(answer, start)
    found: dict[str, dict[datetime, int]] = {key: {} for key in series}
    said: dict[str, str] = {}
    for where, document in entries(pages, "MetricDataResults"):
        key = member(where, document, "Id", name)
        if key not in series:
            raise CollectionError(f"{where}: Id {key!r} is none of the request's", remedy=AGAIN)
        said[key] = STATUSES[member(where, document, "StatusCode", optional(one_of(*STATUSES))) or "Complete"]
        for time, value in _points(where, document):
            if not start <= time < end:
                raise CollectionError(f"{where}: has a datapoint outside the period that was asked", remedy=AGAIN)
            if found[key].setdefault(time, value) != value:
                raise CollectionError(f"{where}: gives two values for {time.isoformat()}", remedy=AGAIN)
    doubtful = any(page.document.get("Messages") for page in pages)
    parsed, metrics = Parsed([]), defaultdict[str, list[str]](list)
    for key, one in series.items():
        metrics[one.subject()].append(key)
    for subject, keys in metrics.items():
        answered = [_answered(said.get(key), status, whole=series[key].whole and not doubtful) for key in keys]
        finest = min(series[key].period_us for key in keys)
        times = {time for key in keys if series[key].period_us == finest for time in found[key]}
        worst = max(answered, key=COVERAGE_STATUSES.index)
        parsed.subjects.append(Subject(subject, worst, len(times), start, end))
        for time in sorted(times):
            parsed.add("datapoints", event_time=time, **series[keys[0]].columns(), period_us=finest)
        for key in keys:
            _add_points(parsed, series[key], found[key])
    return parsed


def _answered(said: str | None, status: str, *, whole: bool) -> str:
    """Return how a statistic was answered; what was not asked so that it could be answered in full is partial."""
    answered = (said or "partial") if status == "ok" else status
    return "partial" if answered == "ok" and not whole else answered


def _add_points(parsed: Parsed, one: Series, values: Mapping[datetime, int]) -> None:
    place = {**one.columns(), "statistic": one.statistic, "period_us": one.period_us}
    for time, value in sorted(values.items()):
        parsed.add("metric_points", event_time=time, **place, value_micro=value)


def _points(where: str, document: dict[str, Any]) -> list[tuple[datetime, int]]:
    times = member(where, document, "Timestamps", _moments)
    values = member(where, document, "Values", _micros)
    if len(times) != len(values):
        raise CollectionError(
            f"{where}: has {len(times)} Timestamps and {len(values)} Values, expected a value for each", remedy=AGAIN
        )
    return list(zip(times, values, strict=True))


def _moments(value: Any) -> list[datetime]:
    return [moment(one) for one in listed(value)]


def _micros(value: Any) -> list[int]:
    return [micro(one) for one in listed(value)]


def micro(value: Any) -> int:
    """Return the number ``value`` in millionths, rounded away from zero, so that no limit is met by rounding."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal) or not Decimal(value).is_finite():
        raise ValueError("a number for each datapoint")
    if abs(Decimal(value).adjusted()) > MOST_EXPONENT:
        raise ValueError("a number for each datapoint, of at most 400 digits before and behind the point")
    scaled = Fraction(value) * MICRO
    rounded = ceil(scaled) if scaled > 0 else floor(scaled)
    if abs(rounded) > LARGEST:
        raise ValueError("a number that 64 bits can hold in millionths")
    return rounded


def listed_metrics(answer: Answer, pages: Sequence[Page], status: str, _purposes: Mapping[str, str]) -> Parsed:
    """Return that a namespace was searched for metrics of a name, and how many there are: none is a fact too."""
    sought = searched(answer)
    narrowed = {"Dimensions", "RecentlyActive", "OwningAccount", "IncludeLinkedAccounts"} & answer.request.keys()
    listed_as = [subject for subject, _ in found_metrics(pages)]
    answered = "partial" if status == "ok" and narrowed else status
    return Parsed([Subject(sought, answered, len(set(listed_as)))])


def searched(answer: Answer) -> str:
    """Return what ListMetrics searched: ``Namespace/MetricName``, or ``Namespace`` where any name was sought."""
    where = f"{answer.where}, request"
    namespace = member(where, answer.request, "Namespace", name)
    metric = member(where, answer.request, "MetricName", optional(name))
    return namespace if metric is None else subject_of(namespace, metric, "")


def found_metrics(pages: Sequence[Page]) -> list[tuple[str, dict[str, Any]]]:
    """Return each metric that ListMetrics listed as a subject, with the ``Metric`` by which GetMetricData asks it."""
    found = []
    for where, document in entries(pages, "Metrics"):
        namespace, metric = (member(where, document, key, name) for key in ("Namespace", "MetricName"))
        subject = subject_of(namespace, metric, dimensions(where, document))
        asked = {"Namespace": namespace, "MetricName": metric, "Dimensions": document.get("Dimensions") or []}
        found.append((subject, asked))
    return found

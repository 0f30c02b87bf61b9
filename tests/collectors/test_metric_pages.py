"""What the datapoints of GetMetricData measured, exactly, and when an answer about a metric is no full one."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.errors import CollectionError
from auditor_collectors.answers import Answer, Page
from auditor_collectors.jsonlines import json_object
from auditor_collectors.metric_pages import datapoints, micro

NOON = datetime(2025, 1, 14, 12, tzinfo=UTC)
MOST = 9223372036854775807


def query(key: str, statistic: str, metric: str = "Invocations", period: int = 60, **more: Any) -> dict[str, Any]:
    named = {"Namespace": "AWS/Bedrock", "MetricName": metric, "Dimensions": [{"Name": "ModelId", "Value": "m"}]}
    return {"Id": key, "MetricStat": {"Metric": named, "Period": period, "Stat": statistic} | more}


def series(key: str, *values: Any, status: str = "Complete", first: int = 0) -> dict[str, Any]:
    times = [(NOON - timedelta(hours=1) + timedelta(minutes=first + n)).isoformat() for n in range(len(values))]
    return {"Id": key, "Label": "x", "Timestamps": times, "Values": list(values), "StatusCode": status}


def read(
    *results: dict[str, Any], queries: Any, start: datetime = NOON - timedelta(hours=1), asked_at: datetime = NOON
) -> Any:
    """Return what one page of ``results`` says, as if it had been read from a file."""
    request = {"MetricDataQueries": list(queries), "StartTime": start.isoformat(), "EndTime": NOON.isoformat()}
    answer = Answer("index, line 1", "GetMetricData", "1" * 12, "eu-central-1", asked_at, "ok", (), request)
    page = json_object("page", json.dumps({"MetricDataResults": list(results)}).encode())
    return datapoints(answer, [Page("page", page)], "ok", {})


def values(parsed: Any) -> list[tuple[str, int]]:
    return [(row["statistic"], row["value_micro"]) for row in parsed.rows.get("metric_points", [])]


def test_each_statistic_has_its_points_and_the_metric_one_answer():
    both = [query("a", "SampleCount"), query("b", "PR(:1500)")]
    parsed = read(series("a", 20.0, 21), series("b", 95.0, 95.23809523809523), queries=both)
    assert values(parsed) == [
        ("SampleCount", 20_000_000),
        ("SampleCount", 21_000_000),
        ("PR(:1500)", 95_000_000),
        ("PR(:1500)", 95_238_096),
    ]
    row = parsed.rows["metric_points"][0]
    assert (row["namespace"], row["metric"], row["dimensions"]) == ("AWS/Bedrock", "Invocations", "ModelId=m")
    assert (row["event_time"], row["period_us"]) == (NOON - timedelta(hours=1), 60_000_000)
    (subject,) = parsed.subjects
    assert (subject.name, subject.status, subject.records) == ("AWS/Bedrock/Invocations{ModelId=m}", "ok", 2)


def test_a_metric_is_answered_as_its_worst_statistic_is():
    both = [query("a", "SampleCount"), query("b", "Sum")]
    for status, said in (("PartialData", "partial"), ("Forbidden", "denied"), ("InternalError", "failed")):
        parsed = read(series("a", 1), series("b", 1, status=status), queries=both)
        assert [one.status for one in parsed.subjects] == [said]
    assert [one.status for one in read(series("a", 1), queries=both).subjects] == ["partial"]


def test_presence_is_told_by_the_finest_period_alone():
    both = [query("a", "Sum"), query("b", "p95", period=3600)]
    parsed = read(series("a", 1, first=7), series("b", 900.5), queries=both)
    assert [(row["event_time"].minute, row["period_us"]) for row in parsed.rows["datapoints"]] == [(7, 60_000_000)]
    assert values(parsed) == [("Sum", 1_000_000), ("p95", 900_500_000)]


@pytest.mark.parametrize(
    ("days", "period", "status"),
    [
        (15, 60, "ok"),
        (15.001, 60, "partial"),
        (15.001, 300, "ok"),
        (15.001, 900, "ok"),
        (63, 300, "ok"),
        (63.001, 300, "partial"),
        (63.001, 3600, "ok"),
        (63.001, 5400, "partial"),
        (455, 3600, "ok"),
        (455.001, 3600, "partial"),
        (0.125, 10, "ok"),
        (0.126, 10, "partial"),
    ],
)
def test_silence_where_cloudwatch_keeps_no_such_period_is_no_full_answer(days, period, status):
    start = NOON - timedelta(days=days)
    parsed = read(series("a"), queries=[query("a", "Sum", period=period)], start=start)
    assert [(one.status, one.records) for one in parsed.subjects] == [(status, 0)]


def test_what_was_asked_in_a_unit_is_no_full_answer():
    parsed = read(series("a"), queries=[query("a", "Sum", Unit="Count")])
    assert [one.status for one in parsed.subjects] == ["partial"]


def test_a_metric_of_another_account_is_refused():
    with pytest.raises(CollectionError, match="another account"):
        read(series("a"), queries=[query("a", "Sum") | {"AccountId": "2" * 12}])


def test_two_values_for_an_instant_are_refused_and_the_same_twice_is_one():
    asked = [query("a", "Sum")]
    assert values(read(series("a", 1), series("a", 1.0), queries=asked)) == [("Sum", 1_000_000)]
    with pytest.raises(CollectionError, match="two values"):
        read(series("a", 1), series("a", 2), queries=asked)


def test_trap_10_a_datapoint_without_a_value_is_refused():
    """An imitation of AWS answers a percentile with a datapoint that has no value: that is no measurement of it."""
    asked, time = [query("a", "p95")], [(NOON - timedelta(hours=1)).isoformat()]
    for broken in ([], [None], ["900"], [True]):
        with pytest.raises(CollectionError, match="value for each|number for each"):
            read({"Id": "a", "Timestamps": time, "Values": broken, "StatusCode": "Complete"}, queries=asked)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0, 0),
        (Decimal("1e-7"), 1),
        (Decimal("-1e-7"), -1),
        (Decimal("0.1"), 100_000),
        (Decimal("1.0000001"), 1_000_001),
        (Decimal("9223372036854.775807"), MOST),
        (Decimal("-9223372036854.775807"), -MOST),
    ],
)
def test_a_value_is_exact_and_rounded_away_from_zero(value, said):
    assert micro(value) == said


@pytest.mark.parametrize(
    "value", [Decimal("9223372036854.775808"), Decimal("1e300"), Decimal("-1e13"), Decimal("1e999999"), Decimal("nan")]
)
def test_a_value_that_64_bits_cannot_hold_is_refused(value):
    with pytest.raises(ValueError, match="number"):
        micro(value)


@given(st.decimals(-(10**12), 10**12, places=9))
def test_rounding_never_brings_a_value_nearer_to_zero(value):
    exact = abs(value * 1_000_000)
    assert exact <= abs(micro(value)) < exact + 1

"""Metrics asked of CloudWatch through botocore's Stubber: what is asked, in what batches, and what is never silent."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from auditor.errors import CollectionError
from auditor_collectors.aws.sources.metrics import MetricsCollector
from aws.stubbed import COLLECTED_AT, Stubs, rows_of

COLLECTOR = MetricsCollector()
LATENCY = {
    "namespace": "AWS/Bedrock",
    "metric": "InvocationLatency",
    "dimensions": {"ModelId": "m"},
    "statistics": ["SampleCount", "TC(:1500)"],
}
END = datetime(2025, 1, 14, 11, 55, tzinfo=UTC)
START = END - timedelta(hours=1)
HOUR = {"last_seconds": 3600}


@pytest.fixture(name="stubs")
def _stubs(monkeypatch):
    return Stubs(monkeypatch)


def query(
    key, statistic, period=60, metric="InvocationLatency", namespace="AWS/Bedrock", dimensions=(("ModelId", "m"),)
):
    named = [{"Name": name, "Value": value} for name, value in dimensions]
    stat = {"Metric": {"Namespace": namespace, "MetricName": metric, "Dimensions": named}, "Period": period}
    return {"Id": key, "MetricStat": stat | {"Stat": statistic}, "ReturnData": True}


def request(*queries, start=START, end=END):
    window = {"StartTime": start.isoformat(), "EndTime": end.isoformat(), "ScanBy": "TimestampAscending"}
    return {"MetricDataQueries": list(queries), **window}


def result(key, *values, status="Complete", first=0):
    times = [START + timedelta(minutes=first + number) for number in range(len(values))]
    return {"Id": key, "Label": key, "Timestamps": times, "Values": list(values), "StatusCode": status}


def said(found, call="GetMetricData"):
    return [(row["subject"], row["status"], row["records"]) for row in found["source_answers"] if row["call"] == call]


def test_one_call_asks_for_all_statistics_and_its_window_ends_five_minutes_ago(stubs, tmp_path):
    asked = request(query("m0s0", "SampleCount"), query("m0s1", "TC(:1500)"))
    page = {"MetricDataResults": [result("m0s0", 20.0, 30.0), result("m0s1", 19.0, 30.0)], "Messages": []}
    stubs.answer("cloudwatch", "GetMetricData", page, asked)
    found = rows_of(COLLECTOR, HOUR | {"metrics": [LATENCY]}, tmp_path, stubs)
    assert [(row["statistic"], row["value_micro"]) for row in found["metric_points"]] == [
        ("SampleCount", 20_000_000),
        ("SampleCount", 30_000_000),
        ("TC(:1500)", 19_000_000),
        ("TC(:1500)", 30_000_000),
    ]
    assert len(found["datapoints"]) == 2
    (answer,) = found["source_answers"]
    assert (answer["subject"], answer["status"], answer["records"]) == (
        "AWS/Bedrock/InvocationLatency{ModelId=m}",
        "ok",
        2,
    )
    assert (answer["asked_from"], answer["asked_until"]) == (START, END)


def test_no_unit_is_ever_asked_for(stubs, tmp_path):
    stubs.answer("cloudwatch", "GetMetricData", {"MetricDataResults": []}, request(query("m0s0", "Sum")))
    found = rows_of(COLLECTOR, HOUR | {"metrics": [LATENCY | {"statistics": ["Sum"]}]}, tmp_path, stubs)
    assert said(found) == [("AWS/Bedrock/InvocationLatency{ModelId=m}", "partial", 0)]


def test_a_percentile_is_asked_in_one_period_that_spans_the_window(stubs, tmp_path):
    asked = request(query("m0s0", "SampleCount"), query("m0s1", "p95", period=3600))
    page = {"MetricDataResults": [result("m0s0", 20), result("m0s1", 812.5)]}
    stubs.answer("cloudwatch", "GetMetricData", page, asked)
    wanted = LATENCY | {"statistics": ["SampleCount"], "over_window": ["p95"]}
    found = rows_of(COLLECTOR, HOUR | {"metrics": [wanted]}, tmp_path, stubs)
    assert [(row["period_us"], row["value_micro"]) for row in found["metric_points"] if row["statistic"] == "p95"] == [
        (3_600_000_000, 812_500_000)
    ]


@pytest.mark.parametrize(
    ("statistics", "over_window"),
    [(["p95"], []), (["Average"], []), (["TM(1%:99%)"], []), ([], ["Sum"]), ([], []), (["Sum", "Sum"], [])],
)
def test_what_cannot_be_added_up_is_refused_by_the_minute(statistics, over_window):
    wanted = LATENCY | {"statistics": statistics, "over_window": over_window}
    common = {"accounts": ["111122223333"], "regions": ["eu-central-1"], "home_region": "eu-central-1"}
    assert COLLECTOR.check(common | HOUR | {"metrics": [wanted]}) != []


def test_pages_are_merged_by_id_and_the_last_says_whether_it_is_complete(stubs, tmp_path):
    asked = request(query("m0s0", "Sum"))
    first = {"MetricDataResults": [result("m0s0", 1, status="PartialData")], "NextToken": "t"}
    stubs.answer("cloudwatch", "GetMetricData", first, asked)
    second = {"MetricDataResults": [result("m0s0", 2, first=1)]}
    stubs.answer("cloudwatch", "GetMetricData", second, asked | {"NextToken": "t"})
    found = rows_of(COLLECTOR, HOUR | {"metrics": [LATENCY | {"statistics": ["Sum"]}]}, tmp_path, stubs)
    assert said(found) == [("AWS/Bedrock/InvocationLatency{ModelId=m}", "ok", 2)]


@pytest.mark.parametrize(
    ("page", "status"),
    [
        ({"MetricDataResults": [result("m0s0", 1, status="PartialData")]}, "partial"),
        ({"MetricDataResults": [result("m0s0", status="Forbidden")]}, "denied"),
        ({"MetricDataResults": [result("m0s0", status="InternalError")]}, "failed"),
        ({"MetricDataResults": [result("m0s0", 1)], "Messages": [{"Code": "MaxMetricsExceeded"}]}, "partial"),
        ({"MetricDataResults": []}, "partial"),
        ({"MetricDataResults": [result("m0s0")]}, "ok"),
    ],
)
def test_what_is_not_whole_is_told_and_silence_is_a_fact(stubs, tmp_path, page, status):
    stubs.answer("cloudwatch", "GetMetricData", page)
    found = rows_of(COLLECTOR, HOUR | {"metrics": [LATENCY | {"statistics": ["Sum"]}]}, tmp_path, stubs)
    assert [one[1] for one in said(found)] == [status]


def test_coverage_is_no_better_than_what_the_answer_says_of_itself(stubs, tmp_path):
    stubs.answer("cloudwatch", "GetMetricData", {"MetricDataResults": [result("m0s0", 1, status="PartialData")]})
    found = rows_of(COLLECTOR, HOUR | {"metrics": [LATENCY | {"statistics": ["Sum"]}]}, tmp_path, stubs)
    cells = {(row["account"], row["call"]): (row["status"], row["detail"]) for row in found["coverage"]}
    assert cells["111122223333", "GetMetricData"] == ("partial", "GetMetricData partial (by its content)")
    assert {status for status, _ in cells.values()} == {"ok", "partial"}  # ok: who we are
    assert cells["", "read_files"][0] == "partial"
    assert cells["111122223333", "read_files"][0] == "partial"


def test_a_refused_call_is_an_answer_about_every_metric_that_it_asked_for(stubs, tmp_path):
    stubs.refuse("cloudwatch", "GetMetricData", "AccessDenied")
    metrics = [LATENCY, LATENCY | {"metric": "Invocations"}]
    found = rows_of(COLLECTOR, HOUR | {"metrics": metrics}, tmp_path, stubs)
    assert [one[1] for one in said(found)] == ["denied", "denied"]
    assert "metric_points" not in found


def test_a_metric_is_never_split_between_batches_of_500_queries(stubs, tmp_path):
    metrics = [LATENCY | {"dimensions": {"ModelId": f"m{number:03}"}} for number in range(251)]
    for first, many in ((0, 250), (250, 1)):
        queries = [
            query(f"m{number}s{place}", statistic, dimensions=(("ModelId", f"m{first + number:03}"),))
            for number in range(many)
            for place, statistic in enumerate(LATENCY["statistics"])
        ]
        assert len(queries) <= 500
        page = {"MetricDataResults": [result(one["Id"]) for one in queries]}
        stubs.answer("cloudwatch", "GetMetricData", page, request(*queries))
    found = rows_of(COLLECTOR, HOUR | {"metrics": metrics}, tmp_path, stubs)
    assert {one[1] for one in said(found)} == {"ok"}
    assert len(said(found)) == 251


def test_a_call_asks_for_no_more_points_than_memory_should_hold(stubs, tmp_path):
    fortnight = {"last_seconds": 14 * 86_400}  # 20,160 minutes of each statistic
    start = END - timedelta(days=14)
    metrics = [LATENCY | {"statistics": ["Sum"], "dimensions": {"ModelId": f"m{number:02}"}} for number in range(10)]
    for first, many in ((0, 9), (9, 1)):
        queries = [query(f"m{n}s0", "Sum", dimensions=(("ModelId", f"m{first + n:02}"),)) for n in range(many)]
        page = {"MetricDataResults": [result(one["Id"]) for one in queries]}
        stubs.answer("cloudwatch", "GetMetricData", page, request(*queries, start=start))
    rows_of(COLLECTOR, fortnight | {"metrics": metrics}, tmp_path, stubs)


@pytest.mark.parametrize(
    ("days", "period", "said_"),
    [
        (14, 60, None),
        (16, 60, "multiple of 300 s"),
        (16, 300, None),
        (62, 300, None),
        (64, 300, "multiple of 3600 s"),
        (64, 3600, None),
        (456, 3600, "at most 455 days"),
    ],
)
def test_a_period_that_cloudwatch_no_longer_keeps_is_refused_not_answered_with_silence(
    stubs, tmp_path, days, period, said_
):
    options = {"last_seconds": days * 86_400, "metrics": [LATENCY | {"statistics": ["Sum"], "period_seconds": period}]}
    if said_ is None:
        stubs.answer("cloudwatch", "GetMetricData", {"MetricDataResults": [result("m0s0")]})
        assert [one[1] for one in said(rows_of(COLLECTOR, options, tmp_path, stubs))] == ["ok"]
        return
    with pytest.raises(CollectionError, match=said_):
        rows_of(COLLECTOR, options, tmp_path)


def test_a_window_lies_in_whole_periods_and_never_in_the_last_five_minutes(stubs, tmp_path):
    window = {"start": "2025-01-14T10:07:00Z", "end": "2025-01-14T12:00:00Z"}
    begin, end = datetime(2025, 1, 14, 10, 5, tzinfo=UTC), END
    asked = request(query("m0s0", "Sum", period=300), start=begin, end=end)
    stubs.answer("cloudwatch", "GetMetricData", {"MetricDataResults": []}, asked)
    metrics = [LATENCY | {"statistics": ["Sum"], "period_seconds": 300}]
    rows_of(COLLECTOR, window | {"metrics": metrics}, tmp_path, stubs)
    late = {"start": (COLLECTED_AT - timedelta(minutes=5)).isoformat()}
    with pytest.raises(CollectionError, match="still filling"):
        rows_of(COLLECTOR, late | {"metrics": metrics}, tmp_path)


MANTLE = {"namespace": "AWS/BedrockMantle", "metric": "Inferences", "statistics": ["Sum"]}
LISTED = {"Namespace": "AWS/BedrockMantle", "MetricName": "Inferences"}


def mantle(key, *dimensions):
    return query(key, "Sum", 60, "Inferences", "AWS/BedrockMantle", dimensions)


def test_a_search_asks_for_every_metric_that_it_finds(stubs, tmp_path):
    named = LISTED | {"Dimensions": [{"Name": "Model", "Value": "x"}]}
    stubs.answer("cloudwatch", "ListMetrics", {"Metrics": [named]}, LISTED)
    asked = request(mantle("m0s0"), mantle("m1s0", ("Model", "x")))
    page = {"MetricDataResults": [result("m0s0"), result("m1s0", 3)]}
    stubs.answer("cloudwatch", "GetMetricData", page, asked)
    found = rows_of(COLLECTOR, HOUR | {"search": [MANTLE]}, tmp_path, stubs)
    assert said(found, "ListMetrics") == [("AWS/BedrockMantle/Inferences", "ok", 1)]
    assert said(found) == [
        ("AWS/BedrockMantle/Inferences", "ok", 0),
        ("AWS/BedrockMantle/Inferences{Model=x}", "ok", 1),
    ]


def test_a_search_that_finds_none_has_an_answer_about_the_metric(stubs, tmp_path):
    stubs.answer("cloudwatch", "ListMetrics", {"Metrics": []}, LISTED)
    page = {"MetricDataResults": [result("m0s0")]}
    stubs.answer("cloudwatch", "GetMetricData", page, request(mantle("m0s0")))
    found = rows_of(COLLECTOR, HOUR | {"search": [MANTLE]}, tmp_path, stubs)
    assert said(found, "ListMetrics") == [("AWS/BedrockMantle/Inferences", "ok", 0)]
    assert said(found) == [("AWS/BedrockMantle/Inferences", "ok", 0)]


def test_a_search_that_was_refused_asks_for_nothing(stubs, tmp_path):
    stubs.refuse("cloudwatch", "ListMetrics", "AccessDenied")
    found = rows_of(COLLECTOR, HOUR | {"search": [MANTLE]}, tmp_path, stubs)
    assert said(found, "ListMetrics") == [("AWS/BedrockMantle/Inferences", "denied", 0)]
    assert said(found) == []


def test_a_search_that_was_cut_asks_for_nothing(stubs, tmp_path):
    named = LISTED | {"Dimensions": [{"Name": "Model", "Value": "x"}]}
    stubs.answer("cloudwatch", "ListMetrics", {"Metrics": [named], "NextToken": "t"}, LISTED)
    stubs.refuse("cloudwatch", "ListMetrics", "AccessDenied")
    found = rows_of(COLLECTOR, HOUR | {"search": [MANTLE]}, tmp_path, stubs)
    assert said(found, "ListMetrics") == [("AWS/BedrockMantle/Inferences", "partial", 1)]
    assert said(found) == []


def test_a_search_sees_no_metric_that_was_silent_for_two_weeks(tmp_path, stubs):
    with pytest.raises(CollectionError, match="at most 14 days ago"):
        rows_of(COLLECTOR, {"last_seconds": 14 * 86_400, "search": [MANTLE]}, tmp_path)
    stubs.answer("cloudwatch", "ListMetrics", {"Metrics": []}, LISTED)
    stubs.answer("cloudwatch", "GetMetricData", {"MetricDataResults": [result("m0s0")]})
    assert said(rows_of(COLLECTOR, {"last_seconds": 14 * 86_400 - 300, "search": [MANTLE]}, tmp_path, stubs)) != []

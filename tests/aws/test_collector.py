"""What every source of AWS does alike: it asks where it reaches, and says of each call how it was answered."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from aws.one_call import AlarmsCollector
from aws.stubbed import ACCOUNT, COLLECTED_AT, COMMON, HOME, Stubs, rows_of

COLLECTOR = AlarmsCollector()
ALARM = {
    "AlarmName": "p95",
    "ActionsEnabled": True,
    "AlarmActions": ["arn:aws:sns:eu-central-1:111122223333:ops"],
    "StateValue": "OK",
    "StateUpdatedTimestamp": datetime(2025, 1, 14, 9, tzinfo=UTC),
    "MetricName": "P95",
    "Namespace": "N",
}
TYPES = {"AlarmTypes": ["MetricAlarm", "CompositeAlarm"]}


@pytest.fixture(name="stubs")
def _stubs(monkeypatch):
    return Stubs(monkeypatch)


def test_pages_become_rows_and_one_coverage_row_of_the_call(stubs, tmp_path):
    stubs.answer("cloudwatch", "DescribeAlarms", {"MetricAlarms": [ALARM], "NextToken": "t"}, TYPES)
    stubs.answer(
        "cloudwatch", "DescribeAlarms", {"MetricAlarms": [ALARM | {"AlarmName": "b"}]}, TYPES | {"NextToken": "t"}
    )
    found = rows_of(COLLECTOR, {}, tmp_path, stubs)
    assert [row["alarm"] for row in found["alarms"]] == ["p95", "b"]
    assert all(row["account"] == ACCOUNT and row["region"] == HOME for row in found["alarms"])
    [call] = [row for row in found["coverage"] if row["call"] == "DescribeAlarms"]
    assert (call["status"], call["pages"], call["records"], call["retries"]) == ("ok", 2, 2, 0)
    assert call["available_at"] == COLLECTED_AT
    whole = [row for row in found["coverage"] if row["account"] == ""]
    assert [(row["call"], row["status"], row["records"]) for row in whole] == [("read_files", "ok", 4)]


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("AccessDeniedException", "denied"),
        ("ExpiredTokenException", "expired"),
        ("OptInRequired", "unknown_region"),
        ("UnrecognizedClientException", "unknown_region"),
        ("InternalFailure", "failed"),
    ],
)
def test_a_refused_call_has_its_status_and_no_row_of_facts(stubs, tmp_path, code, status):
    stubs.refuse("cloudwatch", "DescribeAlarms", code)
    found = rows_of(COLLECTOR, {}, tmp_path, stubs)
    assert "alarms" not in found
    [call] = [row for row in found["coverage"] if row["call"] == "DescribeAlarms"]
    assert (call["status"], call["pages"], call["records"]) == (status, 0, 0)
    assert call["detail"] == f"DescribeAlarms {status} ({code})"
    assert {row["status"] for row in found["coverage"] if row["call"] == "read_files"} == {status}


def test_options_of_all_sources_and_of_the_source_are_checked_together():
    problems = COLLECTOR.check(COMMON | {"accounts": ["1"], "other": 1})
    assert [problem.partition(":")[0] for problem in problems] == ["accounts.0", "other"]
    assert COLLECTOR.check(COMMON | {"accounts": [ACCOUNT, "444455556666"]}) != []

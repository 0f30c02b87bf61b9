"""Flags that are parameters of Systems Manager, through botocore's Stubber."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from auditor_collectors.aws.sources.flags_ssm import SsmCollector
from aws.stubbed import COMMON, Stubs, rows_of

COLLECTOR = SsmCollector()
OPTIONS = {
    "parameters": {"/support/direct": "ENABLE_DIRECT"},
    "true_values": ["on"],
    "false_values": ["off"],
}
ASKED = {"Name": "/support/direct", "WithDecryption": False, "MaxResults": 50}


@pytest.fixture(name="stubs")
def _stubs(monkeypatch):
    return Stubs(monkeypatch)


def versions(*values, first=1, kind="String"):
    return [
        {
            "Name": "/support/direct",
            "Type": kind,
            "Value": value,
            "Version": number,
            "LastModifiedDate": datetime(2025, 1, 14, 10, number, tzinfo=UTC),
            "LastModifiedUser": "arn:aws:iam::111122223333:user/jane",
        }
        for number, value in enumerate(values, start=first)
    ]


def collected(stubs, root, *pages):
    for number, page in enumerate(pages):
        token = {"NextToken": f"t{number}"} if number else {}
        more = {"NextToken": f"t{number + 1}"} if number + 1 < len(pages) else {}
        stubs.answer("ssm", "GetParameterHistory", {"Parameters": page} | more, ASKED | token)
    return rows_of(COLLECTOR, OPTIONS, root, stubs)


def steps(found):
    return [(row["event_time"].minute, row["kind"], row["enabled"]) for row in found.get("flag_changes", [])]


def said(found):
    return [(row["subject"], row["status"], row["records"]) for row in found["source_answers"]]


def test_a_parameter_changes_where_its_value_does_and_reaches_everybody_at_once(stubs, tmp_path):
    newest_first = list(reversed(versions("off", "off", "on", "off", "on")))
    found = collected(stubs, tmp_path, newest_first[:2], newest_first[2:])
    assert steps(found) == [(1, "changed", False), (3, "changed", True), (4, "changed", False), (5, "changed", True)]
    assert {row["rollout_percent"] for row in found["flag_changes"]} == {100}
    assert [(row["flag"], row["enabled"], row["provider"]) for row in found["flags"]] == [
        ("ENABLE_DIRECT", True, "ssm")
    ]
    assert said(found) == [("/support/direct", "ok", 5)]
    recorded = [path.read_bytes() for path in (tmp_path / "work").rglob("*") if path.is_file()]
    assert recorded
    assert not any(b"jane" in content for content in recorded)


@pytest.mark.parametrize(("first", "status"), [(1, "ok"), (2, "partial"), (7, "partial")])
def test_a_history_that_does_not_begin_with_the_first_version_is_partial(stubs, tmp_path, first, status):
    assert said(collected(stubs, tmp_path, versions("off", "on", first=first))) == [("/support/direct", status, 2)]


def test_a_version_in_between_that_is_missing_is_told(stubs, tmp_path):
    found = collected(stubs, tmp_path, [*versions("off"), *versions("on", first=3)])
    assert said(found) == [("/support/direct", "partial", 2)]


@pytest.mark.parametrize(("value", "kind"), [("true", "String"), ("ON", "String"), ("on", "SecureString")])
def test_a_text_that_is_in_neither_list_is_neither_on_nor_off(stubs, tmp_path, value, kind):
    found = collected(stubs, tmp_path, versions(value, kind=kind))
    assert steps(found) == [(1, "changed", None)]
    assert [row["enabled"] for row in found["flags"]] == [None]


def test_a_parameter_that_is_not_there_is_an_answer_and_a_refusal_another(stubs, tmp_path):
    stubs.refuse("ssm", "GetParameterHistory", "ParameterNotFound")
    found = rows_of(COLLECTOR, OPTIONS, tmp_path, stubs)
    assert said(found) == [("/support/direct", "ok", 0)]
    stubs.refuse("ssm", "GetParameterHistory", "AccessDeniedException")
    (tmp_path / "again").mkdir()
    refused = rows_of(COLLECTOR, OPTIONS, tmp_path / "again", stubs)
    assert said(refused) == [("/support/direct", "denied", 0)]
    assert "flags" not in found
    assert "flags" not in refused


def test_a_word_is_not_both_on_and_off():
    assert COLLECTOR.check(COMMON | OPTIONS | {"false_values": ["on"]}) != []
    assert COLLECTOR.check(COMMON | OPTIONS | {"parameters": {"a": "F", "b": "F"}}) != []
    assert COLLECTOR.check(COMMON | OPTIONS) == []

"""LookupEvents through the asker: what it lists becomes events, each once."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from auditor.errors import CollectionError
from auditor.tables import identifier_halves
from auditor_collectors.aws.sources.trail_lookup import DISTURBING, LOOKUP, TrailLookupCollector
from aws.stubbed import ACCOUNT, COLLECTED_AT, HOME, Stubs, rows_of

RECORD = {
    "eventID": "e1",
    "eventTime": "2025-01-14T10:00:00Z",
    "eventSource": "cloudtrail.amazonaws.com",
    "eventName": "StopLogging",
    "awsRegion": HOME,
    "userIdentity": {"accountId": ACCOUNT, "userName": "somebody"},
    "readOnly": False,
    "managementEvent": True,
    "eventCategory": "Management",
}


def event(record=RECORD, event_id="e1"):
    return {"EventId": event_id, "Username": "somebody", "CloudTrailEvent": json.dumps(record)}


def asked(attribute, value):
    window = {"StartTime": COLLECTED_AT - timedelta(hours=26), "EndTime": COLLECTED_AT}
    return {"LookupAttributes": [{"AttributeKey": attribute, "AttributeValue": value}], **window}


@pytest.fixture(name="stubs")
def _stubs(monkeypatch):
    return Stubs(monkeypatch)


def test_an_event_becomes_a_row_once_though_two_questions_list_it(stubs, tmp_path):
    stubs.answer("cloudtrail", "LookupEvents", {"Events": [event()]}, asked("EventName", "StopLogging"))
    source = "cloudtrail.amazonaws.com"
    more = {"Events": [event(), event(RECORD | {"eventID": "e2"}, "e2")]}
    stubs.answer("cloudtrail", "LookupEvents", more, asked("EventSource", source))
    options = {"event_names": ["StopLogging"], "event_sources": [source]}
    found = rows_of(TrailLookupCollector(), options, tmp_path, stubs)
    assert [row["event_hi"] for row in found["audit_events"]] == [identifier_halves(one)[0] for one in ("e1", "e2")]
    assert found["audit_events"][0] | {"event_hi": 0, "event_lo": 0} == {
        "event_time": datetime(2025, 1, 14, 10, tzinfo=UTC),
        "event_hi": 0,
        "event_lo": 0,
        "request_hi": None,
        "request_lo": None,
        "account": ACCOUNT,
        "region": HOME,
        "event_source": "cloudtrail.amazonaws.com",
        "event_name": "StopLogging",
        "event_category": "Management",
        "read_only": False,
        "management_event": True,
        "error_code": None,
        "model_id": None,
        "inference_region": None,
    }
    answers = [(row["subject"], row["status"], row["records"]) for row in found["source_answers"]]
    assert answers == [("EventName=StopLogging", "ok", 1), (f"EventSource={source}", "ok", 2)]


def test_pages_are_followed(stubs, tmp_path):
    question = asked("EventName", "StopLogging")
    stubs.answer("cloudtrail", "LookupEvents", {"Events": [event()], "NextToken": "t"}, question)
    more = {"Events": [event(RECORD | {"eventID": "e2"}, "e2")]}
    stubs.answer("cloudtrail", "LookupEvents", more, question | {"NextToken": "t"})
    found = rows_of(TrailLookupCollector(), {"event_names": ["StopLogging"]}, tmp_path, stubs)
    assert len(found["audit_events"]) == 2


def test_a_question_that_is_denied_is_an_answer_without_events(stubs, tmp_path):
    stubs.refuse("cloudtrail", "LookupEvents", "AccessDeniedException")
    found = rows_of(TrailLookupCollector(), {"event_names": ["StopLogging"]}, tmp_path, stubs)
    assert "audit_events" not in found
    assert [(row["status"], row["records"]) for row in found["source_answers"]] == [("denied", 0)]


def test_a_record_under_another_id_is_refused(stubs, tmp_path):
    stubs.answer("cloudtrail", "LookupEvents", {"Events": [event(event_id="e9")]})
    with pytest.raises(CollectionError, match="its record has another eventID"):
        rows_of(TrailLookupCollector(), {"event_names": ["StopLogging"]}, tmp_path)


def test_it_asks_no_more_than_twice_a_second_and_by_default_for_what_disturbs_a_trail():
    assert LOOKUP.per_second == 2
    assert TrailLookupCollector.source.options().event_names == DISTURBING

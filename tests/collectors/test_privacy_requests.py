"""Requests of data subjects, erasures, consents and uses: days by the controller's zone, and no person."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.tables import identifier_halves
from auditor_collectors.consents import ConsentsCollector
from auditor_collectors.erasures import ErasuresCollector
from auditor_collectors.local_days import EPOCH, least_offset_us, local_day
from auditor_collectors.privacy_requests import PrivacyRequestsCollector
from auditor_collectors.processing_uses import ProcessingUsesCollector
from one_source import bytes_of, refusal, rows_of, snapshot_of

HOUR_US = 3_600_000_000
REQUESTS = {
    "files": ["r.jsonl"],
    "time_zone": "Europe/Berlin",
    "member_state": "DE",
    "kinds": {"Auskunft": "access"},
    "members": {
        "member_state": "state",
        "suspended_at": "suspended",
        "resumed_at": "resumed",
        "extended_at": "extended",
        "extension_reasoned": "reasons",
        "refusal_reasoned": "refusal",
    },
}
REQUEST = {"id": "DSR-1", "kind": "Auskunft", "received_at": "2025-01-01T23:30:00Z", "person": "jane@example.org"}
ERASURE = {"id": "e1", "request": "DSR-1", "at": "2025-01-02T09:00:00Z", "place": "primary", "state": "deleted"}
ERASURES = {"files": ["r.jsonl"], "time_zone": "Europe/Berlin", "places": ["primary", "backups"]}
CONSENT = {"id": "c1", "given_at": "2025-01-02T09:00:00Z", "purpose": "training", "version": "3"}
CONSENTS = {"files": ["r.jsonl"], "purposes": ["training"], "versions": ["3"]}
USE = {"id": "u1", "at": "2025-01-02T09:00:00Z", "purpose": "training", "consent": "c1"}
USES = {"files": ["r.jsonl"], "purposes": ["training"]}
SOURCES = {
    "privacy_requests": (PrivacyRequestsCollector(), REQUESTS, REQUEST),
    "erasures": (ErasuresCollector(), ERASURES, ERASURE),
    "consents": (ConsentsCollector(), CONSENTS, CONSENT),
    "processing_uses": (ProcessingUsesCollector(), USES, USE),
}


def day(text):
    return (date.fromisoformat(text) - EPOCH).days


def collected(root, table, *documents, **options):
    collector, own, _ = SOURCES[table]
    (root / "r.jsonl").write_text("".join(json.dumps(one) + "\n" for one in documents))
    return snapshot_of(collector, own | options, root)


def refused(root, table, document):
    collector, own, _ = SOURCES[table]
    (root / "r.jsonl").write_text(json.dumps(document) + "\n")
    return refusal(collector, own, root).splitlines()[0]


def test_a_request_has_the_days_of_its_zone_and_no_person(tmp_path):
    whole = REQUEST | {
        "suspended": "2025-01-02T22:59:59Z",
        "resumed": "2025-01-02T23:00:00Z",
        "extended": "2025-01-05T12:00:00+01:00",
        "reasons": True,
        "closed_at": "2025-01-10T23:00:00Z",
        "outcome": "refused",
        "refusal": False,
        "state": "AT",
    }
    snapshot = collected(tmp_path, "privacy_requests", whole)
    high, low = identifier_halves("DSR-1")
    [row] = rows_of(snapshot, "privacy_requests")
    assert row == {
        "event_time": datetime(2025, 1, 1, 23, 30, tzinfo=UTC),
        "request_hi": high,
        "request_lo": low,
        "kind": "access",
        "member_state": "AT",
        "received_day": day("2025-01-02"),
        "offset_us": HOUR_US,
        "suspended_day": day("2025-01-02"),
        "resumed_day": day("2025-01-03"),
        "extension_day": day("2025-01-05"),
        "extension_reasoned": True,
        "closed_at": datetime(2025, 1, 10, 23, tzinfo=UTC),
        "closed_day": day("2025-01-11"),
        "outcome": "refused",
        "refusal_reasoned": False,
    }
    assert not any(b"jane" in content or b"DSR" in content for content in bytes_of(snapshot).values())


def test_an_open_request_leaves_unsaid_what_it_does_not_say(tmp_path):
    [row] = rows_of(collected(tmp_path, "privacy_requests", REQUEST, time_zone="America/New_York"), "privacy_requests")
    assert (row["member_state"], row["received_day"], row["offset_us"]) == ("DE", day("2025-01-01"), -5 * HOUR_US)
    assert all(
        row[name] is None
        for name in (
            "suspended_day", "resumed_day", "extension_day", "extension_reasoned", "closed_at", "closed_day", "outcome",
            "refusal_reasoned",
        )
    )  # fmt: skip


def test_an_erasure_tells_its_place_and_until_when(tmp_path):
    expiring = ERASURE | {"id": "e2", "place": "tape", "state": "expires", "expires_at": "2025-02-01T23:30:00Z"}
    first, second = rows_of(collected(tmp_path, "erasures", ERASURE, expiring), "erasures")
    assert {(one["place"], one["state"], one["expires_day"]) for one in (first, second)} == {
        ("primary", "deleted", None),
        ("undeclared", "expires", day("2025-02-02")),
    }
    assert (first["request_hi"], first["request_lo"]) == identifier_halves("DSR-1")
    assert first["erasure_hi"] != second["erasure_hi"]


def test_a_consent_and_its_use_meet_by_the_same_digest(tmp_path):
    withdrawn = CONSENT | {"withdrawn_at": "2025-01-02T09:00:00Z", "version": "Jane's", "purpose": "other"}
    [consent] = rows_of(collected(tmp_path, "consents", withdrawn), "consents")
    other = tmp_path / "other"
    other.mkdir()
    unlinked = USE | {"id": "u2", "consent": None}
    uses = rows_of(collected(other, "processing_uses", USE, unlinked), "processing_uses")
    linked = [one for one in uses if one["consent_hi"] is not None]
    assert len(uses) == 2
    assert [(one["consent_hi"], one["consent_lo"]) for one in linked] == [
        (consent["consent_hi"], consent["consent_lo"])
    ]
    assert (consent["version"], consent["purpose"]) == ("undeclared", "undeclared")
    assert consent["withdrawn_at"] == consent["event_time"]


@pytest.mark.parametrize(
    ("table", "change", "said"),
    [
        ("privacy_requests", {"kind": "Frage"}, "member 'kind': found 'Frage', expected one of Auskunft"),
        (
            "privacy_requests",
            {"received_at": "2025-01-01"},
            "member 'received_at': found '2025-01-01', expected an RFC",
        ),
        (
            "privacy_requests",
            {"received_at": "2025-01-14T12:03:00Z"},
            "expected at most 2 minutes after the collection",
        ),
        ("privacy_requests", {"state": "de"}, "member 'state': found 'de', expected a country as two capital letters"),
        ("privacy_requests", {"suspended": "2025-01-01T23:29:59Z"}, "something happened before it was received"),
        ("privacy_requests", {"resumed": "2025-01-03T00:00:00Z"}, "resumed, expected a suspension that began no later"),
        (
            "privacy_requests",
            {"suspended": "2025-01-04T00:00:00Z", "resumed": "2025-01-03T00:00:00Z"},
            "resumed, expected a suspension that began no later",
        ),
        ("privacy_requests", {"outcome": "granted"}, "expected both when it was closed and how, or neither"),
        ("privacy_requests", {"closed_at": "2025-01-03T00:00:00Z"}, "expected both when it was closed and how, or"),
        ("privacy_requests", {"refusal": "no"}, "member 'refusal': found 'no', expected true or false"),
        (
            "erasures",
            {"state": "gone"},
            "member 'state': found 'gone', expected one of deleted, expires, exempt, absent",
        ),
        ("erasures", {"state": "expires"}, "expected an instant of expiry where it expires, and nowhere else"),
        ("erasures", {"expires_at": "2025-02-01T00:00:00Z"}, "expected an instant of expiry where it expires"),
        ("consents", {"withdrawn_at": "2025-01-02T08:59:59Z"}, "withdrawn before it was given"),
        ("processing_uses", {"consent": ""}, "member 'consent': found '', expected an id"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(tmp_path, table, change, said):
    message = refused(tmp_path, table, SOURCES[table][2] | change)
    assert message.startswith("r.jsonl, line 1")
    assert said in message


@pytest.mark.parametrize("table", SOURCES)
def test_the_same_id_with_other_content_is_refused(tmp_path, table):
    collector, own, record = SOURCES[table]
    other = {name: value.replace("T09", "T10").replace("23:30", "23:31") for name, value in record.items()}
    (tmp_path / "r.jsonl").write_text(json.dumps(record) + "\n" + json.dumps(other) + "\n")
    assert "is also there with other content" in refusal(collector, own, tmp_path)


@pytest.mark.parametrize("table", ["privacy_requests", "erasures"])
@pytest.mark.parametrize("zone", ["Europe/Bonn", "", "../etc/passwd", "/etc/localtime"])
def test_a_zone_that_is_none_is_said(table, zone):
    collector, own, _ = SOURCES[table]
    [problem] = collector.check(own | {"time_zone": zone})
    assert problem.startswith("time_zone: ")
    assert "is no time zone here" in problem


@given(
    st.integers(1_577_836_800, 2_051_222_400).map(lambda second: datetime.fromtimestamp(second, UTC)),
    st.sampled_from(["Europe/Berlin", "Atlantic/Azores", "Europe/Dublin", "Indian/Reunion", "UTC"]),
)
def test_a_day_that_ended_by_the_least_offset_has_ended(moment, name):
    """No day begins by the least offset before it begins in the zone, so nothing is overdue too early."""
    zone = ZoneInfo(name)
    offset = least_offset_us(moment, zone)
    for later in (moment + timedelta(days=days, hours=5) for days in range(0, 364, 13)):
        by_offset = (round(later.timestamp() * 1_000_000) + offset) // 86_400_000_000
        assert local_day(later, zone) - 1 <= by_offset <= local_day(later, zone)

"""The audit log of the example company: linked events between other lines, an honest count, incidents of its own."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from auditor.estate import audit
from auditor.estate.traffic import Period

START = datetime(2025, 1, 14, 10, tzinfo=UTC)
FIRST, LAST = START - timedelta(minutes=5), START + timedelta(minutes=125)
LOG, BEATS = "audit/support.log", "heartbeats/audit_log.jsonl"
STEPS = {"operation_start", "routing_decision", "operation_executed"}


def written(*incidents):
    return audit.files(START, FIRST, LAST, Period(0, 120), incidents, 20250114)


def events(files):
    lines = files[LOG].decode().splitlines()
    return [json.loads(line.partition("AUDIT: ")[2]) for line in lines if "AUDIT: " in line]


def counted(files):
    return sum(json.loads(line)["records"] for line in files[BEATS].splitlines())


def kinds(files):
    return Counter(one["eventType"] for one in events(files))


def test_every_operation_begins_is_routed_runs_and_ends_once():
    operations = Counter((one["requestId"], one["eventType"]) for one in events(written()))
    assert set(operations.values()) == {1}
    for operation in {name for name, _ in operations}:
        found = {kind for name, kind in operations if name == operation}
        assert found in (STEPS | {"operation_complete"}, STEPS | {"operation_failed"})


def test_the_observer_counted_what_the_log_holds():
    files = written()
    assert counted(files) == len(events(files)) == 1040
    assert len(files[LOG].decode().splitlines()) > len(events(files))


def test_operations_fail_on_a_healthy_day_too():
    assert 0 < kinds(written())["operation_failed"] < 10


def test_each_event_names_the_hash_of_the_one_before():
    listed = events(written())
    assert listed[0]["previousEventHash"] == ""
    for before, after in pairwise(listed):
        assert after["previousEventHash"] == before["eventHash"] != ""


@pytest.mark.parametrize(
    ("text", "digits"), [("", "0"), ("a", "61"), ("hello", "5e918d2"), ("polygenelubricants", "80000000")]
)
def test_the_hash_is_that_of_the_field(text, digits):
    """Java's String.hashCode gives these values; the last is the least 32-bit integer."""
    assert audit._rolling(text) == digits


@pytest.mark.parametrize(
    ("name", "changed"),
    [
        ("compliance_violation", {LOG, BEATS}),
        ("undeclared_event", {LOG, BEATS}),
        ("failed_operations", {LOG}),
        ("audit_log_unobserved", {BEATS}),
        ("audit_events_lost", {LOG}),
        ("audit_log_silent", {LOG, BEATS}),
        ("region_leak", set()),
    ],
)
def test_an_incident_changes_these_files_only(name, changed):
    healthy, found = written(), written(name)
    assert {path for path in healthy if healthy[path] != found[path]} == changed


def test_failed_operations_call_themselves_violations_and_are_none():
    found = written("failed_operations")
    assert kinds(found)["operation_failed"] > kinds(written())["operation_failed"]
    assert {one["complianceStatus"] for one in events(found)} == {"compliant", "violation"}
    assert set(kinds(found)) == set(kinds(written()))


def test_lost_events_were_counted():
    found = written("audit_events_lost")
    assert counted(found) == counted(written()) > len(events(found))


def test_a_silent_application_wrote_before_and_after():
    found = events(written("audit_log_silent"))
    assert found
    assert not [one for one in found if "2025-01-14T10:00:00Z" <= one["timestamp"] < "2025-01-14T12:00:00Z"]

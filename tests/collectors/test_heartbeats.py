"""Heartbeats: an observer's intervals as it wrote them, none twice, or a refusal that names file and row."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from auditor.errors import UsageError
from collecting import COLLECTED_AT, jsonl

AGAIN = "\n  what to do: export the file again"
INSTANT = "an RFC 3339 instant with a time zone, e.g. 2025-01-14T12:00:00Z"


def beat(minute=0, **changes):
    start = datetime(2025, 1, 14, 10, minute, tzinfo=UTC)
    one = {"start": start.isoformat(), "end": (start + timedelta(minutes=1)).isoformat(), "records": 5}
    return {name: value for name, value in (one | changes).items() if value is not ...}


def declare(site):
    site.source("beats", "heartbeats", files=["*.log"], observes="requests")


def refused(site, *beats):
    declare(site)
    site.write("a.log", jsonl(*beats))
    return site.refused()


def test_an_interval_becomes_a_row_of_the_observed_source(site):
    declare(site)
    site.write("a.log", jsonl(beat(account="111122223333", region="eu-west-1")))
    tables = site.collected()
    assert tables["heartbeats"] == [
        {
            "system": "s",
            "environment": "e",
            "source": "requests",
            "account": "111122223333",
            "region": "eu-west-1",
            "start_time": datetime(2025, 1, 14, 10, 0, tzinfo=UTC),
            "end_time": datetime(2025, 1, 14, 10, 1, tzinfo=UTC),
            "records": 5,
        }
    ]
    (cell,) = tables["coverage"]
    assert (cell["source"], cell["pages"], cell["records"], cell["status"]) == ("beats", 1, 1, "ok")


@pytest.mark.parametrize("records", [None, ..., 0, (1 << 63) - 1])
def test_a_count_may_be_absent_and_zero_is_a_count(site, records):
    declare(site)
    site.write("a.log", jsonl(beat(records=records)))
    (row,) = site.collected()["heartbeats"]
    assert row["records"] == (None if records is ... else records)
    assert (row["account"], row["region"]) == ("", "")


@pytest.mark.parametrize("value", [-1, 1.5, "5", True, [], 1 << 63])
def test_a_count_that_is_none_is_refused(site, value):
    message = refused(site, beat(0), beat(1, records=value))
    assert message == f"a.log, row 2, column 'records': found {value!r}, expected a count, or null{AGAIN}"


@pytest.mark.parametrize("member", ["start", "end"])
@pytest.mark.parametrize(
    "value",
    [
        "2025-01-14T10:00:00",
        "2025-01-14",
        "20250114T100000Z",
        "2025-W03-2T10:00:00Z",
        "2025-13-01T10:00:00Z",
        5,
        None,
        [],
    ],
)
def test_an_instant_without_a_zone_or_a_sense_is_refused(site, member, value):
    message = refused(site, beat(**{member: value}))
    assert message == f"a.log, row 1, column '{member}': found {value!r}, expected {INSTANT}{AGAIN}"


@pytest.mark.parametrize("value", ["1970-01-01T00:00:00Z", "9999-12-31T23:59:59-12:00"])
def test_an_instant_at_the_edge_of_the_calendar_is_refused(site, value):
    assert "expected an instant of the years 1971 to 9998" in refused(site, beat(start=value))


@pytest.mark.parametrize("minutes", [0, -1])
def test_an_interval_that_does_not_end_after_its_start_is_refused(site, minutes):
    end = (datetime(2025, 1, 14, 10, 5, tzinfo=UTC) + timedelta(minutes=minutes)).isoformat()
    message = refused(site, beat(5, end=end))
    assert message == (
        f"a.log, row 1, column 'end': found '{end}', expected an instant after start (2025-01-14T10:05:00+00:00){AGAIN}"
    )


def test_a_clock_of_the_future_is_refused_and_two_minutes_are_not(site):
    latest = COLLECTED_AT + timedelta(minutes=2)
    beyond = (latest + timedelta(microseconds=1)).isoformat()
    assert refused(site, beat(end=beyond)) == (
        f"a.log, row 1, column 'end': found '{beyond}', "
        f"expected at most 2 minutes after the collection at 2025-01-14T12:00:00+00:00{AGAIN}"
    )
    site.write("a.log", jsonl(beat(end=latest.isoformat())))
    assert site.collected()["heartbeats"][0]["end_time"] == latest


@pytest.mark.parametrize("value", [5, None, "eu\nwest", "zürich", ["eu-west-1"]])
def test_a_region_that_is_no_name_is_refused(site, value):
    assert "a.log, row 1, column 'region': found" in refused(site, beat(region=value))


def test_an_interval_that_is_there_twice_is_refused(site):
    declare(site)
    site.write("a.log", jsonl(beat(0), beat(1)))
    site.write("b.log", jsonl(beat(2), beat(1)))
    assert site.refused() == (
        "b.log, row 2: overlaps the interval of a.log, row 2\n"
        "  what to do: an observer reports each interval once; export the file again"
    )


def test_an_interval_within_a_longer_one_is_refused(site):
    message = refused(site, beat(0, end="2025-01-14T10:30:00Z"), beat(20))
    assert message.startswith("a.log, row 2: overlaps the interval of a.log, row 1\n")


def test_intervals_that_touch_and_intervals_of_other_cells_are_accepted(site):
    declare(site)
    site.write("a.log", jsonl(beat(1), beat(0), beat(0, region="eu-west-1"), beat(0, account="111122223333")))
    assert len(site.collected()["heartbeats"]) == 4


def test_a_batch_boundary_loses_and_doubles_nothing(site):
    start = datetime(2025, 1, 14, 0, 0, tzinfo=UTC)
    edges = [(start + timedelta(seconds=number)).isoformat() for number in range(20_001)]
    declare(site)
    site.write("a.log", jsonl(*({"start": one, "end": after} for one, after in pairwise(edges))))
    tables = site.collected()
    assert len({row["start_time"] for row in tables["heartbeats"]}) == len(tables["heartbeats"]) == 20_000
    assert tables["coverage"][0]["records"] == 20_000


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (b'{"start": "2025-01-14T10:00:00Z"}', "found members start, expected start and end, and perhaps records"),
        (b"{}", "found members none, expected start and end"),
        (b'{"start": 1, "end": 2, "count": 3}', "found members count, end, start, expected start and end"),
        (b"[]", "found list, expected one JSON object"),
        (b"{", "not JSON (Expecting property name enclosed in double quotes, at character 2 of the JSON)"),
        (b'{"start": 1, "start": 2}', "member 'start' is there twice, expected once"),
        (b'{"start": "\xff"}', "not UTF-8 (invalid start byte)"),
        (b"[" * 100_000, "not JSON (maximum recursion depth exceeded"),
    ],
    ids=["no end", "empty", "foreign", "list", "cut", "twice", "latin", "deep"],
)
def test_a_line_that_is_no_heartbeat_is_refused(site, line, told):
    declare(site)
    site.write("a.log", jsonl(beat()) + b"\n" + line + b"\n")
    message = site.refused()
    assert message.startswith(f"a.log, line 3: {told}")
    assert message.endswith(AGAIN)


def test_files_of_blank_lines_hold_no_heartbeat(site):
    declare(site)
    site.write("a.log", b"\n \n")
    assert site.refused() == "source 'beats': its files hold no heartbeat\n  what to do: export them again"


def test_what_is_observed_must_be_named(site):
    site.source("beats", "heartbeats", files=["*.log"])
    assert "sources.beats.observes: Field required" in site.refused(UsageError)

"""How days and hours are counted, against judges of others: worked examples, DuckDB's intervals, and the kept library.

The examples are those of ``docs/explanation/deadlines.md``, ours by the clauses that they name of Regulation (EEC,
Euratom) No 1182/71; two are those of the European Data Protection Board in its Guidelines 01/2022 (right of access).
"""

from __future__ import annotations

import importlib.util
import re
from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb
import holidays
import pytest

from auditor.adapters.policies.build import find_opa
from auditor.adapters.policies.pack import load_pack
from auditor.errors import EngineError
from auditor.shell.engines import EngineChoice, open_engine
from auditor.shipped import policies_dir

ROOT = Path(__file__).parents[2]
PACK = load_pack(policies_dir())
EPOCH = date(1970, 1, 1)
DAY = timedelta(days=1)
FIRST, LAST = date(2020, 1, 1), date(2035, 8, 31)  # three months later the list of holidays still goes on
PAGE = (ROOT / "docs" / "explanation" / "deadlines.md").read_text(encoding="utf-8")
# Received, member state, due, and why: the table of the page, and more.
EXAMPLES = re.findall(r"^\| (\d{4}-\d\d-\d\d) \| ([A-Z]{2}) \| (\d{4}-\d\d-\d\d) \| (.+) \|$", PAGE, re.MULTILINE)
MORE = [
    ("2024-01-29", "DE", "2024-02-29", "Art. 3(2)(c): the date is there in a leap year"),
    ("2024-12-01", "DE", "2025-01-02", "Art. 3(4): New Year's Day"),
    ("2025-03-18", "PT", "2025-04-21", "Art. 3(4): Easter Monday is a working day in Portugal"),
    ("2025-12-31", "SE", "2026-02-02", "Art. 3(2)(c), (4): the last of January, a Saturday"),
]
# Aware, the last instant of 72 hours, and why.
CLOCKS = [
    ("2025-01-14T10:20:00Z", "2025-01-17T11:00:00Z", "Art. 3(1): the hour of the event is not counted"),
    ("2025-01-14T10:00:00Z", "2025-01-17T11:00:00Z", "Art. 3(1): nor at its very beginning"),
    ("2025-01-14T10:59:59.999999Z", "2025-01-17T11:00:00Z", "Art. 3(1): nor at its end"),
    ("2025-01-17T15:30:00Z", "2025-01-20T16:00:00Z", "Art. 3(4): periods in hours end on weekends too"),
    ("2025-03-29T22:30:00Z", "2025-04-01T23:00:00Z", "hours are hours where summer time begins"),
]


@pytest.fixture(scope="module")
def engine():
    """Give Wasm, cross-checked with OPA where there is one."""
    try:
        find_opa()
    except EngineError:
        with open_engine(PACK) as wasm:
            yield wasm
        return
    with open_engine(PACK, EngineChoice(cross_check=True)) as both:
        yield both


def day(text: str | date) -> int:
    return ((date.fromisoformat(text) if isinstance(text, str) else text) - EPOCH).days


def request(received: date, state: str) -> dict[str, object]:
    row = dict.fromkeys(("suspended_day", "resumed_day", "extension_day", "extension_reasoned", "closed_day"))
    return row | {"role": "request", "member_state": state, "received_day": day(received), "now_day": day(received)}


def decided(engine, control, parameters, rows):
    return engine.decide(control, parameters, [{"row": row, "assured": None} for row in rows])


def due(engine, rows: list[dict[str, object]], months: int) -> list[str]:
    """Return the last days that the control states of open requests."""
    parameters = {"months": months, "extension_months": 2}
    decisions = decided(engine, "deadlines.request_answered", parameters, rows)
    assert {one["reason"] for one in decisions} == {"not_elapsed"}
    return [one["limit"] for one in decisions]


@pytest.mark.parametrize(("received", "state", "expected", "why"), EXAMPLES + MORE)
def test_a_worked_example(engine, received, state, expected, why):
    assert due(engine, [request(date.fromisoformat(received), state)], 1) == [expected], why


@pytest.mark.parametrize(("aware", "expected", "why"), CLOCKS)
def test_a_worked_example_in_hours(engine, aware, expected, why):
    at, last = (round(datetime.fromisoformat(one).timestamp() * 1_000_000) for one in (aware, expected))
    row = {"role": "incident", "breach": True, "aware_us": at, "exception": None, "moment_us": last + 1}
    rows = [row | {"notified_us": last + late} for late in (0, 1)]
    found = decided(engine, "deadlines.breach_notified", {"hours": 72}, rows)
    assert [one["reason"] for one in found] == ["notified_in_time", "notified_late"], why


@pytest.mark.parametrize(("months", "state"), [(1, "DE"), (3, "HU")])
def test_every_day_of_fifteen_years_is_counted_as_duckdb_and_the_library_do(engine, months, state):
    days = [FIRST + DAY * number for number in range((LAST - FIRST).days + 1)]
    kept = holidays.country_holidays(state, years=range(2020, 2036))
    with duckdb.connect() as sql:
        [(later,)] = sql.execute(
            "select list((unnest + to_months(?))::date order by unnest) from unnest(?::date[])", [months, days]
        ).fetchall()
    assert len(later) == len(days)
    expected = []
    for last in later:
        moved = last
        while moved.isoweekday() > 5 or moved in kept:
            moved += DAY
        expected.append(moved.isoformat())
    assert due(engine, [request(one, state) for one in days], months) == expected


def test_the_page_has_the_examples():
    assert len(EXAMPLES) == 13


def test_the_list_of_holidays_is_what_the_kept_library_gives():
    spec = importlib.util.spec_from_file_location("make_holidays", ROOT / "tools" / "make_holidays.py")
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    assert (policies_dir() / "lists" / "public_holidays.json").read_text(encoding="utf-8") == tool.document()
    listed = PACK.lists["public_holidays"]["states"]
    assert len(listed) == 30  # the 27 of the Union, with Iceland, Liechtenstein and Norway
    assert {len(years) for years in listed.values()} == {16}
    assert all(8 <= len(days) <= 20 for years in listed.values() for days in years.values())


def test_a_calendar_of_another_state_or_year_is_not_known(engine):
    rows = [request(date(2025, 1, 14), "GB"), request(date(2036, 1, 14), "DE"), request(date(2035, 11, 30), "DE")]
    found = decided(engine, "deadlines.request_answered", {"months": 2, "extension_months": 2}, rows)
    assert {(one["verdict"], one["reason"]) for one in found} == {("inconclusive", "calendar_unknown")}


def test_thirty_days_are_no_month(engine):
    """Thirty days later is the last day of fewer than one request in three."""
    days = [FIRST + DAY * number for number in range(365)]
    with_days = [(one + 30 * DAY).isoformat() for one in days]
    assert sum(map(str.__eq__, due(engine, [request(one, "DE") for one in days], 1), with_days)) < 365 / 3

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor_collectors.deployment_log import DeploymentLogCollector
from one_source import bytes_of, refusal, rows_of, snapshot_of

OPTIONS = {
    "files": ["log*.jsonl"],
    "members": {
        "at": "ts",
        "event": "what",
        "phase": "stage",
        "component": "unit",
        "version": "release",
        "position": "n",
    },
    "events": {
        "BEGIN": "phase_started",
        "END": "phase_ended",
        "DEPLOYED": "component_deployed",
        "WARN": "warning",
        "NOTE": "other",
    },
    "phases": {"Setup": "phase_1", "Components": "phase_2"},
    "components": ["MCPRouter"],
}
START = datetime(2025, 1, 14, 8, tzinfo=UTC)
AGAIN = "\n  what to do: export the file again"


def at(minute):
    return START + timedelta(minutes=minute)


def record(minute, what, n=None, **more):
    return {"ts": at(minute).isoformat(), "what": what, "stage": "Setup", **({} if n is None else {"n": n}), **more}


LOG = (
    record(0, "BEGIN", 1),
    record(5, "DEPLOYED", 2, unit="MCPRouter", release="2.0.0", message="by kim@example.org"),
    record(20, "END", 3),
)


def write(root, *records, name="log.jsonl"):
    (root / name).write_text("".join(json.dumps(one) + "\n" for one in records))


def collected(root, options=OPTIONS, **more):
    return snapshot_of(DeploymentLogCollector(), options, root, **more)


def refused(root, options=OPTIONS):
    return refusal(DeploymentLogCollector(), options, root)


def coverage(snapshot):
    [cell] = pq.read_table(snapshot.tables["coverage"]).to_pylist()
    return cell


def phases(root, *records):
    write(root, *records)
    return [(one["phase"], one["started_at"], one["ended_at"]) for one in rows_of(collected(root), "phases")]


def test_a_row_for_each_record_and_each_phase(tmp_path):
    write(tmp_path, *LOG)
    snapshot = collected(tmp_path)
    nothing = {"component": None, "version": None}
    assert rows_of(snapshot, "deployment_events") == [
        {"event_time": at(0), "kind": "phase_started", "phase": "phase_1", "position": 1, **nothing},
        {
            "event_time": at(5),
            "kind": "component_deployed",
            "phase": "phase_1",
            "component": "MCPRouter",
            "version": "2.0.0",
            "position": 2,
        },
        {"event_time": at(20), "kind": "phase_ended", "phase": "phase_1", "position": 3, **nothing},
    ]
    assert rows_of(snapshot, "phases") == [{"phase": "phase_1", "started_at": at(0), "ended_at": at(20)}]
    cell = coverage(snapshot)
    assert (cell["status"], cell["records"], cell["duplicates"], cell["detail"]) == ("ok", 3, 0, None)


def test_no_text_leaves_that_is_not_listed(tmp_path):
    person = "kim@example.org"
    write(tmp_path, *LOG, record(21, person, 4, unit=person, stage=person, who=person))
    snapshot = collected(tmp_path)
    assert not any(person.encode() in content for content in bytes_of(snapshot).values())
    last = rows_of(snapshot, "deployment_events")[-1]
    assert (last["kind"], last["phase"], last["component"]) == ("undeclared", "undeclared", "undeclared")
    assert coverage(snapshot)["detail"] == "1 records of a kind that events does not name"


def test_what_is_absent_is_null(tmp_path):
    options = OPTIONS | {"members": {"at": "ts", "event": "what", "phase": "stage"}}
    write(tmp_path, {"ts": at(0).isoformat(), "what": "NOTE"})
    [row] = rows_of(collected(tmp_path, options), "deployment_events")
    assert [row[name] for name in ("phase", "component", "version", "position")] == [None] * 4


def test_a_phase_that_runs_has_no_end(tmp_path):
    assert phases(tmp_path, *LOG[:2]) == [("phase_1", at(0), None)]


def test_a_phase_that_begins_anew_is_told_twice(tmp_path):
    again = record(8, "BEGIN", 9), record(9, "END", 10)
    assert phases(tmp_path, LOG[0], *again) == [("phase_1", at(0), None), ("phase_1", at(8), at(9))]


def test_an_end_is_that_of_its_own_phase(tmp_path):
    other = record(20, "BEGIN", 4, stage="Components"), record(30, "END", 5, stage="Components")
    assert phases(tmp_path, *LOG, *other) == [("phase_1", at(0), at(20)), ("phase_2", at(20), at(30))]


def test_one_instant_is_ordered_by_the_logs_numbers_then_by_place(tmp_path):
    assert phases(tmp_path, record(0, "END", 2), record(0, "BEGIN", 1)) == [("phase_1", at(0), at(0))]
    write(tmp_path, record(0, "BEGIN"), record(0, "END"))
    assert len(rows_of(collected(tmp_path, output="by-place"), "phases")) == 1
    write(tmp_path, record(0, "END"), record(0, "BEGIN"))
    assert "phase_1 ends, but no record before it says that it began" in refused(tmp_path)


def test_an_end_without_a_start_is_refused(tmp_path):
    write(tmp_path, record(0, "NOTE", 1), record(20, "END", 3))
    told = "phase_1 ends, but no record before it says that it began"
    assert refused(tmp_path) == f"log.jsonl, line 2: {told}{AGAIN}, with all of its records"


def test_a_record_that_was_delivered_twice_is_kept_once(tmp_path):
    write(tmp_path, *LOG)
    write(tmp_path, LOG[0], name="log-again.jsonl")
    snapshot = collected(tmp_path)
    assert len(rows_of(snapshot, "deployment_events")) == 3
    assert len(rows_of(snapshot, "phases")) == 1
    assert (coverage(snapshot)["records"], coverage(snapshot)["duplicates"]) == (4, 1)


def test_two_records_of_one_number_are_refused(tmp_path):
    write(tmp_path, *LOG, record(6, "NOTE", 2))
    message = refused(tmp_path)
    assert message.startswith("log.jsonl, line 4: record 2 is already at log.jsonl, line 2, with other content")


@pytest.mark.parametrize("hidden", [{"message": "another"}, {"release": "2.0.1"}])
def test_also_where_they_differ_in_what_does_not_leave(tmp_path, hidden):
    write(tmp_path, *LOG, LOG[1] | hidden)
    assert "record 2 is already at log.jsonl, line 2" in refused(tmp_path)


@pytest.mark.parametrize(
    ("change", "member", "expected"),
    [
        ({"ts": "2025-01-14T08:00:00"}, "ts", "an RFC 3339 instant with a time zone"),
        ({"ts": "2025-01-14T12:02:01Z"}, "ts", "at most 2 minutes after the collection"),
        ({"what": 7}, "what", "text"),
        ({"what": "BEGIN", "stage": "Cleaning"}, "stage", "one of Setup, Components, or another phase"),
        ({"what": "END", "stage": None}, "stage", "one of Setup, Components, or another phase"),
        ({"unit": 7}, "unit", "text"),
        ({"release": "2.0.0 by kim"}, "release", "a version of letters, digits and ._+-, at most 64"),
        ({"release": "9" * 65}, "release", "a version of letters, digits and ._+-, at most 64"),
        ({"release": 2}, "release", "a version of letters, digits and ._+-, at most 64"),
        ({"n": -1}, "n", "a whole number, zero or more"),
        ({"n": True}, "n", "a whole number, zero or more"),
        ({"n": 1 << 63}, "n", "a whole number, zero or more"),
        ({"n": "2"}, "n", "a whole number, zero or more"),
    ],
)
def test_a_wrong_value_is_refused_with_its_place(tmp_path, change, member, expected):
    write(tmp_path, LOG[0], record(1, "NOTE", 2) | change)
    message = refused(tmp_path)
    assert message.startswith(f"log.jsonl, line 2, member {member!r}: found ")
    assert f"expected {expected}" in message


def test_a_version_may_be_as_long_as_that(tmp_path):
    write(tmp_path, record(0, "NOTE", release="9" * 64))
    assert rows_of(collected(tmp_path), "deployment_events")[0]["version"] == "9" * 64


def test_a_log_without_records_is_refused(tmp_path):
    (tmp_path / "log.jsonl").write_text("\n\n")
    assert "its files hold no record" in refused(tmp_path)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"events": {"X": "exploded"}}, "events gives 'exploded', expected one of phase_started, "),
        ({"events": {"X": "undeclared"}}, "cannot be the name of a value"),
        ({"members": {"at": "ts", "event": "what"}}, "members.phase: Field required"),
        ({"members": OPTIONS["members"] | {"position": ""}}, "members.position"),
        ({"who": "kim"}, "who: Extra inputs are not permitted"),
    ],
)
def test_wrong_options_are_named(change, problem):
    [found] = DeploymentLogCollector().check(OPTIONS | change)
    assert problem in found


def test_its_example_is_accepted():
    import tomllib

    [options] = tomllib.loads(DeploymentLogCollector.example)["sources"].values()
    assert options.pop("kind") == "deployment_log"
    assert DeploymentLogCollector().check(options) == []


@settings(max_examples=15, deadline=None)
@given(order=st.permutations(range(6)))
def test_the_order_of_lines_changes_no_byte(order):
    records = [*LOG, record(20, "BEGIN", 4, stage="Components"), record(21, "WARN", 5), record(22, "NOTE", 6)]
    tables = []
    for lines in (records, [records[number] for number in order]):
        with TemporaryDirectory() as folder:
            write(Path(folder), *lines)
            snapshot = collected(Path(folder))
            tables.append([rows_of(snapshot, table) for table in ("deployment_events", "phases")])
    assert tables[0] == tables[1]

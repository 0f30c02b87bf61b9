"""Records of JSON lines: what every such source keeps, and what each of them takes out of a record."""

import json
import tomllib
from datetime import UTC, datetime

import pyarrow.parquet as pq
import pytest

from auditor.tables import identifier_halves
from auditor_collectors.drills import DrillsCollector
from auditor_collectors.incidents import IncidentsCollector
from auditor_collectors.notices import NoticesCollector
from auditor_collectors.validations import ValidationsCollector
from one_source import bytes_of, refusal, rows_of, snapshot_of

NINE, TEN = (datetime(2025, 1, 14, hour, tzinfo=UTC) for hour in (9, 10))
DRILL = {
    "id": "d1",
    "at": "2025-01-14T09:00:00Z",
    "procedure": "rollback",
    "outcome": "ok",
    "level": 2,
    "s": 95.0000001,
}
DRILLS = {
    "files": ["r.jsonl"],
    "procedures": {"rollback": "roll_back"},
    "outcomes": {"ok": "passed", "no": "failed"},
    "members": {"level": "level", "duration": "s"},
}
NOTICE = {
    "id": "n1",
    "kind": "test_alert",
    "audience": "on_call",
    "sent_at": "2025-01-14T09:00:00Z",
    "received_at": "2025-01-14T10:00:00+00:00",
}
NOTICES = {"files": ["r.jsonl"], "kinds": ["test_alert"], "audiences": ["on_call"]}
VALIDATION = {"id": "v1", "at": "2025-01-14T09:00:00Z", "name": "gaps", "correct": 9, "total": 10}
VALIDATIONS = {"files": ["r.jsonl"], "names": ["gaps"]}
INCIDENT = {
    "id": "i1",
    "opened_at": "2025-01-14T09:00:00Z",
    "updated_at": "2025-01-14T09:00:00Z",
    "severity": "SEV2",
    "customers": False,
    "security": None,
}
INCIDENTS = {
    "files": ["r.jsonl"],
    "severities": {"SEV1": "critical", "SEV2": "high", "SEV4": "low"},
    "members": {
        "customer_impacting": "customers",
        "security": "security",
        "notified_at": "told",
        "aware_at": "aware",
        "breach": "breach",
        "significant": "significant",
        "early_warning_at": "warned",
        "final_report_at": "reported",
        "exception": "exception",
    },
}
SOURCES = {
    "drills": (DrillsCollector(), DRILLS, DRILL),
    "notices": (NoticesCollector(), NOTICES, NOTICE),
    "validations": (ValidationsCollector(), VALIDATIONS, VALIDATION),
    "incidents": (IncidentsCollector(), INCIDENTS, INCIDENT),
}
EXPORTS = {"exports": ["e.jsonl"]}
EXPORT = {"exported_at": "2025-01-14T10:00:00Z", "records": 1}


def write(root, *documents, name="r.jsonl"):
    (root / name).write_text("".join(json.dumps(one) + "\n" for one in documents))


def collected(root, table, *documents, exported=None, **options):
    collector, own, _ = SOURCES[table]
    write(root, *documents)
    if exported is not None:
        write(root, *exported, name="e.jsonl")
        options |= EXPORTS
    return snapshot_of(collector, own | options, root)


def refused(root, table, *documents, exported=None):
    collector, own, _ = SOURCES[table]
    write(root, *documents)
    if exported is not None:
        write(root, *exported, name="e.jsonl")
    return refusal(collector, own | (EXPORTS if exported is not None else {}), root).splitlines()[0]


def cell(snapshot):
    [row] = pq.read_table(snapshot.tables["coverage"]).to_pylist()
    return row


def test_a_drill_says_its_procedure_its_outcome_and_its_duration_rounded_up(tmp_path):
    [row] = rows_of(collected(tmp_path, "drills", DRILL | {"by": "jane.doe@example.org"}), "drills")
    high, low = identifier_halves("d1")
    assert row == {
        "event_time": NINE,
        "drill_hi": high,
        "drill_lo": low,
        "procedure": "roll_back",
        "level": 2,
        "outcome": "passed",
        "duration_us": 95_000_001,
    }


def test_a_drill_of_an_unlisted_procedure_is_undeclared_and_one_without_a_level_has_none(tmp_path):
    [row] = rows_of(collected(tmp_path, "drills", DRILL | {"procedure": "other", "level": None, "s": None}), "drills")
    assert (row["procedure"], row["level"], row["duration_us"]) == ("undeclared", 0, None)


def test_a_notice_keeps_its_kind_and_its_audience_only_if_they_are_listed(tmp_path):
    other = NOTICE | {"id": "n2", "audience": "jane.doe@example.org", "kind": "party", "received_at": None}
    snapshot = collected(tmp_path, "notices", NOTICE, other | {"sent_at": "2025-01-14T09:00:01Z"})
    first, second = rows_of(snapshot, "notices")
    assert (first["kind"], first["audience"], first["received_at"]) == ("test_alert", "on_call", TEN)
    assert (second["kind"], second["audience"], second["received_at"]) == ("undeclared", "undeclared", None)
    assert not any(b"jane" in content for content in bytes_of(snapshot).values())


def test_a_validation_is_two_counts(tmp_path):
    [row] = rows_of(collected(tmp_path, "validations", VALIDATION), "validations")
    assert (row["event_time"], row["name"], row["correct"], row["total"]) == (NINE, "gaps", 9, 10)


def version(**changes):
    return INCIDENT | changes


def test_versions_of_an_incident_are_one_row_and_nothing_done_later_hides_it(tmp_path):
    [row] = rows_of(
        collected(
            tmp_path,
            "incidents",
            version(
                severity="SEV1",
                customers=True,
                updated_at="2025-01-14T09:10:00Z",
                security=False,
                breach=True,
                significant=False,
                exception="unlikely_risk",
            ),
            version(),
            version(
                severity="SEV4",
                opened_at="2025-01-14T09:05:00Z",
                updated_at="2025-01-14T10:00:00Z",
                closed_at="2025-01-14T10:00:00Z",
                aware="2025-01-14T09:01:00Z",
                told="2025-01-14T09:30:00Z",
                breach=False,
                warned="2025-01-14T09:20:00Z",
                reported="2025-01-14T09:50:00Z",
                exception="delay_reasoned",
            ),
        ),
        "incidents",
    )
    high, low = identifier_halves("i1")
    assert row == {
        "event_time": NINE,
        "incident_hi": high,
        "incident_lo": low,
        "updated_at": TEN,
        "closed_at": TEN,
        "severity": "critical",
        "customer_impacting": True,
        "security": None,
        "aware_at": datetime(2025, 1, 14, 9, 1, tzinfo=UTC),
        "notified_at": datetime(2025, 1, 14, 9, 30, tzinfo=UTC),
        "breach": True,
        "significant": None,
        "early_warning_at": datetime(2025, 1, 14, 9, 20, tzinfo=UTC),
        "final_report_at": datetime(2025, 1, 14, 9, 50, tzinfo=UTC),
        "exception": "delay_reasoned",
    }


def test_an_incident_that_is_opened_again_is_open(tmp_path):
    closed = version(updated_at="2025-01-14T09:10:00Z", closed_at="2025-01-14T09:10:00Z")
    [row] = rows_of(
        collected(tmp_path, "incidents", closed, version(updated_at=closed["updated_at"][:14] + "20:00Z")), "incidents"
    )
    assert row["closed_at"] is None


@pytest.mark.parametrize("table", SOURCES)
def test_a_record_delivered_twice_is_kept_once_and_counted(tmp_path, table):
    _, _, record = SOURCES[table]
    snapshot = collected(tmp_path, table, record, record)
    assert len(rows_of(snapshot, table)) == 1
    assert (cell(snapshot)["records"], cell(snapshot)["duplicates"]) == (2, 1)


@pytest.mark.parametrize(
    ("table", "change", "noun"),
    [
        ("drills", {"outcome": "no"}, "drill"),
        ("notices", {"received_at": None}, "notice"),
        ("validations", {"correct": 8}, "validation"),
        ("incidents", {"severity": "SEV1"}, "incident"),
    ],
)
def test_a_record_that_is_there_with_other_content_is_refused(tmp_path, table, change, noun):
    _, _, record = SOURCES[table]
    said = refused(tmp_path, table, record, record | change)
    assert said == f"r.jsonl, line 2: this {noun} is also there with other content"


@pytest.mark.parametrize(
    ("table", "change", "said"),
    [
        ("drills", {"outcome": "OK"}, "member 'outcome': found 'OK', expected one of ok, no"),
        ("drills", {"level": -1}, "member 'level': found -1, expected a whole number, zero or more"),
        ("drills", {"level": True}, "member 'level': found True, expected a whole number, zero or more"),
        ("drills", {"s": "95"}, "member 's': found '95', expected a number of s, zero or more"),
        ("drills", {"id": ""}, "member 'id': found '', expected an id: printable text of at most 512 characters"),
        (
            "notices",
            {"sent_at": "2025-01-14T10:00:01Z"},
            "received before it was sent, expected no earlier instant",
        ),
        ("notices", {"kind": None}, "member 'kind': found None, expected text"),
        ("validations", {"correct": 11}, "11 correct of 10, expected no more than all"),
        ("validations", {"total": 10.5}, "member 'total': found 10.5, expected a whole number, zero or more"),
        ("incidents", {"severity": "SEV9"}, "member 'severity': found 'SEV9', expected one of SEV1, SEV2, SEV4"),
        ("incidents", {"customers": "no"}, "member 'customers': found 'no', expected true or false, without quotes"),
        (
            "incidents",
            {"exception": "none"},
            "member 'exception': found 'none', expected one of unlikely_risk, delay_reasoned",
        ),
        (
            "incidents",
            {"opened_at": "2025-01-14T09:00:01Z"},
            "expected opened, closed and updated in this order",
        ),
        (
            "incidents",
            {"closed_at": "2025-01-14T09:00:01Z"},
            "expected opened, closed and updated in this order",
        ),
        (
            "incidents",
            {"closed_at": "2025-01-14T08:59:59Z"},
            "expected opened, closed and updated in this order",
        ),
        (
            "validations",
            {"at": "2025-01-14T12:02:01Z"},
            (
                "member 'at': found '2025-01-14T12:02:01Z', expected at most 2 minutes after the collection at "
                "2025-01-14T12:00:00+00:00"
            ),
        ),
    ],
)
def test_what_is_wrong_is_named_with_its_place(tmp_path, table, change, said):
    _, _, record = SOURCES[table]
    joined = ", " if said.startswith("member") else ": "
    assert refused(tmp_path, table, record | change) == f"r.jsonl, line 1{joined}{said}"


def test_the_last_export_says_how_old_the_answer_is_and_how_much_it_held(tmp_path):
    told = [
        {"exported_at": "2025-01-14T09:00:00Z", "records": 0},
        {"exported_at": "2025-01-14T10:00:00Z", "records": 1},
    ]
    found = cell(collected(tmp_path, "notices", NOTICE, exported=told))
    assert (found["available_at"], found["status"], found["detail"]) == (TEN, "ok", None)


def test_an_export_that_held_another_number_is_partial(tmp_path):
    found = cell(
        collected(tmp_path, "notices", NOTICE, exported=[{"exported_at": "2025-01-14T10:00:00Z", "records": 2}])
    )
    assert (found["status"], found["detail"]) == ("partial", "the last export held 2 records, the files hold 1")


def test_without_a_record_of_exports_no_age_is_known(tmp_path):
    assert cell(collected(tmp_path, "notices", NOTICE))["available_at"] is None


def test_no_record_is_an_answer_only_where_the_export_says_so(tmp_path):
    snapshot = collected(tmp_path, "incidents", exported=[{"exported_at": "2025-01-14T10:00:00Z", "records": 0}])
    assert rows_of(snapshot, "incidents") == []
    assert (cell(snapshot)["records"], cell(snapshot)["status"], cell(snapshot)["pages"]) == (0, "ok", 0)
    assert refused(tmp_path, "incidents") == "r.jsonl: is empty"
    (tmp_path / "r.jsonl").write_text("\n")
    assert refusal(IncidentsCollector(), INCIDENTS, tmp_path).startswith("source 's': its files hold no incident")


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ([EXPORT | {"more": 1}], "line 1: found members exported_at, more, records, expected exported_at and records"),
        ([{}], "line 1: found members none, expected exported_at and records"),
        ([EXPORT | {"records": -1}], "line 1, member 'records': found -1, expected a whole number, zero or more"),
        ([EXPORT, EXPORT], "line 2: expected an export later than the line before"),
    ],
)
def test_a_record_of_exports_is_read_strictly(tmp_path, lines, said):
    assert refused(tmp_path, "notices", NOTICE, exported=lines) == f"e.jsonl, {said}"


@pytest.mark.parametrize("table", SOURCES)
def test_the_example_is_accepted_and_an_unknown_option_is_not(table):
    collector, own, _ = SOURCES[table]
    [options] = tomllib.loads(collector.example)["sources"].values()
    assert options.pop("kind") == table
    assert collector.check(options) == []
    assert collector.check(own | {"more": 1}) == ["more: Extra inputs are not permitted"]

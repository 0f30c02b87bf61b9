"""How long operations took, through a declared mapping."""

import json
from datetime import UTC, datetime

import pyarrow.parquet as pq
import pytest

from auditor.tables import identifier_halves
from auditor_collectors.durations import DurationsCollector
from one_source import refusal, rows_of, snapshot_of

COLUMNS = {
    "operation_id": {"column": "case"},
    "event_time": {"column": "closed", "unit": "rfc3339"},
    "duration": {"column": "took", "unit": "s"},
    "metric": {"column": "work", "values": {"assisted": "support_operation", "manual": "manual_troubleshooting"}},
    "stratum": {"column": "topic", "values": {"Network": "network"}},
}
OPTIONS = {"files": ["cases.*"], "format": "jsonl", "columns": COLUMNS}
GOOD = {"case": "c-1", "closed": "2025-01-14T10:00:00Z", "took": 12.0000001, "work": "assisted", "topic": "Network"}


def write(root, *documents):
    (root / "cases.jsonl").write_text("".join(json.dumps(one) + "\n" for one in documents))


def test_a_row_for_each_operation_with_its_time_rounded_up(tmp_path):
    write(tmp_path, GOOD, GOOD | {"case": "c-2", "took": None, "work": "manual"})
    snapshot = snapshot_of(DurationsCollector(), OPTIONS, tmp_path)
    rows = sorted(rows_of(snapshot, "durations"), key=lambda row: row["metric"], reverse=True)
    at = datetime(2025, 1, 14, 10, tzinfo=UTC)
    hi, lo = identifier_halves("c-1")
    assert rows[0] == {
        "event_time": at, "metric": "support_operation", "stratum": "network", "duration_us": 12_000_001,
        "operation_hi": hi, "operation_lo": lo,
    }  # fmt: skip
    assert (rows[1]["metric"], rows[1]["duration_us"]) == ("manual_troubleshooting", None)


def test_values_that_nobody_named_stay_behind_and_are_counted(tmp_path):
    write(tmp_path, GOOD | {"topic": "Jane's laptop"}, GOOD | {"case": "c-2", "work": "lunch"})
    snapshot = snapshot_of(DurationsCollector(), OPTIONS, tmp_path)
    assert {(row["metric"], row["stratum"]) for row in rows_of(snapshot, "durations")} == {
        ("support_operation", None),
        (None, "network"),
    }
    assert b"laptop" not in snapshot.tables["durations"].read_bytes()
    [coverage] = pq.read_table(snapshot.tables["coverage"]).to_pylist()
    assert coverage["detail"] == "2 values that the mapping does not name"


def test_one_name_may_stand_for_every_row_and_strata_may_be_left_out(tmp_path):
    write(tmp_path, GOOD)
    columns = {name: value for name, value in COLUMNS.items() if name != "stratum"} | {"metric": "support_operation"}
    [row] = rows_of(snapshot_of(DurationsCollector(), OPTIONS | {"columns": columns}, tmp_path), "durations")
    assert (row["metric"], row["stratum"]) == ("support_operation", "")


def test_csv_says_the_same(tmp_path):
    (tmp_path / "cases.csv").write_text(
        "case,closed,took,work,topic\nc-1,2025-01-14T10:00:00Z,12.0000001,assisted,Network\n"
    )
    [row] = rows_of(snapshot_of(DurationsCollector(), OPTIONS | {"format": "csv"}, tmp_path), "durations")
    assert (row["metric"], row["duration_us"]) == ("support_operation", 12_000_001)


def test_an_operation_that_was_delivered_twice_is_kept_once(tmp_path):
    write(tmp_path, GOOD, GOOD)
    snapshot = snapshot_of(DurationsCollector(), OPTIONS, tmp_path)
    assert len(rows_of(snapshot, "durations")) == 1
    [coverage] = pq.read_table(snapshot.tables["coverage"]).to_pylist()
    assert (coverage["records"], coverage["duplicates"]) == (2, 1)


@pytest.mark.parametrize("change", [{"took": 13}, {"closed": "2025-01-14T10:00:01Z"}, {"work": "manual"}])
def test_an_operation_that_is_told_in_two_ways_is_refused(tmp_path, change):
    write(tmp_path, GOOD, GOOD | change)
    assert "1 operations are told in two ways" in refusal(DurationsCollector(), OPTIONS, tmp_path)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"took": -1}, "row 2, column 'took': found '-1', expected a number of s, zero or more"),
        ({"took": "long"}, "row 2, column 'took': found 'long', expected a number of s, zero or more"),
        ({"case": ""}, "row 2, column 'case': found '', expected the id of the operation"),
        ({"case": None}, "row 2, column 'case': found None, expected the id of the operation"),
        ({"closed": "yesterday"}, "row 2, column 'closed': found 'yesterday', expected an RFC 3339 instant"),
        ({"closed": "2025-01-14T12:02:01Z"}, "row 2, column 'closed': found '2025-01-14T12:02:01Z', expected at most"),
    ],
)
def test_what_no_row_may_be_is_refused(tmp_path, change, said):
    write(tmp_path, GOOD, GOOD | {"case": "c-2"} | change)
    assert said in refusal(DurationsCollector(), OPTIONS, tmp_path)


def test_every_row_states_the_declared_unit(tmp_path):
    columns = COLUMNS | {"duration": {"column": "took", "unit": "s", "unit_column": "unit"}}
    write(tmp_path, GOOD | {"unit": "s"}, GOOD | {"case": "c-2", "unit": "min"})
    said = refusal(DurationsCollector(), OPTIONS | {"columns": columns}, tmp_path)
    assert "row 2, column 'unit': found 'min', expected the declared unit 's' in every row" in said


@pytest.mark.parametrize("name", ["", "Support", "support operation", "1st"])
def test_a_name_that_is_none_is_refused(name):
    [problem] = DurationsCollector().check(OPTIONS | {"columns": COLUMNS | {"metric": name}})
    assert "expected lower-case letters, digits and _" in problem

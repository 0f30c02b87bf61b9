import gzip
import json
from datetime import UTC, datetime

import pyarrow.parquet as pq
import pytest

from auditor_collectors.health_checks import HealthChecksCollector
from one_source import bytes_of, refusal, rows_of, snapshot_of

COLUMNS = {
    "component": {"column": "name"},
    "event_time": {"column": "at", "unit": "rfc3339"},
    "status": {"column": "state", "values": {"UP": "healthy", "SLOW": "degraded", "DOWN": "unhealthy"}},
    "latency": {"column": "took", "unit": "ms"},
}
OPTIONS = {"files": ["health.*"], "format": "jsonl", "columns": COLUMNS}
CSV = OPTIONS | {"format": "csv"}
GOOD = {"name": "bedrock-eu", "at": "2025-01-14T10:00:00Z", "state": "UP", "took": 12.0001}


def write(root, *documents, name="health.jsonl"):
    (root / name).write_text("".join(json.dumps(one) + "\n" for one in documents))


def coverage(snapshot):
    return pq.read_table(snapshot.tables["coverage"]).to_pylist()


def test_a_row_for_each_result_with_its_time_rounded_up(tmp_path):
    write(tmp_path, GOOD, GOOD | {"name": "mcp", "state": "DOWN", "took": None})
    snapshot = snapshot_of(HealthChecksCollector(), OPTIONS, tmp_path)
    at = datetime(2025, 1, 14, 10, tzinfo=UTC)
    assert rows_of(snapshot, "health_checks") == [
        {"event_time": at, "component": "bedrock-eu", "status": "healthy", "latency_us": 12_001},
        {"event_time": at, "component": "mcp", "status": "unhealthy", "latency_us": None},
    ]


def test_csv_in_gzip_says_the_same(tmp_path):
    text = "name,at,state,took\nbedrock-eu,2025-01-14T10:00:00Z,UP,12.0001\n"
    (tmp_path / "health.csv.gz").write_bytes(gzip.compress(text.encode()))
    [row] = rows_of(snapshot_of(HealthChecksCollector(), CSV, tmp_path), "health_checks")
    assert (row["component"], row["status"], row["latency_us"]) == ("bedrock-eu", "healthy", 12_001)


def test_a_status_that_the_mapping_does_not_name_is_unknown_and_counted(tmp_path):
    write(tmp_path, GOOD | {"state": "up"}, GOOD | {"state": None}, GOOD)
    snapshot = snapshot_of(HealthChecksCollector(), OPTIONS, tmp_path)
    assert [row["status"] for row in rows_of(snapshot, "health_checks")] == ["healthy", "unknown"]
    [cell] = coverage(snapshot)
    assert (cell["records"], cell["duplicates"], cell["status"]) == (3, 1, "ok")
    assert cell["detail"] == "1 rows whose status the mapping does not name"


def test_without_a_latency_column_it_is_null(tmp_path):
    write(tmp_path, GOOD)
    columns = {name: one for name, one in COLUMNS.items() if name != "latency"}
    snapshot = snapshot_of(HealthChecksCollector(), OPTIONS | {"columns": columns}, tmp_path)
    assert [row["latency_us"] for row in rows_of(snapshot, "health_checks")] == [None]


def test_the_order_of_lines_and_their_repetition_change_no_byte_of_the_table(tmp_path):
    others = [GOOD | {"name": f"c{number}"} for number in range(50)]
    for name, lines in (("a", others), ("b", [*reversed(others), others[0]])):
        (tmp_path / name).mkdir()
        write(tmp_path / name, *lines)
    first, second = (snapshot_of(HealthChecksCollector(), OPTIONS, tmp_path / name) for name in "ab")
    assert bytes_of(first)["health_checks.parquet"] == bytes_of(second)["health_checks.parquet"]
    again = snapshot_of(HealthChecksCollector(), OPTIONS, tmp_path / "a", "again")
    assert bytes_of(again) == bytes_of(first)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (
            {"name": "jane.doe@example.org"},
            (
                "health.jsonl, row 2, column 'name': found 'jane.doe@example.org', expected a name of letters, digits, "
                "spaces and ._:/-, at most 128"
            ),
        ),
        (
            {"name": None},
            (
                "health.jsonl, row 2, column 'name': found None, expected a name of letters, digits, spaces and ._:/-, "
                "at most 128"
            ),
        ),
        (
            {"at": "2025-01-14 10:00:00"},
            (
                "health.jsonl, row 2, column 'at': found '2025-01-14 10:00:00', expected an RFC 3339 instant with a "
                "time zone, e.g. 2025-01-14T12:00:00Z"
            ),
        ),
        (
            {"at": "2025-01-15T10:00:00Z"},
            (
                "health.jsonl, row 2, column 'at': found '2025-01-15T10:00:00Z', expected at most 2 minutes after the "
                "collection at 2025-01-14T12:00:00+00:00"
            ),
        ),
        (
            {"took": "-1"},
            "health.jsonl, row 2, column 'took': found '-1', expected a number of ms, zero or more",
        ),
    ],
)
def test_what_is_wrong_is_named_with_its_place(tmp_path, wrong, said):
    write(tmp_path, GOOD, GOOD | wrong)
    expected = f"{said}\n  what to do: correct the source, or the mapping in auditor.toml"
    assert refusal(HealthChecksCollector(), OPTIONS, tmp_path) == expected


def test_a_file_of_other_columns_is_refused(tmp_path):
    (tmp_path / "health.csv").write_text("service,at,state,took\nmcp,2025-01-14T10:00:00Z,UP,1\n")
    assert refusal(HealthChecksCollector(), CSV, tmp_path) == (
        "health.csv: column 'name' is missing; found columns service, at, state, took\n"
        "  what to do: correct the mapping in auditor.toml"
    )


def test_a_file_without_a_result_is_refused(tmp_path):
    (tmp_path / "health.csv").write_text("name,at,state,took\n")
    assert refusal(HealthChecksCollector(), CSV, tmp_path) == (
        "health.csv: holds no health check\n  what to do: remove the file, or export it again"
    )


def test_the_options_name_every_problem():
    columns = COLUMNS | {"status": {"column": "state", "values": {"UP": "fine"}}, "latency": {"column": "took"}}
    problems = HealthChecksCollector().check({"files": ["/x"], "format": "xml", "columns": columns, "more": 1})
    assert problems == [
        "files.0: Value error, '/x' is absolute, expected a path relative to auditor.toml",
        "format: Input should be 'jsonl' or 'csv'",
        "columns.latency.unit: Field required",
        "more: Extra inputs are not permitted",
    ]
    columns = COLUMNS | {"status": {"column": "state", "values": {"UP": "fine"}}}
    assert HealthChecksCollector().check(OPTIONS | {"columns": columns}) == [
        "columns: Value error, status.values gives 'fine', expected one of healthy, degraded, unhealthy, unknown"
    ]

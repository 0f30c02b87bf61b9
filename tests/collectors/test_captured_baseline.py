"""A frozen baseline: whole, of its period, and the one that was approved."""

import hashlib
import json
from datetime import UTC, datetime

import pyarrow.parquet as pq
import pytest

from auditor_collectors.captured_baseline import CapturedBaselineCollector
from one_source import refusal, rows_of, snapshot_of

OPTIONS = {"file": "baseline.jsonl"}
PERIOD = {"start": "2025-01-13T08:00:00Z", "end": "2025-01-13T12:00:00Z"}
HEADER = {
    "baseline": 1,
    "snapshot": "0" * 64,
    "collectedAt": "2025-01-13T12:00:00Z",
    **PERIOD,
    "shares": 1,
    "values": 1,
}
SHARE = {"share": "success", "stratum": "direct", **PERIOD, "offered": 1000, "completed": 990}
VALUE = {"value": "support_operation", "stratum": "network", "unit": "us", "is": 900, "observations": 3}


def write(root, *lines):
    (root / "baseline.jsonl").write_text("".join(json.dumps(one) + "\n" for one in lines))


def refused(root, *lines, options=OPTIONS):
    write(root, *lines)
    return refusal(CapturedBaselineCollector(), options, root)


def test_both_tables_and_what_was_read_of_each(tmp_path):
    write(tmp_path, HEADER, SHARE, VALUE)
    snapshot = snapshot_of(CapturedBaselineCollector(), OPTIONS, tmp_path)
    start, end = datetime(2025, 1, 13, 8, tzinfo=UTC), datetime(2025, 1, 13, 12, tzinfo=UTC)
    period = {"period_start": start, "period_end": end}
    assert rows_of(snapshot, "baselines") == [
        {"metric": "success", "stratum": "direct", **period, "offered": 1000, "completed": 990}
    ]
    assert rows_of(snapshot, "baseline_values") == [
        {"metric": "support_operation", "stratum": "network", "unit": "us", **period, "value": 900, "observations": 3}
    ]
    coverage = pq.read_table(snapshot.tables["coverage"]).to_pylist()
    assert sorted((row["call"], row["records"], row["status"]) for row in coverage) == [
        ("read_files", 1, "ok"),
        ("read_values", 1, "ok"),
    ]


def test_an_empty_baseline_is_read_as_such(tmp_path):
    write(tmp_path, HEADER | {"shares": 0, "values": 0})
    snapshot = snapshot_of(CapturedBaselineCollector(), OPTIONS, tmp_path)
    assert rows_of(snapshot, "baselines") == rows_of(snapshot, "baseline_values") == []


def test_only_the_file_that_was_approved_is_taken(tmp_path):
    write(tmp_path, HEADER, SHARE, VALUE)
    digest = hashlib.sha256((tmp_path / "baseline.jsonl").read_bytes()).hexdigest()
    snapshot_of(CapturedBaselineCollector(), OPTIONS | {"sha256": digest}, tmp_path)
    said = refused(tmp_path, HEADER, SHARE | {"completed": 900}, VALUE, options=OPTIONS | {"sha256": digest})
    assert f"expected {digest}" in said


@pytest.mark.parametrize("lines", [(HEADER, SHARE), (HEADER, VALUE), (HEADER, SHARE, SHARE, VALUE), (HEADER,)])
def test_a_file_that_is_not_whole_is_refused(tmp_path, lines):
    assert "but its header says {'shares': 1, 'values': 1}" in refused(tmp_path, *lines)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"baseline": 2}, "expected version 1"),
        ({"snapshot": "x"}, "expected a SHA-256"),
        ({"end": "2025-01-13T08:00:00Z"}, "expected after start"),
        ({"end": "2025-01-13T12:00:01Z"}, "expected after start"),
        ({"collectedAt": "2025-01-14T12:02:01Z"}, "expected after start, at most 2 minutes after"),
        ({"more": 1}, "found members"),
    ],
)
def test_a_wrong_header_is_refused(tmp_path, change, said):
    assert said in refused(tmp_path, HEADER | change, SHARE, VALUE)


@pytest.mark.parametrize(
    ("line", "change", "said"),
    [
        (SHARE, {"offered": -1}, "column 'offered': found -1, expected a count"),
        (SHARE, {"offered": True}, "column 'offered': found True, expected a count"),
        (SHARE, {"completed": 1001}, "column 'completed': found 1001, expected at most 1000"),
        (SHARE, {"start": "2025-01-13T07:59:00Z"}, "expected a period within the header's"),
        (SHARE, {"end": "2025-01-13T12:01:00Z"}, "expected a period within the header's"),
        (SHARE, {"share": "Success"}, "expected the name of a metric"),
        (SHARE, {"stratum": "dir\u00e9ct"}, "expected text in ASCII"),
        (SHARE, {"more": 1}, "line 2: found members"),
        (VALUE, {"unit": "s"}, "expected us, or 1e-9 and a currency"),
        (VALUE, {"is": 1.5}, "column 'is': found 1.5, expected a count"),
        (VALUE, {"observations": None}, "column 'observations': found None, expected a count"),
        (VALUE, {"value": ""}, "expected the name of a metric"),
    ],
)
def test_a_wrong_line_is_refused(tmp_path, line, change, said):
    assert said in refused(tmp_path, HEADER, line | change)


def test_each_value_is_told_once(tmp_path):
    assert "each value of a metric once" in refused(tmp_path, HEADER | {"values": 2}, SHARE, VALUE, VALUE)


def test_a_file_without_a_line_is_refused(tmp_path):
    (tmp_path / "baseline.jsonl").write_text("\n")
    assert "baseline.jsonl" in refusal(CapturedBaselineCollector(), OPTIONS, tmp_path)

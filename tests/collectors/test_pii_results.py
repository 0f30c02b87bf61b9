import json
from datetime import UTC, datetime

import pyarrow.parquet as pq
import pytest

from auditor_collectors.pii_results import PiiResultsCollector
from one_source import refusal, rows_of, snapshot_of

COUNTS = ("planted", "detected", "unredacted", "scannerPlanted", "scannerFound")
OPTIONS = {
    "files": ["pii.jsonl"],
    "format": "jsonl",
    "columns": {
        "event_time": {"column": "ranAt", "unit": "rfc3339"},
        "corpus": {"column": "corpus", "values": {"v3": "v3"}},
        "type": {"column": "type", "values": {"EMAIL": "EMAIL"}},
        "planted": {"column": "planted"},
        "detected": {"column": "detected"},
        "unredacted": {"column": "unredacted"},
        "scanner_planted": {"column": "scannerPlanted"},
        "scanner_found": {"column": "scannerFound"},
    },
}
RESULT = {"ranAt": "2025-01-14T07:00:00Z", "corpus": "v3", "type": "EMAIL"} | dict(
    zip(COUNTS, (9, 8, 0, 5, 5), strict=True)
)


def write(root, *results):
    (root / "pii.jsonl").write_text("".join(json.dumps(one) + "\n" for one in results))
    return root


def test_a_result_is_a_row_of_counts(tmp_path):
    snapshot = snapshot_of(
        PiiResultsCollector(), OPTIONS, write(tmp_path, RESULT, RESULT | {"text": "jane@example.org"})
    )
    assert rows_of(snapshot, "pii_results") == [
        {
            "event_time": datetime(2025, 1, 14, 7, tzinfo=UTC),
            "corpus": "v3",
            "type": "EMAIL",
            "planted": 9,
            "detected": 8,
            "unredacted": 0,
            "scanner_planted": 5,
            "scanner_found": 5,
            "near_misses": None,
            "false_positives": None,
        }
    ]
    [cell] = pq.read_table(snapshot.tables["coverage"]).to_pylist()
    assert (cell["records"], cell["duplicates"], cell["detail"]) == (2, 1, None)


MORE = {"near_misses": {"column": "nearMisses"}, "false_positives": {"column": "falsePositives"}}


def test_what_may_be_left_out_is_read_where_it_is_given(tmp_path):
    options = OPTIONS | {"columns": OPTIONS["columns"] | MORE}
    write(tmp_path, RESULT | {"nearMisses": 7, "falsePositives": 12})
    [row] = rows_of(snapshot_of(PiiResultsCollector(), options, tmp_path), "pii_results")
    assert (row["near_misses"], row["false_positives"]) == (7, 12)
    write(tmp_path, RESULT | {"nearMisses": 7, "falsePositives": -1})
    said = "row 1, column 'falsePositives': found '-1', expected a whole number, zero or more"
    assert said in refusal(PiiResultsCollector(), options, tmp_path)


def test_a_name_that_is_not_listed_is_undeclared_and_counted(tmp_path):
    other = RESULT | {"type": "jane@example.org", "corpus": "Jane's"}
    snapshot = snapshot_of(PiiResultsCollector(), OPTIONS, write(tmp_path, other))
    [row] = rows_of(snapshot, "pii_results")
    assert (row["type"], row["corpus"]) == ("undeclared", "undeclared")
    [cell] = pq.read_table(snapshot.tables["coverage"]).to_pylist()
    assert cell["detail"] == "2 names that the mapping does not list"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"planted": -1}, "row 2, column 'planted': found '-1', expected a whole number, zero or more"),
        ({"detected": None}, "row 2, column 'detected': found None, expected a whole number, zero or more"),
        ({"detected": 10}, "row 2, column 'detected': found '10', expected at most what is planted"),
        ({"unredacted": 10}, "row 2, column 'unredacted': found '10', expected at most what is planted"),
        ({"scannerFound": 6}, "row 2, column 'scannerFound': found '6', expected at most what is scanner_planted"),
        ({"type": None}, "row 2, column 'type': found None, expected the name of a type"),
        ({"corpus": None}, "row 2, column 'corpus': found None, expected the name of a corpus"),
        ({"ranAt": "2025-01-14"}, "row 2, column 'ranAt': found '2025-01-14', expected an RFC 3339 instant"),
        (
            {"ranAt": "2026-01-14T07:00:00Z"},
            "row 2, column 'ranAt': found '2026-01-14T07:00:00Z', expected at most 2 minutes",
        ),
    ],
)
def test_what_is_wrong_is_named(tmp_path, wrong, said):
    write(tmp_path, RESULT, RESULT | wrong)
    assert refusal(PiiResultsCollector(), OPTIONS, tmp_path).startswith(f"pii.jsonl, {said}")


def test_the_options_name_every_problem():
    assert PiiResultsCollector().check({"files": ["a"], "format": "xml", "columns": {}})[0].startswith("format: ")

"""Probes: what was called, and whether it worked, by a declared mapping."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from auditor_collectors.probes import ProbesCollector
from one_source import refusal, rows_of, snapshot_of

COLLECTOR = ProbesCollector()
OPTIONS = {
    "files": ["probes.jsonl"],
    "format": "jsonl",
    "columns": {
        "event_time": {"column": "at", "unit": "rfc3339"},
        "service": {"column": "service"},
        "target": {"column": "target"},
        "region": {"column": "region"},
        "outcome": {"column": "result", "values": {"ok": True, "error": False}},
        "latency": {"column": "ms", "unit": "ms"},
    },
}
PROBE = {
    "at": "2025-01-14T10:00:00Z",
    "service": "bedrock",
    "target": "m",
    "region": "eu-central-1",
    "result": "ok",
} | {"ms": 1}


def write(root, *probes):
    (root / "probes.jsonl").write_text("".join(f"{json.dumps(one)}\n" for one in probes))


def collected(root, *probes, options=OPTIONS):
    write(root, *probes)
    return snapshot_of(COLLECTOR, options, root)


def test_a_probe_becomes_a_row(tmp_path):
    (row,) = rows_of(collected(tmp_path, PROBE | {"ms": 1.0001}), "probes")
    assert row == {
        "event_time": datetime(2025, 1, 14, 10, tzinfo=UTC),
        "service": "bedrock",
        "target": "m",
        "region": "eu-central-1",
        "ok": True,
        "latency_us": 1001,
    }


@pytest.mark.parametrize(("result", "ok"), [("ok", True), ("error", False), ("timeout", None), (None, None)])
def test_only_what_the_mapping_names_is_known(result, ok, tmp_path):
    found = collected(tmp_path, PROBE | {"result": result}, PROBE | {"at": "2025-01-14T10:01:00Z"})
    assert next(row["ok"] for row in rows_of(found, "probes") if row["event_time"].minute == 0) is ok
    (cover,) = rows_of(found, "coverage")
    assert (cover["detail"] is not None) == (result == "timeout")


def test_what_is_not_mapped_is_empty_or_unknown(tmp_path):
    columns = {name: OPTIONS["columns"][name] for name in ("event_time", "service", "outcome")}
    (row,) = rows_of(collected(tmp_path, PROBE, options=OPTIONS | {"columns": columns}), "probes")
    assert (row["target"], row["region"], row["latency_us"]) == ("", "", None)


def test_the_same_probe_twice_is_one(tmp_path):
    found = collected(tmp_path, PROBE, PROBE, PROBE | {"ms": 3})
    assert len(rows_of(found, "probes")) == 2
    assert [row["duplicates"] for row in rows_of(found, "coverage")] == [1]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"at": "2025-01-14 10:00"}, "RFC 3339"),
        ({"at": "2025-01-14T12:02:01Z"}, "after the collection"),
        ({"service": ""}, "a name"),
        ({"target": "a\nb"}, "a name, or nothing"),
        ({"region": " x"}, "a name, or nothing"),
        ({"ms": -1}, "zero or more"),
        ({"ms": "fast"}, "zero or more"),
    ],
)
def test_what_is_wrong_is_refused_by_row_and_column(change, said, tmp_path):
    write(tmp_path, PROBE | {"ms": 1}, PROBE | {"ms": 2} | change)
    message = refusal(COLLECTOR, OPTIONS, tmp_path)
    assert said in message
    assert "row 2" in message


def test_options_are_checked():
    columns = OPTIONS["columns"]
    assert COLLECTOR.check(OPTIONS | {"columns": columns | {"outcome": {"column": "r", "values": {}}}})
    assert COLLECTOR.check(OPTIONS | {"columns": columns | {"outcome": {"column": "r", "values": {"ok": "good"}}}})
    assert COLLECTOR.check(OPTIONS | {"columns": columns | {"more": {"column": "r"}}})

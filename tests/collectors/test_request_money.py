"""Cache, tokens and cost of a request: read exactly, refused when wrong, null when nobody asked."""

import json
from datetime import UTC, datetime

import pytest

from auditor.collector import CollectContext
from auditor.errors import CollectionError
from auditor.model import Scope
from auditor_collectors.requests import RequestsCollector

COLUMNS = {
    "event_time": {"column": "t", "unit": "rfc3339"},
    "request_id": {"column": "id"},
    "route": {"column": "route", "values": {"a": "direct"}},
    "kind": {"column": "kind", "values": {"g": "generation"}},
    "outcome": {"column": "outcome", "values": {"ok": "ok"}},
    "latency": {"column": "ms", "unit": "ms"},
}
MONEY = {
    "cache": {"column": "cache", "values": {"H": "hit", "M": "miss"}},
    "input_tokens": {"column": "in"},
    "output_tokens": {"column": "out"},
    "cost": {"column": "cost", "currency": "EUR"},
}
PLAIN = {"t": "2025-01-14T10:00:00Z", "id": "1", "route": "a", "kind": "g", "outcome": "ok", "ms": 1}
GIVEN = {"cache": "H", "in": 12, "out": 0, "cost": "0.0000000011"}
WANTED = ("cache", "input_tokens", "output_tokens", "cost_nano", "currency")


def read(folder, row, columns):
    (folder / "r.jsonl").write_text(json.dumps(row) + "\n")
    (folder / "work").mkdir()
    scope = Scope("s", "e", "r", "p")
    context = CollectContext("requests", scope, folder, folder / "work", datetime(2025, 1, 14, 12, tzinfo=UTC))
    options = {"files": ["r.jsonl"], "format": "jsonl", "columns": columns}
    assert RequestsCollector().check(options) == []
    batches = list(RequestsCollector().collect(options, context))
    (found,) = [one for batch in batches if batch.table == "requests" for one in batch.rows.to_pylist()]
    (covered,) = [one for batch in batches if batch.table == "coverage" for one in batch.rows.to_pylist()]
    return tuple(found[name] for name in WANTED), covered["detail"]


def test_a_cost_is_rounded_up_to_the_billionth(tmp_path):
    assert read(tmp_path, PLAIN | GIVEN, COLUMNS | MONEY) == (("hit", 12, 0, 2, "EUR"), None)


def test_what_is_not_mapped_is_null(tmp_path):
    assert read(tmp_path, PLAIN | GIVEN, COLUMNS) == ((None,) * 5, None)


def test_a_cache_value_that_nobody_named_is_null_and_counted(tmp_path):
    values, detail = read(tmp_path, PLAIN | GIVEN | {"cache": "stale"}, COLUMNS | MONEY)
    assert values[0] is None
    assert detail == "1 rows whose cache the mapping does not name"


@pytest.mark.parametrize(
    ("column", "value"),
    [("in", -1), ("in", 1.5), ("out", "many"), ("out", "9" * 20), ("cost", "NaN"), ("cost", "-0.1"), ("cost", "1 EUR")],
)
def test_what_is_no_count_or_amount_is_refused(column, value, tmp_path):
    with pytest.raises(CollectionError, match=f"r.jsonl, row 1, column '{column}'"):
        read(tmp_path, PLAIN | GIVEN | {column: value}, COLUMNS | MONEY)


@pytest.mark.parametrize(
    ("name", "mapping"),
    [
        ("cache", {"column": "cache", "values": {"H": "yes"}}),
        ("cost", {"column": "cost"}),
        ("cost", {"column": "cost", "currency": "euro"}),
    ],
)
def test_a_mapping_without_a_currency_or_of_a_foreign_value_is_refused(name, mapping):
    options = {"files": ["r.jsonl"], "format": "jsonl", "columns": COLUMNS | MONEY | {name: mapping}}
    assert RequestsCollector().check(options)

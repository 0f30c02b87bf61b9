"""A snapshot is opened only when it is exactly what its manifest and the declared tables say."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from auditor.adapters.snapshot.reader import open_snapshot
from auditor.adapters.snapshot.writer import SnapshotWriter
from auditor.collector import Batch
from auditor.core.canonical import canonical_json
from auditor.errors import SnapshotError
from auditor.model import Scope
from auditor.tables import TABLES, schema

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

INSTANT = datetime(2026, 3, 1, 12, tzinfo=UTC)
FILLED = {
    "system": "s",
    "environment": "e",
    "source": "requests",
    "kind": "generation",
    "outcome": "ok",
    "cache": "hit",
}


def rows(count: int, **changes: Any) -> pa.Table:
    """Return ``count`` plain requests, with columns of ``changes`` instead."""
    fill = {"text": "x", "int": 7, "instant": INSTANT, "bool": True}
    columns = {c.name: [FILLED.get(c.name, fill[c.type])] * count for c in TABLES["requests"].columns}
    declared = schema("requests")
    return (
        pa.table({**columns, **changes}, schema=declared) if not changes.keys() - columns.keys() else pa.table(columns)
    )


@pytest.fixture
def snapshot(tmp_path: Path) -> Path:
    with SnapshotWriter(tmp_path / "snapshot") as writer:
        writer.write(Batch("requests", rows(3).to_batches()[0]), "requests")
        return writer.finish(Scope("s", "e", "r", "p"), INSTANT, [("requests", "requests", "")])


def put(snapshot: Path, table: pa.Table, **entry: Any) -> None:
    """Write ``table`` over the requests, and let the manifest say so: what a careless or lying writer would do."""
    path = snapshot / "requests.parquet"
    pq.write_table(table, path)
    content = path.read_bytes()
    told = {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content), "rows": table.num_rows, **entry}
    edit(snapshot, lambda document: next(e for e in document["tables"] if e["name"] == "requests").update(told))


def edit(snapshot: Path, change: Callable[[dict[str, Any]], Any]) -> None:
    path = snapshot / "snapshot.json"
    document = json.loads(path.read_bytes())
    change(document)
    path.write_bytes(canonical_json(document))


def test_what_was_written_is_opened(snapshot: Path) -> None:
    opened = open_snapshot(snapshot)
    assert opened.scope == Scope("s", "e", "r", "p")
    assert opened.collected_at == INSTANT
    assert opened.tables == {name: snapshot / f"{name}.parquet" for name in TABLES}
    put(snapshot, rows(3))
    assert open_snapshot(snapshot).scope == opened.scope


@pytest.mark.parametrize("column", [c.name for c in TABLES["requests"].columns])
def test_a_null_is_refused_exactly_where_none_may_be(snapshot: Path, column: str) -> None:
    declared = next(one for one in TABLES["requests"].columns if one.name == column)
    values = rows(3).column(column).to_pylist()[:2]
    nullable = pa.schema([field.with_nullable(True) for field in schema("requests")])
    put(
        snapshot,
        rows(3)
        .cast(nullable)
        .set_column(
            schema("requests").get_field_index(column),
            nullable.field(column),
            pa.array([*values, None], nullable.field(column).type),
        ),
    )
    if declared.nullable:
        open_snapshot(snapshot)
    else:
        with pytest.raises(SnapshotError, match=f"column '{column}' has null values, none are allowed"):
            open_snapshot(snapshot)


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("system", "t", "column 'system' holds 't', expected one of s"),
        ("environment", "E", "column 'environment' holds 'E', expected one of e"),
        ("kind", "batch", "column 'kind' holds 'batch', expected one of"),
        ("outcome", "", "column 'outcome' holds '', expected one of"),
    ],
)
def test_a_value_outside_its_list_is_refused_by_column_and_value(
    snapshot: Path, column: str, value: str, said: str
) -> None:
    values = rows(3).column(column).to_pylist()
    put(snapshot, rows(3, **{column: [*values[:2], value]}))
    with pytest.raises(SnapshotError) as caught:
        open_snapshot(snapshot)
    assert f"requests.parquet: {said}" in str(caught.value)


def test_columns_missing_undeclared_or_of_another_type_are_all_named(snapshot: Path) -> None:
    table = rows(3).drop_columns(["route"]).append_column("extra", pa.array([1, 2, 3]))
    index = table.schema.get_field_index("latency_us")
    put(snapshot, table.set_column(index, "latency_us", pa.array([1.5, 2.5, 3.5])))
    with pytest.raises(SnapshotError) as caught:
        open_snapshot(snapshot)
    for said in ("'route' is missing", "'extra' is not declared", "'latency_us' is DOUBLE, expected BIGINT"):
        assert f"requests.parquet: column {said}" in str(caught.value)


def test_the_folders_name_is_no_column(snapshot: Path, tmp_path: Path) -> None:
    moved = tmp_path / "route=health" / "snapshot"
    moved.parent.mkdir()
    snapshot.rename(moved)
    assert open_snapshot(moved).root == moved


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ({"rows": 4}, "3 rows, the manifest says 4"),
        ({"size": 7}, "bytes, the manifest says 7"),
        ({"sha256": "0" * 64}, f"the manifest says {'0' * 64}"),
    ],
)
def test_a_manifest_that_says_otherwise_is_refused(snapshot: Path, entry: dict[str, Any], said: str) -> None:
    put(snapshot, rows(3), **entry)
    with pytest.raises(SnapshotError, match=said):
        open_snapshot(snapshot)


def test_a_file_that_is_no_parquet_is_refused(snapshot: Path) -> None:
    (snapshot / "requests.parquet").write_bytes(b"nothing")
    edit(
        snapshot,
        lambda d: next(e for e in d["tables"] if e["name"] == "requests").update(
            sha256=hashlib.sha256(b"nothing").hexdigest(), size=7
        ),
    )
    with pytest.raises(SnapshotError, match="requests.parquet: no whole Parquet file"):
        open_snapshot(snapshot)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda d: d["tables"].append(d["tables"][0]), "is listed twice"),
        (lambda d: d["tables"].pop(0), "is missing"),
        (lambda d: d["tables"][0].update(name="other"), "table 'other' is not a declared table"),
        (lambda d: d["tables"][0].update(file="other.parquet"), "lies in 'other.parquet'"),
        (lambda d: d.update(collectedAt="2026-03-01T12:00:00"), "collectedAt has no time zone"),
        (lambda d: d.update(more=1), "more: Extra inputs are not permitted"),
    ],
)
def test_a_manifest_of_another_shape_is_refused(
    snapshot: Path, change: Callable[[dict[str, Any]], Any], said: str
) -> None:
    edit(snapshot, change)
    with pytest.raises(SnapshotError, match=said):
        open_snapshot(snapshot)


def test_files_are_accounted_for_in_both_directions(snapshot: Path) -> None:
    (snapshot / "more.txt").write_text("x")
    (snapshot / "coverage.parquet").unlink()
    with pytest.raises(SnapshotError) as caught:
        open_snapshot(snapshot)
    assert "more.txt: not listed in snapshot.json" in str(caught.value)
    assert "coverage.parquet: missing" in str(caught.value)


def test_a_folder_without_a_manifest_is_no_snapshot(tmp_path: Path) -> None:
    with pytest.raises(SnapshotError, match="snapshot.json: cannot be read"):
        open_snapshot(tmp_path)

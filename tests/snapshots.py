"""Rows of every declared table, a small snapshot of them, and ways to write another one over it."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from auditor.adapters.snapshot.writer import SnapshotWriter
from auditor.collector import Batch
from auditor.model import Scope
from auditor.tables import TABLES, schema

if TYPE_CHECKING:
    from pathlib import Path

SCOPE = Scope("s", "e", "r", "p")
COLLECTED_AT = datetime(2025, 1, 14, 12, 0, tzinfo=UTC)
VALUES = {"instant": datetime(2025, 1, 14, 10, 0, tzinfo=UTC), "int": 7, "text": "x", "bool": True}


def row(table: str, **changes: Any) -> dict[str, Any]:
    """Return a row of ``table`` that says something in every column whose type we know here."""
    one = {
        column.name: column.values[0] if column.values else VALUES.get(column.type)
        for column in TABLES[table].columns
        if column.type in VALUES or not column.nullable
    }
    return one | {"system": "s", "environment": "e"} | changes


def batch(table: str, *rows: dict[str, Any]) -> Batch:
    return Batch(table, pa.RecordBatch.from_pylist(list(rows), schema=schema(table)))


class Stored:
    """A snapshot that somebody changes, table by table, with a manifest that agrees unless told otherwise."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.manifest = json.loads((root / "snapshot.json").read_bytes())

    def entry(self, name: str) -> dict[str, Any]:
        return next(one for one in self.manifest["tables"] if one["name"] == name)

    def table(self, name: str) -> pa.Table:
        return pq.read_table(self.root / f"{name}.parquet", partitioning=None)

    def replace(self, name: str, table: pa.Table) -> None:
        path = self.root / f"{name}.parquet"
        pq.write_table(table, path)
        self.agree(name, table.num_rows)

    def agree(self, name: str, rows: int) -> None:
        """Let the manifest say what lies there."""
        raw = (self.root / f"{name}.parquet").read_bytes()
        self.entry(name).update(sha256=hashlib.sha256(raw).hexdigest(), size=len(raw), rows=rows)
        self.save()

    def save(self) -> None:
        (self.root / "snapshot.json").write_text(json.dumps(self.manifest))


def stored_snapshot(root: Path) -> Stored:
    """Write a snapshot with one row in every table."""
    with SnapshotWriter(root) as writer:
        for table in TABLES:
            writer.write(batch(table, row(table)), "source")
        writer.finish(SCOPE, COLLECTED_AT, [("source", "kind", "")])
    return Stored(root)

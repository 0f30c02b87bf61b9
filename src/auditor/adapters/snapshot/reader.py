"""Opens a snapshot and refuses one that is not exactly what its manifest and the declared tables say.

Rules kept here: every declared table is there once and nothing else; digests, row counts, column names, types and
nullability all hold; a column that is gone is an error, never a column of nulls.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from auditor.errors import SnapshotError, raise_all
from auditor.model import Scope
from auditor.tables import TABLES, Table

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa
    import pyarrow.parquet as pq

MANIFEST = "snapshot.json"
AGAIN = "collect again; a snapshot is never edited"


class _Exact(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class TableEntry(_Exact):
    """One table's file; ``size`` in bytes."""

    name: str
    file: str
    rows: int = Field(ge=0)
    sha256: str
    size: int = Field(ge=0)


class SourceEntry(_Exact):
    """One source that was collected."""

    name: str
    kind: str


class ScopeEntry(_Exact):
    """The scope of everything in the snapshot."""

    system: str = Field(min_length=1)
    environment: str = Field(min_length=1)
    release: str = Field(min_length=1)
    phase: str


class Manifest(_Exact):
    """``snapshot.json``."""

    schemaVersion: Literal[1]
    scope: ScopeEntry
    collectedAt: datetime
    sources: list[SourceEntry]
    duckdb: str
    tables: list[TableEntry]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """An opened snapshot: its tables' files by name."""

    root: Path
    scope: Scope
    collected_at: datetime
    tables: dict[str, Path]


def open_snapshot(root: Path) -> Snapshot:
    """Open the snapshot folder ``root``. Raises ``SnapshotError`` that lists everything that is wrong."""
    manifest = _manifest(root)
    problems = _file_problems(root, manifest)
    raise_all(SnapshotError, f"{root}: not a whole snapshot", problems, remedy=AGAIN)
    for entry in manifest.tables:
        problems += _table_problems(root, entry, TABLES[entry.name], manifest.scope)
    raise_all(SnapshotError, f"{root}: not what its manifest and the declared tables say", problems, remedy=AGAIN)
    tables = {entry.name: root / entry.file for entry in manifest.tables}
    return Snapshot(root, Scope(**manifest.scope.model_dump()), manifest.collectedAt, tables)


def _manifest(root: Path) -> Manifest:
    path = root / MANIFEST
    try:
        manifest = Manifest.model_validate_json(path.read_bytes())
    except OSError as error:
        raise SnapshotError(
            f"{path}: cannot be read ({error.strerror})", remedy="name a folder that `auditor collect` made"
        ) from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "document"
        raise SnapshotError(f"{path}: {where}: {first['msg']}", remedy=AGAIN) from error
    if manifest.collectedAt.tzinfo is None:
        raise SnapshotError(f"{path}: collectedAt has no time zone", remedy=AGAIN)
    return manifest


def _file_problems(root: Path, manifest: Manifest) -> list[str]:
    names = [entry.name for entry in manifest.tables]
    problems = [f"table {name!r} is listed twice" for name in sorted({n for n in names if names.count(n) > 1})]
    problems += [f"table {name!r} is missing" for name in sorted(TABLES.keys() - set(names))]
    problems += [f"table {name!r} is not a declared table" for name in sorted(set(names) - TABLES.keys())]
    problems += [f"table {e.name!r} lies in {e.file!r}" for e in manifest.tables if e.file != f"{e.name}.parquet"]
    present = {path.name for path in root.iterdir()}
    expected = {MANIFEST, *(entry.file for entry in manifest.tables)}
    problems += [f"{name}: missing" for name in sorted(expected - present)]
    problems += [f"{name}: not listed in {MANIFEST}" for name in sorted(present - expected)]
    return problems


def _table_problems(root: Path, entry: TableEntry, table: Table, scope: ScopeEntry) -> list[str]:
    import pyarrow as pa  # noqa: PLC0415 - heavy
    import pyarrow.parquet as pq  # noqa: PLC0415 - heavy

    path = root / entry.file
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            size = file.tell()
    except OSError as error:
        return [f"{entry.file}: cannot be read ({error.strerror})"]
    if digest != entry.sha256:
        return [f"{entry.file}: SHA-256 {digest}, the manifest says {entry.sha256}"]
    if size != entry.size:
        return [f"{entry.file}: {size} bytes, the manifest says {entry.size}"]
    try:
        with pq.ParquetFile(path) as parquet:
            rows = parquet.metadata.num_rows
            problems = [] if rows == entry.rows else [f"{entry.file}: {rows} rows, the manifest says {entry.rows}"]
            problems += _schema_problems(entry.file, parquet.schema_arrow, table.schema())
            return problems or _value_problems(parquet, entry, table, scope)
    except (pa.ArrowException, OSError) as error:
        return [f"{entry.file}: no whole Parquet file ({error})"]


def _schema_problems(file: str, found: pa.Schema, expected: pa.Schema) -> list[str]:
    """Return how the columns differ in name or type; each is there once."""
    names = found.names
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        return [f"{file}: column {name!r} is there {names.count(name)} times" for name in twice]
    problems = [f"{file}: column {name!r} is missing" for name in expected.names if name not in names]
    problems += [f"{file}: column {name!r} is not declared" for name in names if name not in expected.names]
    problems += [
        f"{file}: column {field.name!r} is {found.field(field.name).type}, expected {field.type}"
        for field in expected
        if field.name in names and found.field(field.name).type != field.type
    ]
    return problems


def _value_problems(parquet: pq.ParquetFile, entry: TableEntry, table: Table, scope: ScopeEntry) -> list[str]:
    """Return nulls where none may be, values outside their list, and rows of another system."""
    import pyarrow.compute as pc  # noqa: PLC0415 - heavy

    problems: list[str] = []
    allowed = {column.name: column.values for column in table.columns if column.values}
    allowed |= {"system": (scope.system,), "environment": (scope.environment,)}
    for batch in parquet.iter_batches(batch_size=1 << 17):
        for column in table.columns:
            values = batch.column(column.name)
            if not column.nullable and values.null_count:
                problems.append(f"{entry.file}: column {column.name!r} has null values, none are allowed")
            if column.name in allowed:
                foreign = sorted(str(one) for one in set(pc.unique(values).to_pylist()) - {None, *allowed[column.name]})
                if foreign:
                    listed = ", ".join(allowed[column.name])
                    problems.append(
                        f"{entry.file}: column {column.name!r} holds {foreign[0]!r}, expected one of {listed}"
                    )
        if problems:
            break
    return problems

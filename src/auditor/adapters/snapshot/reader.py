"""Opens a snapshot and refuses one that is not exactly what its manifest and the declared tables say.

Rules kept here: every declared table is there once and nothing else; digests, row counts, column names, types and
nullability all hold, as DuckDB reads them, which also answers the queries; a column that is gone is an error, never a
column of nulls.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from auditor.core.canonical import sha256_hex
from auditor.errors import SnapshotError, raise_all
from auditor.model import Scope
from auditor.tables import TABLES

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb

    from auditor.columns import Table

MANIFEST = "snapshot.json"
MAPPINGS = "mappings.json"
SOURCE = "read_parquet(?, hive_partitioning = false)"
# What is compared is what Parquet holds, not the note about Arrow types that a writer may leave beside it. In Parquet
# an instant is adjusted to UTC or not and has no zone, and there is one kind of text: a file whose note says
# Europe/Berlin or large_string holds the same instants and text, to every reader (Parquet format, LogicalTypes.md,
# TIMESTAMP and STRING). Instants that are local, in nanoseconds or of the old kind (INT96) are of other types: refused.
KINDS = {"instant": "TIMESTAMP WITH TIME ZONE", "int": "BIGINT", "text": "VARCHAR", "bool": "BOOLEAN"}
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
    """One source that was collected; ``environment`` of its rows where it is another than the scope's, else empty."""

    name: str
    kind: str
    environment: str = ""


class ScopeEntry(_Exact):
    """The scope of everything in the snapshot."""

    system: str = Field(min_length=1)
    environment: str = Field(min_length=1)
    release: str = Field(min_length=1)
    phase: str


class Manifest(_Exact):
    """``snapshot.json``. ``mappings`` is the SHA-256 of ``mappings.json``: how each source was read."""

    schemaVersion: Literal[1]
    scope: ScopeEntry
    collectedAt: datetime
    sources: list[SourceEntry]
    duckdb: str
    mappings: str
    tables: list[TableEntry]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """An opened snapshot: its tables' files by name, and their SHA-256 (hex)."""

    root: Path
    scope: Scope
    collected_at: datetime
    tables: dict[str, Path]
    digests: dict[str, str] = field(default_factory=dict)


def open_snapshot(root: Path, *, archived: bool = False) -> Snapshot:
    """Open the snapshot folder ``root``. Raises ``SnapshotError`` that lists everything that is wrong.

    ``archived``: it was signed with the policies that it is read for, perhaps by a program of an earlier day, which did
    not know every table and nullable column of today. They are not there then, and a query that asks for one fails.
    """
    manifest = _manifest(root)
    problems = _file_problems(root, manifest, archived=archived)
    raise_all(SnapshotError, f"{root}: not a whole snapshot", problems, remedy=AGAIN)
    with _opened() as connection:
        for entry in manifest.tables:
            problems += _table_problems(connection, root, entry, manifest, archived=archived)
    raise_all(SnapshotError, f"{root}: not what its manifest and the declared tables say", problems, remedy=AGAIN)
    tables = {entry.name: root / entry.file for entry in manifest.tables}
    digests = {entry.name: entry.sha256 for entry in manifest.tables}
    return Snapshot(root, Scope(**manifest.scope.model_dump()), manifest.collectedAt, tables, digests)


def _opened() -> duckdb.DuckDBPyConnection:
    """Return a database that fetches nothing; it reads the files as the queries will."""
    import duckdb  # noqa: PLC0415 - heavy

    off = ("autoinstall_known_extensions", "autoload_known_extensions", "allow_community_extensions")
    return duckdb.connect(
        ":memory:", config={**dict.fromkeys(off, "false"), "temp_directory": "", "memory_limit": "1GB"}
    )


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


def _file_problems(root: Path, manifest: Manifest, *, archived: bool) -> list[str]:
    names = [entry.name for entry in manifest.tables]
    problems = [f"table {name!r} is listed twice" for name in sorted({n for n in names if names.count(n) > 1})]
    problems += [f"table {name!r} is missing" for name in sorted(TABLES.keys() - set(names)) if not archived]
    problems += [f"table {name!r} is not a declared table" for name in sorted(set(names) - TABLES.keys())]
    problems += [f"table {e.name!r} lies in {e.file!r}" for e in manifest.tables if e.file != f"{e.name}.parquet"]
    present = {path.name for path in root.iterdir()}
    if (root / MAPPINGS).is_file() and sha256_hex((root / MAPPINGS).read_bytes()) != manifest.mappings:
        problems.append(f"{MAPPINGS}: not the one that {MANIFEST} names")
    expected = {MANIFEST, MAPPINGS, *(entry.file for entry in manifest.tables)}
    problems += [f"{name}: missing" for name in sorted(expected - present)]
    problems += [f"{name}: not listed in {MANIFEST}" for name in sorted(present - expected)]
    return problems


def _table_problems(
    connection: duckdb.DuckDBPyConnection,
    root: Path,
    entry: TableEntry,
    manifest: Manifest,
    *,
    archived: bool,
) -> list[str]:
    import duckdb  # noqa: PLC0415 - heavy

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
        described = connection.execute(f"describe select * from {SOURCE}", [str(path)]).fetchall()  # noqa: S608 - a constant
        found = {str(name): str(kind) for name, kind, *_ in described}
        table = TABLES[entry.name]
        if archived:
            known = tuple(one for one in table.columns if one.name in found or not one.nullable)
            table = replace(table, columns=known)
        expected = {column.name: KINDS[column.type] for column in table.columns}
        problems = [f"column {name!r} is missing" for name in expected if name not in found]
        problems += [f"column {name!r} is not declared" for name in found if name not in expected]
        problems += [
            f"column {name!r} is {found[name]}, expected {kind}"
            for name, kind in expected.items()
            if found.get(name, kind) != kind
        ]
        problems = problems or _value_problems(connection, path, entry, table, manifest)
    except duckdb.Error as error:
        problems = [f"no whole Parquet file ({error})"]
    return [f"{entry.file}: {problem}" for problem in problems]


def _value_problems(
    connection: duckdb.DuckDBPyConnection, path: Path, entry: TableEntry, table: Table, manifest: Manifest
) -> list[str]:
    """Return a wrong number of rows, nulls where none may be, values outside their list, and rows of another system.

    One pass of flat memory: for each column how many values it has, and the first value that may not be in it.
    """
    if entry.rows == 0:
        counted = connection.execute(f"select count(*) from {SOURCE}", [str(path)]).fetchone()  # noqa: S608 - a constant
        return [] if counted == (0,) else [f"{(counted or (-1,))[0]} rows, the manifest says 0"]
    allowed = {column.name: column.values for column in table.columns if column.values}
    environments = {manifest.scope.environment, *(one.environment for one in manifest.sources if one.environment)}
    allowed |= {"system": (manifest.scope.system,), "environment": tuple(sorted(environments))}
    required = [column.name for column in table.columns if not column.nullable]
    asked = ["count(*)", *(f'count("{name}")' for name in required)]
    asked += [f'min("{name}") filter (where not list_contains(?, "{name}"))' for name in allowed]
    query = f"select {', '.join(asked)} from {SOURCE}"  # noqa: S608 - declared names
    answer = connection.execute(query, [*(list(values) for values in allowed.values()), str(path)]).fetchone()
    rows, *rest = answer or (-1,)
    present, foreign = rest[: len(required)], rest[len(required) :]
    problems = [] if rows == entry.rows else [f"{rows} rows, the manifest says {entry.rows}"]
    problems += [
        f"column {name!r} has null values, none are allowed"
        for name, number in zip(required, present, strict=True)
        if number != rows
    ]
    problems += [
        f"column {name!r} holds {value!r}, expected one of {', '.join(allowed[name])}"
        for name, value in zip(allowed, foreign, strict=True)
        if value is not None
    ]
    return problems

"""Writes a snapshot: batches from collectors in, sorted Parquet and a manifest out, whole or not at all.

Rules kept here: a batch has exactly the declared schema, or its collector is named; memory stays flat (rows are spilled
unsorted and sorted out of core by DuckDB); the bytes of a table depend on its rows alone, not on their arrival, the
number of threads or the machine, within one DuckDB version.
"""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Self

from auditor.adapters.snapshot.reader import MANIFEST, MAPPINGS, Manifest, ScopeEntry, SourceEntry, TableEntry
from auditor.core.canonical import canonical_json, sha256_hex
from auditor.errors import CollectionError, EngineError, UsageError
from auditor.model import Scope, isoformat
from auditor.tables import TABLES, schema

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    import duckdb
    import pyarrow as pa
    import pyarrow.parquet as pq

    from auditor.collector import Batch
    from auditor.columns import Table

ROW_GROUP = 122_880
MEMORY_LIMIT = "256MB"  # more is put aside in the scratch folder


NO_MAPPINGS = canonical_json({"schemaVersion": 1, "sources": []})


class SnapshotWriter:
    """Collects batches into ``target``. Use as a context manager: leaving without ``finish`` leaves nothing behind."""

    def __init__(self, target: Path, *, threads: int = 2) -> None:
        self._target = target
        self._threads = threads
        self._writers: dict[str, pq.ParquetWriter] = {}
        self._scratch: Path | None = None
        self._made: list[Path] = []
        self._finished = False
        try:
            if os.path.lexists(target):
                raise UsageError(f"{target}: exists; a snapshot is never written over", remedy="give another --output")
            self._prepare()
        except OSError as error:
            self._remove()
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise _full(target, error) from error
            raise UsageError(
                f"{target.parent}: no snapshot can be written here ({error.strerror})", remedy="give another --output"
            ) from error

    def _prepare(self) -> None:
        """Make the scratch folder beside the target, and the folders that lead there."""
        for folder in reversed((self._target.parent, *self._target.parent.parents)):
            if not folder.exists():
                folder.mkdir()
                self._made.append(folder)
        self._scratch = Path(tempfile.mkdtemp(prefix=".collecting-", dir=self._target.parent))
        self._at("work").mkdir()
        self._ready.mkdir()

    @contextmanager
    def workspace(self) -> Iterator[Path]:
        """Give one collector a folder of its own for what it must put aside, until the block is left."""
        work = self._at("work") / "source"
        try:
            work.mkdir()
        except OSError as error:
            raise _full(self._target, error) from error
        try:
            yield work
        finally:
            shutil.rmtree(work, ignore_errors=True)  # what stays is found, and told, when all is removed

    @property
    def _ready(self) -> Path:
        return self._at("snapshot")

    def _at(self, name: str) -> Path:
        if self._scratch is None:
            raise RuntimeError("the scratch folder is gone: this writer was left")
        return self._scratch / name

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        for writer in self._writers.values():
            with suppress(OSError):  # on a full disk the footer fails too, of a file that goes away
                writer.close()
        self._remove(error)

    def _remove(self, error: BaseException | None = None) -> None:
        """Remove the scratch folder and, when there is no snapshot, the folders that were made for it."""
        scratch, self._scratch = self._scratch, None
        if scratch is not None:
            shutil.rmtree(scratch, ignore_errors=True)
            if scratch.exists():
                also = f"; and before that: {error}" if error else ""
                raise EngineError(f"{scratch}: the scratch folder could not be removed{also}", remedy="remove it")
        if not self._finished:
            for folder in reversed(self._made):
                with suppress(OSError):  # somebody else put something there meanwhile, so it is theirs now
                    folder.rmdir()

    def write(self, batch: Batch, source: str) -> None:
        """Take one batch of ``source``. Raises ``CollectionError`` when it is not what the table declares."""
        import pyarrow.parquet as pq  # noqa: PLC0415 - heavy

        table = TABLES.get(batch.table)
        if table is None:
            raise CollectionError(f"source {source!r}: its collector gave table {batch.table!r}, which is not declared")
        check_batch(batch.rows, table, source)
        try:
            if batch.table not in self._writers:
                path = self._at(f"{batch.table}.unsorted.parquet")
                self._writers[batch.table] = pq.ParquetWriter(path, schema(batch.table), compression="lz4")
            self._writers[batch.table].write_batch(batch.rows)
        except OSError as error:
            raise _full(self._target, error) from error

    def finish(
        self,
        scope: Scope,
        collected_at: datetime,
        sources: Sequence[tuple[str, str, str]],
        mappings: bytes = NO_MAPPINGS,
    ) -> Path:
        """Sort and write every table, the mappings and the manifest, give the snapshot its name, and return it."""
        import duckdb  # noqa: PLC0415 - heavy

        try:
            for writer in self._writers.values():
                writer.close()
            with duckdb.connect(":memory:", config=self._config()) as connection:
                connection.execute("set TimeZone = 'UTC'")
                connection.execute("set enable_progress_bar = false")  # it would go to standard output, which is data
                entries = [self._table(table, connection) for table in TABLES.values()]
            self._writers = {}
            manifest = Manifest(
                schemaVersion=1,
                scope=ScopeEntry(
                    system=scope.system, environment=scope.environment, release=scope.release, phase=scope.phase
                ),
                collectedAt=collected_at,
                sources=[SourceEntry(name=name, kind=kind, environment=of) for name, kind, of in sorted(sources)],
                duckdb=duckdb.__version__,
                mappings=sha256_hex(mappings),
                tables=entries,
            )
            document = manifest.model_dump() | {"collectedAt": isoformat(collected_at)}
            _write(self._ready / MAPPINGS, mappings)
            _write(self._ready / MANIFEST, canonical_json(document))
            _sync(self._ready)
            self._ready.rename(self._target)
            self._finished = True
            _sync(self._target.parent)
        except OSError as error:
            raise _full(self._target, error) from error
        return self._target

    def _config(self) -> dict[str, str | bool | int | float | list[str]]:
        return {
            "memory_limit": MEMORY_LIMIT,
            "threads": str(self._threads),
            "temp_directory": str(self._at("work")),
            "preserve_insertion_order": "true",
        }

    def _table(self, table: Table, connection: duckdb.DuckDBPyConnection) -> TableEntry:
        """Sort one table's rows into its final Parquet file."""
        import duckdb  # noqa: PLC0415 - heavy
        import pyarrow.parquet as pq  # noqa: PLC0415 - heavy

        unsorted = self._at(f"{table.name}.unsorted.parquet")
        if not unsorted.exists():
            pq.write_table(schema(table.name).empty_table(), unsorted)
        path = self._ready / f"{table.name}.parquet"
        columns = [column.name for column in table.columns]
        order = [*table.order, *(name for name in columns if name not in table.order)]
        try:
            written = connection.execute(
                f"copy (select {', '.join(columns)} from read_parquet({_quoted(unsorted)}) "  # noqa: S608 - declared names
                f"order by {', '.join(order)}) "
                f"to {_quoted(path)} (format parquet, compression zstd, row_group_size {ROW_GROUP})"
            ).fetchone()
        except duckdb.Error as error:
            text = str(error).replace(str(path), path.name).splitlines()[0]
            raise EngineError(
                f"{self._target}: {path.name} could not be sorted and written ({text}); nothing was left behind",
                remedy="free some space, or give another --output",
            ) from error
        unsorted.unlink()
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            os.fsync(file.fileno())
        rows = int(written[0]) if written else 0
        return TableEntry(name=table.name, file=path.name, rows=rows, sha256=digest, size=path.stat().st_size)


def check_batch(rows: pa.RecordBatch, table: Table, source: str) -> None:
    """Refuse a batch that is not exactly what ``table`` declares; names source, table and column."""
    import pyarrow.compute as pc  # noqa: PLC0415 - heavy

    where = f"source {source!r}, table {table.name}"
    expected = schema(table.name)
    if rows.schema.names != expected.names:
        missing = sorted(set(expected.names) - set(rows.schema.names))
        foreign = sorted(set(rows.schema.names) - set(expected.names))
        raise CollectionError(f"{where}: columns missing {missing}, not declared {foreign}, or in another order")
    for column in table.columns:
        values, field = rows.column(column.name), expected.field(column.name)
        if values.type != field.type:
            raise CollectionError(f"{where}: column {column.name!r} is {values.type}, expected {field.type}")
        if values.null_count and not column.nullable:
            row = pc.index(pc.is_null(values), value=True).as_py()
            raise CollectionError(f"{where}: column {column.name!r}, row {row + 1} of a batch has no value")
        if column.values:
            foreign = sorted(str(one) for one in set(pc.unique(values).to_pylist()) - {None, *column.values})
            if foreign:
                raise CollectionError(
                    f"{where}: column {column.name!r} holds {foreign[0]!r}, expected one of {', '.join(column.values)}"
                )


def _full(target: Path, error: OSError) -> EngineError:
    return EngineError(
        f"{target}: the snapshot could not be written ({error.strerror or error}); nothing was left behind",
        remedy="free some space, or give another --output",
    )


def _write(path: Path, content: bytes) -> None:
    with path.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"

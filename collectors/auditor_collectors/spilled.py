"""Rows that Python reads one by one, put aside in a Parquet file: flat memory, however many there are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from auditor.tables import schema

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    import pyarrow as pa

BATCH_ROWS = 10_000


def placed(table: str, **more: pa.DataType) -> pa.Schema:
    """Return the schema of ``table`` with the place of each row (``file_number``, ``row_number``) and ``more``."""
    import pyarrow as pa  # noqa: PLC0415 - heavy

    layout = schema(table)
    for name, kind in {"file_number": pa.int64(), "row_number": pa.int64(), **more}.items():
        layout = layout.append(pa.field(name, kind))
    return layout


def spill(part: Path, layout: pa.Schema, found: Iterable[dict[str, Any]]) -> int:
    """Write ``found`` into the Parquet file ``part``, some at a time; return how many there were."""
    import pyarrow as pa  # noqa: PLC0415 - heavy
    import pyarrow.parquet as pq  # noqa: PLC0415 - heavy

    count = 0
    with pq.ParquetWriter(part, layout, compression="lz4") as writer:
        batch: list[dict[str, Any]] = []
        for row in found:
            batch.append(row)
            if len(batch) == BATCH_ROWS:
                writer.write_batch(pa.RecordBatch.from_pylist(batch, schema=layout))
                count, batch = count + len(batch), []
        writer.write_batch(pa.RecordBatch.from_pylist(batch, schema=layout))
    return count + len(batch)

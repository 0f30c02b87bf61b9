"""Rows made one by one in Python, put aside in a Parquet file beside the places they come from, in flat memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from auditor.tables import schema

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

BATCH_ROWS = 10_000


def spill(part: Path, table: str, rows: Iterable[dict[str, Any]]) -> int:
    """Write rows of ``table``, each with ``file_number`` and ``row_number``, to ``part``; return how many."""
    import pyarrow as pa  # noqa: PLC0415 - heavy
    import pyarrow.parquet as pq  # noqa: PLC0415 - heavy

    layout = schema(table).append(pa.field("file_number", pa.int64())).append(pa.field("row_number", pa.int64()))
    count = 0
    with pq.ParquetWriter(part, layout, compression="lz4") as writer:
        batch: list[dict[str, Any]] = []
        for row in rows:
            batch.append(row)
            if len(batch) == BATCH_ROWS:
                writer.write_batch(pa.RecordBatch.from_pylist(batch, schema=layout))
                count, batch = count + len(batch), []
        writer.write_batch(pa.RecordBatch.from_pylist(batch, schema=layout))
    return count + len(batch)

"""One source collected into a snapshot, for the tests of its collector."""

from datetime import UTC, datetime

import pyarrow.parquet as pq

from auditor.adapters.snapshot.reader import open_snapshot
from auditor.adapters.snapshot.writer import SnapshotWriter
from auditor.collector import CollectContext
from auditor.errors import CollectionError
from auditor.model import Scope

COLLECTED_AT = datetime(2025, 1, 14, 12, tzinfo=UTC)
SCOPE = Scope("shop", "production", "r1", "live")
HIDDEN = ("system", "environment", "source")


def snapshot_of(collector, options, root, output="snapshot", source="s"):
    """Collect from ``root`` into a snapshot that opens, and return it."""
    assert collector.check(options) == []
    with SnapshotWriter(root / output) as writer, writer.workspace() as work:
        context = CollectContext(source, SCOPE, root, work, COLLECTED_AT)
        for batch in collector.collect(options, context):
            writer.write(batch, source)
        writer.finish(SCOPE, COLLECTED_AT, [(source, "kind", "")])
    return open_snapshot(root / output)


def rows_of(snapshot, table):
    """Return the rows of ``table`` without the scope, which must be what was given."""
    found = pq.read_table(snapshot.tables[table]).to_pylist()
    assert all(row["system"] == "shop" and row["environment"] == "production" for row in found)
    return [{name: value for name, value in row.items() if name not in HIDDEN} for row in found]


def refusal(collector, options, root):
    """Return what a person reads when the source is refused; nothing is left behind."""
    try:
        snapshot_of(collector, options, root, "refused")
    except CollectionError as error:
        assert not (root / "refused").exists()
        return str(error)
    raise AssertionError("was collected")


def bytes_of(snapshot):
    """Return every file of the snapshot by name."""
    return {path.name: path.read_bytes() for path in sorted(snapshot.root.iterdir())}

"""``collect``: run every configured source's collector into one snapshot, whole or not at all."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from auditor.adapters.snapshot.writer import SnapshotWriter
from auditor.collector import Batch, CollectContext
from auditor.config import load_config, mappings
from auditor.model import isoformat
from auditor.shell.pseudonyms import pseudonyms
from auditor.tables import schema

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from auditor.config import Config, Source
    from auditor.model import Scope


def collect(
    config_path: Path,
    output: Path,
    *,
    collected_at: datetime,
    progress: Callable[[int, int, str], None] = lambda _done, _total, _what: None,
) -> Path:
    """Collect the sources of ``config_path`` into the new folder ``output`` and return it.

    Raises:
        UsageError: the configuration is refused, or ``output`` exists or cannot be written.
        CollectionError: a source is not what it is declared to be. Nothing is left behind.
    """
    return collect_sources(load_config(config_path), output, collected_at=collected_at, progress=progress)


def collect_sources(
    config: Config,
    output: Path,
    *,
    collected_at: datetime,
    progress: Callable[[int, int, str], None] = lambda _done, _total, _what: None,
) -> Path:
    """Collect the sources of a checked configuration; what ``collect`` raises of sources, this raises."""
    with SnapshotWriter(output) as writer, pseudonyms(config.vault) as pseudonym:
        for source in config.sources:

            def show(done: int, total: int, name: str = source.name) -> None:
                progress(done, total, name)

            scope = replace(config.scope, environment=source.environment or config.scope.environment)
            if source.begins is not None and collected_at < source.begins:
                writer.write(_not_begun(source, scope, collected_at), source.name)
                continue
            with writer.workspace() as work:
                context = CollectContext(source.name, scope, config.root, work, collected_at, show, pseudonym)
                for batch in source.collector.collect(source.options, context):
                    writer.write(batch, source.name)
        sources = [(source.name, source.kind, source.environment or "") for source in config.sources]
        return writer.finish(config.scope, collected_at, sources, mappings(config))


def _not_begun(source: Source, scope: Scope, collected_at: datetime) -> Batch:
    """Return what is recorded of a source that has not begun: it was due to be asked, and there is nothing yet."""
    import pyarrow as pa  # noqa: PLC0415 - heavy

    row = dict.fromkeys(schema("coverage").names) | {
        "system": scope.system,
        "environment": scope.environment,
        "source": source.name,
        "account": "",
        "region": "",
        "call": "read_files",
        "status": "failed",
        "pages": 0,
        "records": 0,
        "duplicates": 0,
        "detail": f"the source begins at {isoformat(source.begins)}" if source.begins else None,
        "collected_at": collected_at,
    }
    return Batch("coverage", pa.RecordBatch.from_pylist([row], schema=schema("coverage")))

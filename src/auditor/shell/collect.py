"""``collect``: run every configured source's collector into one snapshot, whole or not at all.

Rules kept here: sources that are asked over the network come first, and what they answer is kept until the snapshot is
there (``auditor.shell.recording``); the snapshot is collected at the instant at which they were done, so that no fact
lies after it.
"""

from __future__ import annotations

import threading
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from auditor.adapters.snapshot.writer import SnapshotWriter
from auditor.collector import Batch, CollectContext
from auditor.config import load_config, mappings
from auditor.model import isoformat
from auditor.shell.pseudonyms import pseudonyms
from auditor.shell.recording import Wanted, answers
from auditor.tables import schema

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from auditor.config import Config, Source
    from auditor.model import Scope
    from auditor.shell.recording import Answers


def collect(
    config_path: Path,
    output: Path,
    *,
    collected_at: datetime,
    progress: Callable[[int, int, str], None] = lambda _done, _total, _what: None,
    clock: Callable[[], datetime] | None = None,
    wanted: Wanted | None = None,
) -> Path:
    """Collect the sources of ``config_path`` into the new folder ``output`` and return it.

    ``collected_at`` is the present instant; ``clock`` tells later ones, and without it time stands. ``wanted`` says
    what is kept of answers, or where they are taken from.

    Raises:
        UsageError: the configuration is refused, or ``output`` exists or cannot be written.
        CollectionError: a source is not what it is declared to be. Nothing is left behind, but what services answered
            lies beside ``output`` until the same collection is made again.
    """
    config = load_config(config_path)
    return collect_sources(config, output, collected_at=collected_at, progress=progress, clock=clock, wanted=wanted)


def collect_sources(
    config: Config,
    output: Path,
    *,
    collected_at: datetime,
    progress: Callable[[int, int, str], None] = lambda _done, _total, _what: None,
    clock: Callable[[], datetime] | None = None,
    wanted: Wanted | None = None,
) -> Path:
    """Collect the sources of a checked configuration; what ``collect`` raises of sources, this raises."""
    asked = [source for source in config.sources if asks(source)]
    read = [source for source in config.sources if not asks(source)]
    with SnapshotWriter(output) as writer, pseudonyms(config.vault) as pseudonym:
        keeping = answers(wanted or Wanted(), output, collected_at) if asked else nullcontext(None)
        with keeping as kept:
            if kept is not None:
                run = _Run(config, writer, kept.begun_at, progress, pseudonym, kept, clock)
                for source in asked:
                    run.collect(source)
                if not kept.replayed:
                    kept.finished_at = max(collected_at, clock() if clock else collected_at)
                collected_at = kept.finished_at
            for source in read:
                _Run(config, writer, collected_at, progress, pseudonym).collect(source)
            sources = [(source.name, source.kind, source.environment or "") for source in config.sources]
            return writer.finish(config.scope, collected_at, sources, mappings(config))


def asks(source: Source) -> bool:
    """Say whether a source asks a service, and reads no files."""
    return bool(getattr(source.collector, "operations", ()))


@dataclass(frozen=True, slots=True)
class _Run:
    """What all sources of one collection have in common."""

    config: Config
    writer: SnapshotWriter
    collected_at: datetime
    progress: Callable[[int, int, str], None]
    pseudonym: Callable[[str, str], str] | None = None
    answers: Answers | None = None
    clock: Callable[[], datetime] | None = None
    shared: dict[Any, Any] = field(default_factory=dict)
    lock: threading.RLock = field(default_factory=threading.RLock)

    def collect(self, source: Source) -> None:
        """Write what ``source`` yields."""
        scope = replace(self.config.scope, environment=source.environment or self.config.scope.environment)
        if source.begins is not None and self.collected_at < source.begins:
            self.writer.write(_not_begun(source, scope, self.collected_at), source.name)
            return
        with self.writer.workspace() as work:
            context = CollectContext(
                source.name,
                scope,
                self.config.root,
                work,
                self.collected_at,
                lambda done, total: self.progress(done, total, source.name),
                recording=None if self.answers is None else self.answers.folder,
                replayed=self.answers is not None and self.answers.replayed,
                clock=self.clock,
                shared=self.shared,
                lock=self.lock,
                pseudonym=self.pseudonym,
            )
            for batch in source.collector.collect(source.options, context):
                self.writer.write(batch, source.name)


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

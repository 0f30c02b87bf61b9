"""What one gate stands on: the lines it needs, the sources they read, and up to where those were observed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from auditor.errors import UsageError
from auditor.model import epoch_us
from auditor.shell.decide import SLOT_US

if TYPE_CHECKING:
    from datetime import datetime

    from auditor.adapters.policies.profile import Profile
    from auditor.adapters.snapshot.reader import Snapshot
    from auditor.config import Config, Source


def of_gate(profile: Profile, name: str) -> Profile:
    """Return ``profile`` with one rollback gate and the lines that it depends on. Raises ``UsageError``."""
    gates = [gate for gate in profile.document.gates if gate.id == name and gate.kind == "rollback"]
    if not gates:
        known = ", ".join(gate.id for gate in profile.document.gates if gate.kind == "rollback") or "none"
        raise UsageError(
            f"profile {profile.document.id} has no rollback gate {name!r}; it has: {known}",
            remedy="correct gate in [watch] of auditor.toml",
        )
    needed = set(gates[0].lines)
    for line_id in reversed(profile.order):
        if line_id in needed:
            needed |= {*profile.line(line_id).members, *profile.line(line_id).when}
    kept = [line for line in profile.document.lines if line.id in needed]
    return replace(
        profile,
        document=profile.document.model_copy(update={"lines": kept, "gates": gates}),
        bound={line.id: profile.bound[line.id] for line in kept},
        order=tuple(line_id for line_id in profile.order if line_id in needed),
        lines={line.id: line for line in kept},
    )


def sources_of(profile: Profile, config: Config) -> tuple[Source, ...]:
    """Return the sources that the lines of ``profile`` speak of, and those that observe them.

    A line speaks of a source that it reads, or that its parameters name: as a cell (source/account/region) or in a list
    of sources.
    """
    named = {name for line in profile.document.lines for name in line.reads}
    anchors = {one for line in profile.document.lines if line.window for one in line.window.anchors}
    for bound in profile.bound.values():
        for one in bound:
            for parameter, value in one.parameters.items():
                if isinstance(value, list) and (parameter == "cells" or parameter.endswith("_sources")):
                    named |= {str(member).split("/")[0] for member in value}
    everything = anchors - {"as_of"}  # any source may tell an anchor
    return tuple(
        source
        for source in config.sources
        if everything or source.name in named or source.options.get("observes") in named
    )


def patterns_of(source: Source) -> list[str]:
    """Return the globs of the files that ``source`` reads, and the place of the versions that flags may have."""
    lists = [source.options.get(name) for name in ("files", "index", "exports")]
    patterns = [str(one) for found in lists if isinstance(found, list) for one in found]
    versions = source.options.get("versions")
    return [*patterns, versions.replace("{version}", "*")] if isinstance(versions, str) else patterns


def observed_until(snapshot: Snapshot) -> datetime:
    """Return the last 10 s slot's end that an observer of any source has seen, at most the instant of collection.

    Of any, and not of all: a source that falls silent must not keep the others from being judged; what is not observed
    of it is unknown, and that never fires. Without an observer it is the slot of the collection.
    """
    import pyarrow.parquet as pq  # noqa: PLC0415 - heavy

    column = pq.read_table(snapshot.tables["heartbeats"], columns=["end_time"])["end_time"]
    latest: datetime = max(
        (end for end in column.to_pylist() if end is not None and end <= snapshot.collected_at),
        default=snapshot.collected_at,
    )
    return latest - timedelta(microseconds=epoch_us(latest) % SLOT_US)

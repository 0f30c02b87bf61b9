"""The phases that a deployment's log tells: each start with the end that follows it.

Rules kept here: records are ordered by time, then by the log's own number, then by their place; a phase that begins
anew is told once more, never merged with the first; a phase without an end is still running.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from auditor.errors import CollectionError
from auditor_collectors.jsonlines import AGAIN

if TYPE_CHECKING:
    from collections.abc import Sequence

    import duckdb


def phases_of(connection: duckdb.DuckDBPyConnection, spilled: str, names: Sequence[str]) -> list[dict[str, Any]]:
    """Return the rows of ``phases`` in the records of ``spilled``. Raises ``CollectionError`` for an end alone."""
    boundaries = connection.execute(
        f"""
        select
            system, environment, source, event_time, kind, phase,
            first(file_number order by file_number, row_number), first(row_number order by file_number, row_number)
        from {spilled}
        where kind in ('phase_started', 'phase_ended')
        group by system, environment, source, event_time, kind, phase, position
        order by event_time, position nulls first, min(file_number), min(row_number)
        """
    ).fetchall()
    told: list[dict[str, Any]] = []
    running: dict[str, dict[str, Any]] = {}
    for system, environment, source, at, kind, phase, file_number, row in boundaries:
        if kind == "phase_started":
            running[phase] = {
                "system": system,
                "environment": environment,
                "source": source,
                "phase": phase,
                "started_at": at,
                "ended_at": None,
            }
            told.append(running[phase])
        elif phase in running:
            running.pop(phase)["ended_at"] = at
        else:
            raise CollectionError(
                f"{names[file_number]}, line {row}: {phase} ends, but no record before it says that it began",
                remedy=AGAIN + ", with all of its records",
            )
    return told

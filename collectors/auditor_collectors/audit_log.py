"""The application's own audit log: ``... AUDIT: {json}`` lines in any log text, or one event a line; plain or gzip.

Rules kept here: no personal data leaves (``audit_event``), a person at most by a pseudonym; the chains of the log are
told apart (``audit_chains``), the application's hashes verified (``audit_hash``) and sealed by a chain of our own
(``audit_seal``) while it is read, and only what came of that enters. An event written twice is kept once and counted,
two different events of one id are refused; a line without ``AUDIT:`` is counted and not read; memory is flat.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from auditor.errors import CollectionError
from auditor.tables import schema
from auditor_collectors import files
from auditor_collectors.audit_chains import separate
from auditor_collectors.audit_event import Listed, Members, event_row
from auditor_collectors.audit_seal import Sealing, Witness
from auditor_collectors.batches import connect, coverage, exactly, literal, rows, stream
from auditor_collectors.jsonlines import AGAIN, json_object, lines, member
from auditor_collectors.options import Globs, problems_of
from auditor_collectors.pseudonyms import person
from auditor_collectors.spilled import placed, spill
from auditor_collectors.values import not_after

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import duckdb

    from auditor.collector import Batch, CollectContext

MARK = re.compile(rb"(?<![A-Za-z0-9_-])AUDIT:")
PLACED = ("chain", "sequence", "link")
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Witnessed(BaseModel):
    """What table ``audit_chains`` of an earlier collection says of a chain: its head, its events, its tail."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    head: Digest
    events: Annotated[int, Field(ge=1)]
    tail: Digest


class Options(BaseModel):
    """``[sources.<name>]`` with ``kind = "audit_log"``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    files: Globs
    format: Literal["log", "jsonl"]
    values: Listed
    members: Members = Members()
    unlinked_types: list[str] = []
    heads: list[Annotated[str, Field(pattern=r"^[0-9a-f]{1,8}$")]] = []
    witnessed: list[Witnessed] = []


EXAMPLE = """\
# The application's own audit events. Only values that are listed here leave; any other becomes "undeclared".
[sources.audit_log]
kind = "audit_log"
files = ["logs/*.log"]
format = "log"                           # lines that hold AUDIT: {json}; or jsonl, one event a line
unlinked_types = ["cost_tracking"]       # types whose events are outside every chain of hashes
heads = []                               # hashes on which a chain may go on that began before these files
witnessed = []                           # of an earlier run: [{ head = "...", events = 120, tail = "..." }]

[sources.audit_log.values]
event_type = { operation_start = "operation_start", operation_complete = "operation_complete" }
compliance_status = { compliant = "compliant", violation = "violation" }
outcome = { success = "ok", failure = "error" }

[sources.audit_log.members]              # where the application writes what its events have no common member for
outcome = "metadata.outcome"
"""


class AuditLogCollector:
    """Reads the application's audit events."""

    example = EXAMPLE

    def check(self, options: dict[str, Any]) -> list[str]:
        """Return what is wrong with ``options``."""
        return problems_of(Options, options)

    def collect(self, options: dict[str, Any], context: CollectContext) -> Iterator[Batch]:
        """Yield events, their chains and one coverage row. Raises ``CollectionError`` naming file and line."""
        wanted = Options.model_validate(options)
        paths = files.find(context.root, wanted.files, context.source)
        found = files.inspect_all(context.root, paths, max_line=files.MAX_LINE, progress=context.progress)
        notes = Counter[str]()
        with connect(context) as connection:
            part = context.work / "events.parquet"
            count = spill(part, _layout(), _events(found, wanted, context, notes))
            files.refuse_changed(found)
            if not count:
                raise CollectionError(
                    f"source {context.source!r}: its files hold no audit event",
                    remedy="check `files` and `format` in auditor.toml",
                )
            spilled = f"read_parquet({exactly(part)})"
            _refuse_conflicts(connection, spilled, [file.name for file in found])
            sealing = Sealing([Witness(one.head, one.events, one.tail) for one in wanted.witnessed])
            kept = 0
            for batch in stream(connection, "application_events", _select(connection, spilled, wanted, context)):
                sealing.add(batch.rows)
                kept += batch.rows.num_rows
                yield batch
        yield rows("audit_chains", list(sealing.rows(_scope(context))))
        row = coverage(
            context,
            pages=len(found),
            records=count,
            duplicates=count - kept,
            sha256=files.listing_digest(found),
            detail=", ".join(f"{number} {what}" for what, number in sorted(notes.items())) or None,
        )
        yield rows("coverage", [row])


def _layout() -> Any:
    import pyarrow as pa  # noqa: PLC0415 - heavy

    layout = placed("application_events", digest=pa.string(), previous_text=pa.string(), hash_text=pa.string())
    for name in PLACED:
        layout = layout.remove(layout.get_field_index(name))
    return layout


def _scope(context: CollectContext) -> dict[str, Any]:
    return {"system": context.scope.system, "environment": context.scope.environment, "source": context.source}


def _events(
    found: Sequence[files.SourceFile], wanted: Options, context: CollectContext, notes: Counter[str]
) -> Iterator[dict[str, Any]]:
    """Yield the row of each event; ``notes`` counts what a person should know of."""
    scope = _scope(context)
    when = partial(not_after, context=context)
    for file_number, file in enumerate(found):
        for number, line in lines(file):
            written = line if wanted.format == "jsonl" else _marked(line)
            if written is None:
                notes["lines without AUDIT, not read"] += 1
            elif written.strip() or wanted.format == "log":
                where = f"{file.name}, line {number}"
                document = json_object(where, written)
                moment = member(where, document, "timestamp", when)
                known = {"event_time": moment, "person": person(where, document, "userId", moment, context)}
                event = event_row(where, document, wanted.values, wanted.members, notes)
                yield scope | known | event | {"file_number": file_number, "row_number": number}


def _marked(line: bytes) -> bytes | None:
    """Return what follows the mark in ``line``, whatever bytes stand before it."""
    mark = MARK.search(line)
    return line[mark.end() :] if mark else None


def _select(connection: duckdb.DuckDBPyConnection, spilled: str, wanted: Options, context: CollectContext) -> str:
    """Return SQL for the distinct events, with their places in their chains, in the order of these."""
    unlinked = ", ".join(literal(one) for one in wanted.unlinked_types)
    first = context.work / "first.parquet"
    connection.execute(
        f"""
        copy (
            select *, {f"event_type not in ({unlinked})" if unlinked else "true"} as links, hash_text <> '' as hashed
            from {spilled}
            qualify row_number() over (partition by event_hi, event_lo order by file_number, row_number) = 1
        ) to {literal(str(first))} (format parquet, compression lz4)
        """
    )
    events = f"select * from read_parquet({exactly(first)})"
    places = separate(connection, events, wanted.heads, context.work)
    sequence = "row_number() over (partition by chain order by event_time, event_hi, event_lo)"
    names = ", ".join(
        f"{sequence} as {name}" if name == "sequence" else name for name in schema("application_events").names
    )
    joined = f"select {names} from ({events}) join ({places}) using (file_number, row_number)"
    return f"select * from ({joined}) order by chain, sequence"


def _refuse_conflicts(connection: duckdb.DuckDBPyConnection, spilled: str, names: Sequence[str]) -> None:
    """Refuse two different events of one id; events are the same when every member is, kept here or not."""
    conflicts = connection.execute(
        f"""
        select file_number, row_number, first.file_number, first.row_number
        from (
            select
                file_number, row_number, digest,
                first_value({{'file_number': file_number, 'row_number': row_number, 'digest': digest}}) over (
                    partition by event_hi, event_lo order by file_number, row_number
                ) as first
            from {spilled}
        )
        where digest <> first.digest
        order by file_number, row_number
        limit 1
        """
    ).fetchall()
    for file_number, row, first_file, first_row in conflicts:
        raise CollectionError(
            f"{names[file_number]}, line {row}: its eventId is already at {names[first_file]}, line {first_row}, "
            "with other content",
            remedy="an event is written once; " + AGAIN + ", and ask who altered it",
        )

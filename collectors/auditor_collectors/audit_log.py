"""The application's own audit log: ``... AUDIT: {json}`` lines in any log text, or one event a line; plain or gzip.

Rules kept here: no personal data leaves. Ids leave as digests; of every other text only values that ``auditor.toml``
lists, anything else as ``undeclared`` (a member may hold what nobody expects); no user, content or hash leaves at all.
An event written twice is kept once and counted, two different events of one id are refused; a line without ``AUDIT:``
is counted and not read; memory is flat.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict

from auditor.errors import CollectionError
from auditor.tables import identifier_halves, schema
from auditor.tables.audit import UNDECLARED
from auditor_collectors import files
from auditor_collectors.batches import connect, coverage, exactly, rows, stream
from auditor_collectors.jsonlines import AGAIN, json_object, lines, member
from auditor_collectors.options import Globs, Values, problems_of
from auditor_collectors.spilled import placed, spill
from auditor_collectors.values import boolean, duration, identifier, not_after, optional, text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import duckdb

    from auditor.collector import Batch, CollectContext

MARK = re.compile(rb"(?<![A-Za-z0-9_-])AUDIT:")
ARTICLE_6 = ("consent", "contract", "legal_obligation", "vital_interests", "public_task", "legitimate_interests")
# The member of the event by the column that keeps its listed values.
LISTED = {
    "event_type": "eventType",
    "operation": "operation",
    "provider": "provider",
    "model_id": "modelId",
    "route": "routingPath",
    "compliance_status": "complianceStatus",
    "lawful_basis": "gdprLawfulBasis",
}


class Listed(BaseModel):
    """The values that may be kept, by column; the lawful bases are those of Article 6(1) GDPR unless said otherwise."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    event_type: Values
    operation: Values = {}
    provider: Values = {}
    model_id: Values = {}
    route: Values = {}
    compliance_status: Values = {}
    lawful_basis: Values = {basis: basis for basis in ARTICLE_6}


class Options(BaseModel):
    """``[sources.<name>]`` with ``kind = "audit_log"``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    files: Globs
    format: Literal["log", "jsonl"]
    values: Listed


EXAMPLE = """\
# The application's own audit events. Only values that are listed here leave; any other becomes "undeclared".
[sources.audit_log]
kind = "audit_log"
files = ["logs/*.log"]
format = "log"                           # lines that hold AUDIT: {json}; or jsonl, one event a line

[sources.audit_log.values]
event_type = { operation_start = "operation_start", operation_complete = "operation_complete" }
compliance_status = { compliant = "compliant", violation = "violation" }
"""


class AuditLogCollector:
    """Reads the application's audit events."""

    example = EXAMPLE

    def check(self, options: dict[str, Any]) -> list[str]:
        """Return what is wrong with ``options``."""
        return problems_of(Options, options)

    def collect(self, options: dict[str, Any], context: CollectContext) -> Iterator[Batch]:
        """Yield application events and one coverage row. Raises ``CollectionError`` naming file and line."""
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
            names = ", ".join(schema("application_events").names)
            kept = 0
            for batch in stream(connection, "application_events", f"select distinct {names} from {spilled}"):
                kept += batch.rows.num_rows
                yield batch
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

    return placed("application_events", digest=pa.string())


def _events(
    found: Sequence[files.SourceFile], wanted: Options, context: CollectContext, notes: Counter[str]
) -> Iterator[dict[str, Any]]:
    """Yield the row of each event; ``notes`` counts what a person should know of."""
    scope = {"system": context.scope.system, "environment": context.scope.environment, "source": context.source}
    when = partial(not_after, context=context)
    for file_number, file in enumerate(found):
        for number, line in lines(file):
            written = line if wanted.format == "jsonl" else _marked(line)
            if written is None:
                notes["lines without AUDIT, not read"] += 1
            elif written.strip() or wanted.format == "log":
                where = f"{file.name}, line {number}"
                document = json_object(where, written)
                event = {"event_time": member(where, document, "timestamp", when)}
                event |= _event(where, document) | _kept(where, document, wanted.values, notes)
                yield scope | event | {"file_number": file_number, "row_number": number}


def _marked(line: bytes) -> bytes | None:
    """Return what follows the mark in ``line``, whatever bytes stand before it."""
    mark = MARK.search(line)
    return line[mark.end() :] if mark else None


def _event(where: str, document: dict[str, Any]) -> dict[str, Any]:
    """Return what is no text: digests of ids, numbers, and whether a hash is there."""
    event_id = identifier_halves(member(where, document, "eventId", identifier))
    request_id = member(where, document, "requestId", optional(_request_id))
    request = identifier_halves(request_id) if request_id else (None, None)
    whole = json.dumps(document, sort_keys=True, default=repr).encode()
    return {
        "event_hi": event_id[0],
        "event_lo": event_id[1],
        "request_hi": request[0],
        "request_lo": request[1],
        "pii_detected": member(where, document, "piiDetected", optional(boolean)),
        "latency_us": member(where, document, "latencyMs", optional(partial(duration, unit="ms"))),
        "previous_hash": member(where, document, "previousEventHash", _hash_state),
        "event_hash": member(where, document, "eventHash", _hash_state),
        "digest": hashlib.sha256(whole).hexdigest(),
    }


def _kept(where: str, document: dict[str, Any], values: Listed, notes: Counter[str]) -> dict[str, str | None]:
    """Return the texts that are listed; another is ``undeclared`` and counted."""
    metadata = member(where, document, "metadata", _metadata)
    kept: dict[str, str | None] = {}
    for column, name in LISTED.items():
        holder = metadata if column == "route" else document
        found = member(where, holder, name, text if column == "event_type" else optional(text))
        kept[column] = None if found is None else getattr(values, column).get(found, UNDECLARED)
        if kept[column] == UNDECLARED:
            notes[f"events whose {name} is not listed in values.{column}"] += 1
    return kept


def _metadata(value: Any) -> dict[str, Any]:
    if value is None or isinstance(value, dict):
        return value or {}
    raise ValueError("an object")


def _request_id(value: Any) -> str:
    return "" if value == "" else identifier(value)


def _hash_state(value: Any) -> str:
    if value is None:
        return "absent"
    return "present" if text(value) else "empty"


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

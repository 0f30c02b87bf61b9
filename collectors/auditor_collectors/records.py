"""The records of a controller, one document a file: YAML or JSON, as their published JSON Schemas say.

Rules kept here: those of ``auditor.records``; a document is taken whole or refused with every problem; the same thing
is recorded once in all of a source's files; a date that is stated of the past does not lie after the collection; free
text never leaves. The number of records of an export is that of its documents.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from auditor.errors import CollectionError
from auditor.records.checking import record_of
from auditor.records.documents import Assessments, Processors, Purposes, Record, Register, Transfers
from auditor.records.reading import MAX_BYTES
from auditor.tables import TABLES
from auditor_collectors import exports, files
from auditor_collectors.batches import rows
from auditor_collectors.options import problems_of
from auditor_collectors.recorded import RecordOptions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.collector import Batch, CollectContext

REMEDY = "correct the document, see `auditor records check`"
Row = tuple[str, dict[str, Any]]
# Columns that tell of something to come, and may lie after the collection.
AHEAD = ("contract_until", "valid_until")

EXAMPLE = """\
# Register, processors, impact assessments, transfers and purposes: a document each, YAML or JSON. `auditor records
# schema register` prints what one may hold, `auditor records check FILE` what is wrong or missing in one.
[sources.records]
kind = "records"
files = ["records/*.yaml"]
exports = ["records/exports.jsonl"]      # {"exported_at": "...Z", "records": 5}: when, and how many documents
"""


class RecordsCollector:
    """Reads records."""

    example = EXAMPLE

    def check(self, options: dict[str, Any]) -> list[str]:
        """Return what is wrong with ``options``."""
        return problems_of(RecordOptions, options)

    def collect(self, options: dict[str, Any], context: CollectContext) -> Iterator[Batch]:
        """Yield what the records say and one coverage row. Raises ``CollectionError`` naming file and path."""
        wanted = RecordOptions.model_validate(options)
        paths = files.find(context.root, wanted.files, context.source)
        found = files.inspect_all(context.root, paths, max_line=None, progress=context.progress)
        exported = exports.inspect(wanted.exports, context)
        scope = {"system": context.scope.system, "environment": context.scope.environment, "source": context.source}
        seen: dict[tuple[str, ...], str] = {}
        for file in found:
            for table, row in _rows(record_of(file.name, _content(file))):
                _refuse_future(file.name, row, context)
                _refuse_again(file.name, table, row, seen)
                yield rows(table, [scope | row])
        files.refuse_changed([*found, *exported])
        yield rows("coverage", [exports.coverage_row(exported, found, context, records=len(found), duplicates=0)])


def _content(file: files.SourceFile) -> bytes:
    """Return the bytes of ``file``, one more than a document may have at most."""
    with file.path.open("rb") as stream:
        return stream.read(MAX_BYTES + 1)


def _refuse_future(name: str, row: dict[str, Any], context: CollectContext) -> None:
    """Refuse a date of the past that lies after the collection; a day more is left for zones ahead of UTC."""
    for column, value in row.items():
        ahead = isinstance(value, datetime) and value > context.collected_at + timedelta(days=1)
        if ahead and column not in AHEAD:
            raise CollectionError(
                f"{name}: {column.removesuffix('_at')} is {value:%Y-%m-%d}, expected no day after the collection at "
                f"{context.collected_at.isoformat()}",
                remedy=REMEDY,
            )


def _refuse_again(name: str, table: str, row: dict[str, Any], seen: dict[tuple[str, ...], str]) -> None:
    """Refuse what is recorded already: nothing tells which of the two holds."""
    key = (table, *(str(row[column]) for column in TABLES[table].order if column != "source"))
    before = seen.get(key)
    if before is not None:
        raise CollectionError(f"{name}: {' '.join(key[1:])} ({table}) is recorded in {before} too", remedy=REMEDY)
    seen[key] = name


def _rows(record: Record) -> Iterator[Row]:
    """Yield each row that ``record`` gives, with its table."""
    reviewed = {"reviewed_at": _start(record.reviewed)}
    match record:
        case Register():
            yield from _register(record, reviewed)
        case Processors():
            yield from _processors(record, reviewed)
        case Assessments():
            yield from _assessments(record, reviewed)
        case Transfers():
            yield from _transfers(record, reviewed)
        case Purposes():
            for one in record.purposes:
                yield "purposes", one.model_dump() | reviewed


def _register(record: Register, reviewed: dict[str, Any]) -> Iterator[Row]:
    for one in record.activities:
        yield "register_activities", {"activity": one.activity} | one.stated() | reviewed
        for arn in one.systems:
            yield "register_systems", {"activity": one.activity, "arn": arn}


def _processors(record: Processors, reviewed: dict[str, Any]) -> Iterator[Row]:
    for one in record.processors:
        contract = {
            "vendor": one.vendor,
            "relation": one.relation,
            "contract_signed_at": _start(one.contract_signed),
            "contract_until": _end(one.contract_until),
            "subprocessors_listed": one.subprocessors is not None,
        }
        for name in one.names:
            yield "processors", {"name": name} | contract | reviewed
        for below in one.subprocessors or ():
            yield "subprocessors", {"vendor": one.vendor} | below.model_dump()


def _assessments(record: Assessments, reviewed: dict[str, Any]) -> Iterator[Row]:
    for one in record.assessments:
        dates = {"made_at": one.made, "approved_at": one.approved, "consulted_at": one.consulted}
        facts = {"assessment": one.assessment, "required": one.required, "residual_risk": one.residual_risk}
        for thing in one.covers:
            starts = {column: _start(day) for column, day in dates.items()}
            yield "assessments", {"covers": thing} | facts | starts | reviewed


def _transfers(record: Transfers, reviewed: dict[str, Any]) -> Iterator[Row]:
    for one in record.transfers:
        for place in one.destinations:
            yield (
                "transfer_records",
                {
                    "record": one.record,
                    "destination_country": place.country,
                    "destination_region": place.region,
                    "vendor": one.vendor,
                    "mechanism": one.mechanism,
                    "decided_at": _start(one.decided),
                    "valid_until": _end(one.valid_until),
                    "assessed_at": _start(one.assessed),
                }
                | reviewed,
            )


def _start(day: date | None) -> datetime | None:
    """Return the beginning of ``day`` in UTC."""
    return None if day is None else datetime(day.year, day.month, day.day, tzinfo=UTC)


def _end(day: date | None) -> datetime | None:
    """Return the beginning of the day after ``day`` in UTC."""
    return None if day is None else datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1)

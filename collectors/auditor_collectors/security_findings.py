"""Security findings from exports in the AWS Security Finding Format: ``{"Findings": [...]}``, or one finding a line.

Rules kept here: a finding is one row, however many versions of it were exported: first seen is the earliest instant,
severity the highest that any version or its product states, status that of the last version, so that nothing done to
a finding later hides it; two versions of one instant that differ are refused; samples are left out and counted.
``calls`` is the exporter's record of what it asked and when (``auditor_collectors.calls``): the format has no instant
of the export, and a severity that was raised after it is not in it.
Source: https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-findings-format.html
"""

from __future__ import annotations

import gzip
import zlib
from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict

from auditor.errors import CollectionError
from auditor.tables import identifier_halves, schema
from auditor.tables.audit import FINDING_SEVERITIES
from auditor_collectors import calls, files
from auditor_collectors.batches import (
    FUTURE_TOLERANCE_US,
    connect,
    exactly,
    not_future,
    refuse_row,
    rows,
    stream,
)
from auditor_collectors.instants import instant
from auditor_collectors.jsonlines import AGAIN, json_object, objects
from auditor_collectors.options import Globs, problems_of
from auditor_collectors.spilled import placed, spill

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import duckdb

    from auditor.collector import Batch, CollectContext

MAX_DOCUMENT = 64 << 20
WORKFLOWS = ("NEW", "NOTIFIED", "SUPPRESSED", "RESOLVED")
STATES = ("ACTIVE", "ARCHIVED")
SEVERITIES = {severity.upper(): severity for severity in FINDING_SEVERITIES}
RANKS = "[" + ", ".join(f"'{severity}'" for severity in FINDING_SEVERITIES) + "]"
SAME = ("product", "account", "region")


class Options(BaseModel):
    """``[sources.<name>]`` with ``kind = "security_findings"``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    files: Globs
    format: Literal["document", "jsonl"]
    calls: Globs | None = None


EXAMPLE = """\
# Findings in the AWS Security Finding Format.
[sources.securityhub]
kind = "security_findings"
files = ["findings/securityhub*.json"]
calls = ["findings/calls.jsonl"]         # what the export asked of each account and region, and when
format = "document"                      # {"Findings": [...]}; or jsonl, one finding a line
"""


class SecurityFindingsCollector:
    """Reads exports of security findings."""

    example = EXAMPLE

    def check(self, options: dict[str, Any]) -> list[str]:
        """Return what is wrong with ``options``."""
        return problems_of(Options, options)

    def collect(self, options: dict[str, Any], context: CollectContext) -> Iterator[Batch]:
        """Yield findings, and coverage of each cell and of the whole. Raises ``CollectionError``."""
        wanted = Options.model_validate(options)
        paths = files.find(context.root, wanted.files, context.source)
        longest = files.MAX_LINE if wanted.format == "jsonl" else None
        found = files.inspect_all(context.root, paths, max_line=longest, progress=context.progress)
        asked = calls.read(wanted.calls, context)
        samples = Counter[calls.Cell]()
        with connect(context) as connection:
            part = context.work / "security_findings.parquet"
            spill(part, placed("security_findings"), _findings(found, wanted, context, samples))
            files.refuse_changed([*found, *asked.files])
            spilled = f"read_parquet({exactly(part)})"
            _refuse_conflicts(connection, spilled, [file.name for file in found])
            yield from stream(connection, "security_findings", _select(spilled))
            cells = connection.execute(
                "select account, region, count(*), count(*) - count(distinct (finding_hi, finding_lo)) "
                f"from {spilled} group by account, region order by account, region"
            ).fetchall()
        counted = {(account, region): number for account, region, number, _ in cells}
        again = {(account, region): number for account, region, _, number in cells}
        result = calls.coverage_rows(Counter(counted) + samples, asked, found, context)
        for row in result:
            if row["call"] == calls.READ:
                row["duplicates"] = again.get((row["account"], row["region"]), 0)
        result[0]["duplicates"] = sum(again.values())
        if samples:
            result[0]["detail"] = f"{samples.total()} sample findings left out"
        yield rows("coverage", result)


def _documents(file: files.SourceFile, form: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield each finding with its number: its line, or its place in ``Findings``."""
    if form == "jsonl":
        yield from objects(file)
        return
    if file.content > MAX_DOCUMENT:
        raise CollectionError(
            f"{file.name}: {file.content >> 20} MiB in one document, at most {MAX_DOCUMENT >> 20} are read",
            remedy="export pages, or one finding a line",
        )
    try:
        with gzip.open(file.path, "rb") if file.compressed else file.path.open("rb") as stream_:
            content = stream_.read()
    except (OSError, EOFError, zlib.error) as error:
        raise CollectionError(f"{file.name}: cannot be read a second time ({error})", remedy=AGAIN) from error
    document = json_object(file.name, content)
    listed = document.get("Findings")
    if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
        raise CollectionError(f"{file.name}: holds no list of findings named Findings", remedy=AGAIN)
    yield from enumerate(listed, start=1)


def _findings(
    found: Sequence[files.SourceFile], wanted: Options, context: CollectContext, samples: Counter[calls.Cell]
) -> Iterator[dict[str, Any]]:
    latest = context.collected_at + timedelta(microseconds=FUTURE_TOLERANCE_US)
    scope = {"system": context.scope.system, "environment": context.scope.environment, "source": context.source}
    for file_number, file in enumerate(found):
        for number, document in _documents(file, wanted.format):
            one = _finding(file.name, number, document)
            if document.get("Sample") is True:
                samples[one["account"], one["region"]] += 1
                continue
            if one["event_time"] > latest:
                raise refuse_row(
                    file.name, number, "CreatedAt", document["CreatedAt"], not_future(context), remedy=AGAIN
                )
            yield scope | one | {"file_number": file_number, "row_number": number}


def _finding(name: str, number: int, document: dict[str, Any]) -> dict[str, Any]:
    """Return the version of a finding that ``document`` states, or refuse it."""

    def member(path: str, expected: str, *, default: Any = None) -> Any:
        value: Any = document
        for key in path.split("."):
            value = value.get(key) if isinstance(value, dict) else None
        value = default if value is None else value
        if not calls.plain(value):
            raise refuse_row(name, number, path, value, expected, remedy=AGAIN)
        return value

    def one_of(path: str, known: Sequence[str], *, default: Any = None) -> str:
        expected = f"one of {', '.join(known)}"
        value: str = member(path, expected, default=default)
        if value not in known:
            raise refuse_row(name, number, path, value, expected, remedy=AGAIN)
        return value

    identity, product = member("Id", "an id"), member("ProductArn", "an ARN")
    if not identity or not product:
        raise refuse_row(name, number, "Id", identity, "an id, and a ProductArn", remedy=AGAIN)
    account = member("AwsAccountId", "12 digits")
    if not calls.ACCOUNT.fullmatch(account):
        raise refuse_row(name, number, "AwsAccountId", account, "12 digits", remedy=AGAIN)
    label = one_of("Severity.Label", list(SEVERITIES))
    stated = (label, one_of("FindingProviderFields.Severity.Label", list(SEVERITIES), default=label))
    workflow, state = one_of("Workflow.Status", WORKFLOWS, default="NEW"), one_of("RecordState", STATES)
    settled = (
        workflow == "RESOLVED" or state == "ARCHIVED" or member("Compliance.Status", "text", default="") == "PASSED"
    )
    created = instant(name, number, "CreatedAt", document.get("CreatedAt"))
    observed = document.get("FirstObservedAt")
    types = document.get("Types") or [""]
    if not isinstance(types, list) or not isinstance(types[0], str) or not types[0].isascii():
        raise refuse_row(name, number, "Types", types, "a list of text in ASCII", remedy=AGAIN)
    high, low = identifier_halves(f"{product} {identity}")
    return {
        "event_time": created,
        "first_observed_at": created if observed is None else instant(name, number, "FirstObservedAt", observed),
        "updated_at": instant(name, number, "UpdatedAt", document.get("UpdatedAt")),
        "finding_hi": high,
        "finding_lo": low,
        "product": product,
        "type": types[0],
        "severity": SEVERITIES[min(stated, key=list(SEVERITIES).index)],
        "status": "suppressed" if workflow == "SUPPRESSED" else "resolved" if settled else "open",
        "account": account,
        "region": member("Region", "a region", default=""),
    }


def _refuse_conflicts(connection: duckdb.DuckDBPyConnection, spilled: str, names: list[str]) -> None:
    """Refuse versions of one finding of one instant that differ, and a finding that moves."""
    moved = " or ".join(f"min({column}) <> max({column})" for column in SAME)
    columns = ", ".join(name for name in schema("security_findings").names if name != "updated_at")
    queries = {
        f"select max(file_number) from {spilled} group by finding_hi, finding_lo having {moved}": "another account, "
        "region or product",
        f"select max(file_number) from (select distinct on (updated_at, {columns}) * from {spilled}) "
        "group by finding_hi, finding_lo, updated_at having count(*) > 1": "other content at the same UpdatedAt",
    }
    for query, what in queries.items():
        row = connection.execute(f"{query} order by all limit 1").fetchone()
        if row:
            raise CollectionError(f"{names[row[0]]}: holds a finding that is also there with {what}", remedy=AGAIN)


def _select(spilled: str) -> str:
    merged = {
        "event_time": "min(event_time)",
        "first_observed_at": "min(first_observed_at)",
        "updated_at": "max(updated_at)",
        "type": "arg_max(type, updated_at)",
        "severity": f"{RANKS}[min(list_position({RANKS}, severity))]",
        "status": "arg_max(status, updated_at)",
    }
    columns = ", ".join(f"{merged.get(name, f'min({name})')} as {name}" for name in schema("security_findings").names)
    return f"select {columns} from {spilled} group by finding_hi, finding_lo"

"""Security findings from exports in the AWS Security Finding Format: ``{"Findings": [...]}``, or one finding a line.

Rules kept here: a finding is one row, however many versions of it were exported (``auditor_collectors.finding_rows``);
two versions of one instant that differ are refused; samples are left out and counted.
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
from auditor_collectors.finding_rows import finding, merged, refuse_conflicts
from auditor_collectors.jsonlines import AGAIN, json_object, objects
from auditor_collectors.options import Globs, problems_of
from auditor_collectors.spilled import placed, spill

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from auditor.collector import Batch, CollectContext

MAX_DOCUMENT = 64 << 20


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
            refuse_conflicts(connection, spilled, [file.name for file in found])
            yield from stream(connection, "security_findings", merged(spilled))
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
            one = finding(file.name, number, document)
            if document.get("Sample") is True:
                samples[one["account"], one["region"]] += 1
                continue
            if one["event_time"] > latest:
                raise refuse_row(
                    file.name, number, "CreatedAt", document["CreatedAt"], not_future(context), remedy=AGAIN
                )
            yield scope | one | {"file_number": file_number, "row_number": number}

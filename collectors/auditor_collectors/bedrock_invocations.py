"""Bedrock's model invocation log from files: JSON lines as Bedrock delivers them to S3, plain or gzip.

Rules kept here: those of ``auditor_collectors.invocation_files``; a record is cut down as soon as it is read; what
was asked and answered does not leave, and the objects that hold it when it is long (folder ``data``) need not be there.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict

from auditor.errors import CollectionError
from auditor_collectors import files, invocation_files
from auditor_collectors.batches import connect, coverage, rows, stream
from auditor_collectors.invocation_records import record
from auditor_collectors.jsonlines import AGAIN, json_object, lines
from auditor_collectors.options import Globs, problems_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.collector import Batch, CollectContext


class Options(BaseModel):
    """``[sources.<name>]`` with ``kind = "bedrock_invocations"``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    files: Globs


EXAMPLE = """\
# Bedrock's model invocation log, as it lies in S3; prompts and answers in it do not leave.
[sources.invocations]
kind = "bedrock_invocations"
files = ["invocations/**/*.json.gz"]
"""


class BedrockInvocationsCollector:
    """Reads files of Bedrock's invocation log."""

    example = EXAMPLE

    def check(self, options: dict[str, Any]) -> list[str]:
        """Return what is wrong with ``options``."""
        return problems_of(Options, options)

    def collect(self, options: dict[str, Any], context: CollectContext) -> Iterator[Batch]:
        """Yield calls of models, and one coverage row. Raises ``CollectionError`` naming file, line and member."""
        wanted = Options.model_validate(options)
        paths = files.find(context.root, wanted.files, context.source)
        found = files.inspect_all(context.root, paths, max_line=files.MAX_LINE, progress=context.progress)
        parts, records, kept = [], 0, 0
        with connect(context) as connection:
            for number, file in enumerate(found):
                part, count = invocation_files.parse(connection, _cut_down(file, context), context, number)
                parts.append(part)
                records += count
            files.refuse_changed(found)
            invocation_files.refuse_conflicts(connection, parts, [file.name for file in found])
            for batch in stream(connection, "invocations", invocation_files.select(parts, context)):
                kept += batch.rows.num_rows
                yield batch
        digest = files.listing_digest(found)
        row = coverage(context, pages=len(found), records=records, duplicates=records - kept, sha256=digest)
        yield rows("coverage", [row])


def _cut_down(file: files.SourceFile, context: CollectContext) -> files.SourceFile:
    """Return ``file`` with what is kept of each record: parsed whole, prompts and answers would fill the memory."""
    target = context.work / "records.jsonl"
    with target.open("wb") as output:
        for number, line in lines(file):
            if line.strip():
                found = record(line)
                if found is None:
                    where = f"{file.name}, line {number}"
                    json_object(where, line)  # says what is wrong with it
                    raise CollectionError(f"{where}: is no record of an invocation log", remedy=AGAIN)
                output.write(json.dumps(found).encode() + b"\n")
    return files.inspect(target, file.name, max_line=files.MAX_LINE)

"""Bedrock's model invocation log of each region, from the bucket that the region itself names.

Rules kept here: where the log lies is asked of Bedrock, not configured twice; a region that logs nothing, or not to S3,
is a fact and no failure; of an object nothing but what ``auditor_collectors.invocation_records`` names is recorded or
read, and the objects that hold long prompts and answers (in folder ``data``) are not asked for.
Source: https://docs.aws.amazon.com/bedrock/latest/userguide/model-invocation-logging.html
"""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, Field

from auditor.errors import CollectionError
from auditor_collectors import files, invocation_files
from auditor_collectors.aws.collector import AwsCollector
from auditor_collectors.aws.logging_facts import logging_facts
from auditor_collectors.aws.operation import Operation
from auditor_collectors.aws.parsed import stated
from auditor_collectors.aws.status import worst
from auditor_collectors.batches import connect
from auditor_collectors.invocation_records import reduced
from auditor_collectors.jsonlines import member
from auditor_collectors.page_members import Parsed, Subject, entries, name
from auditor_collectors.page_parts import part
from auditor_collectors.values import text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime
    from pathlib import Path

    import duckdb

    from auditor.collector import CollectContext
    from auditor_collectors.answers import Answer, Page
    from auditor_collectors.aws.operation import Place
    from auditor_collectors.aws.seam import Ask, Fact

BATCH_BYTES = 16 << 20
BATCH_ROWS = 1_000
SCOPE = ("system", "environment", "source")
LONG = "/data/"
BUCKET = "arn:aws:s3:::${INVOCATION_LOG_BUCKET}"
LOGGING = Operation(
    "bedrock",
    "GetModelInvocationLoggingConfiguration",
    ("bedrock:GetModelInvocationLoggingConfiguration",),
)
LISTING = Operation(
    "s3", "ListObjectsV2", ("s3:ListBucket",), resources=(BUCKET,), hidden=("Owner",), price_nano_usd=5_000
)
OBJECT = Operation(
    "s3",
    "GetObject",
    ("s3:GetObject", "kms:Decrypt"),
    resources=(f"{BUCKET}/*",),
    kept=reduced,
    hidden=("Metadata",),
    price_nano_usd=400,
)

EXAMPLE = """\
# Bedrock's own log of calls, from the bucket that each region logs to. Prompts and answers in it are not kept.
[sources.aws_invocation_log]
kind = "aws_invocation_log"
accounts = ["111122223333"]
role = "auditor"
regions = "enabled"
home_region = "eu-central-1"
hours = 24                               # back from the collection, in whole days of UTC
"""


class InvocationLogOptions(BaseModel):
    """``[sources.<name>]`` with ``kind = "aws_invocation_log"``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    hours: int = Field(default=24, ge=1, le=24 * 400)


class InvocationLogSource:
    """Reads the invocation log of Bedrock."""

    operations: tuple[Operation, ...] = (LOGGING, LISTING, OBJECT)
    options: type[BaseModel] = InvocationLogOptions
    reach = "region"
    example = EXAMPLE

    def facts(self, options: InvocationLogOptions, ask: Ask, place: Place, context: CollectContext) -> Iterator[Fact]:
        """Yield the calls of models that ``place`` logged."""
        pages, facts = logging_facts(ask(LOGGING, place))
        yield from facts
        for bucket, prefix in _logged_to(pages):
            log = _Log(ask, place, bucket)
            days = list(_days(context.collected_at - timedelta(hours=options.hours), context.collected_at))
            for day in days:
                log.list(f"{prefix}AWSLogs/{place.account}/BedrockModelInvocationLogs/{place.region}/{day:%Y/%m/%d}/")
            yield from _rows(log.records(), context, place)
            yield from log.told(days[0], days[-1] + timedelta(days=1))


def _logged_to(pages: Sequence[Page]) -> Iterator[tuple[str, str]]:
    """Yield the bucket that is logged to, and the start of the names of what lies in it; nothing where none is."""
    for page in pages:
        stated = part(page.where, part(page.where, page.document, "loggingConfig"), "s3Config")
        if "bucketName" in stated:
            prefix = str(stated.get("keyPrefix") or "").strip("/")
            yield member(page.where, stated, "bucketName", name), f"{prefix}/" if prefix else ""


def _days(start: datetime, end: datetime) -> Iterator[datetime]:
    day = start.replace(hour=0, minute=0, second=0, microsecond=0)
    while day <= end:
        yield day
        day += timedelta(days=1)


class _Log:
    """The objects of a log: listed, then asked for one by one, and how that was answered all together."""

    def __init__(self, ask: Ask, place: Place, bucket: str) -> None:
        self._ask = ask
        self._place = place
        self._bucket = bucket
        self._keys: list[str] = []
        self._listings: list[Answer] = []
        self._objects: list[Answer] = []
        self._records = 0

    def list(self, prefix: str) -> None:
        """Note the names of the objects that begin with ``prefix``."""
        asked = {"Bucket": self._bucket, "Prefix": prefix}
        reply = self._ask(LISTING, self._place, asked, subject=f"{self._bucket}/{prefix}")
        self._listings.append(reply.answer)
        for where, document in entries(reply.pages, "Contents", required=False):
            key = member(where, document, "Key", name)
            if LONG not in key and key.removesuffix(".gz").endswith(".json"):
                self._keys.append(key)

    def records(self) -> Iterator[tuple[str, bytes]]:
        """Yield where each object is, and its records as lines."""
        for key in sorted(self._keys):
            reply = self._ask(
                OBJECT, self._place, {"Bucket": self._bucket, "Key": key}, subject=f"{self._bucket}/{key}"
            )
            self._objects.append(reply.answer)
            for page in reply.pages:
                lines = _lines(page)
                self._records += len(lines)
                yield page.where, b"".join(lines)

    def told(self, start: datetime, end: datetime) -> Iterator[Fact]:
        """Yield how the listings, and the objects, were answered; each as old as its first answer."""
        for answers, count in ((self._listings, len(self._keys)), (self._objects, self._records)):
            if answers:
                status = worst(one.status for one in answers)
                first = min(answers, key=lambda one: one.answered_at)
                yield from stated(first, Parsed([Subject("", status, count, start, end)]))


def _lines(page: Page) -> list[bytes]:
    """Return the records of an object that was cut down, each as a line."""
    found = json.loads(member(page.where, page.document, "Body", text))
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise CollectionError(
            f"{page.where}: holds what is no record of an invocation log", remedy="see who writes to that bucket"
        )
    return [json.dumps(one).encode() + b"\n" for one in found]


def _rows(records: Iterator[tuple[str, bytes]], context: CollectContext, place: Place) -> Iterator[Fact]:
    """Yield the rows of the records, which are put aside in files of bounded size."""
    folder = context.work / f"invocations-{place.account}-{place.region}"
    folder.mkdir()
    own = replace(context, work=folder)
    parts: list[Path] = []
    names: list[str] = []
    with connect(own) as connection:
        for batch in _batches(records):
            parts.append(_parsed(connection, batch, own, len(parts)))
            names.append(f"{batch[0][0]}, or one of the {len(batch) - 1} after it")
        if parts:
            invocation_files.refuse_conflicts(connection, parts, names)
            query = connection.execute(invocation_files.select(parts, own))
            columns = [column[0] for column in query.description or ()]
            while rows := query.fetchmany(BATCH_ROWS):
                for row in rows:
                    stated = dict(zip(columns, row, strict=True))
                    yield "invocations", {key: one for key, one in stated.items() if key not in SCOPE}
    shutil.rmtree(folder)


def _batches(records: Iterator[tuple[str, bytes]]) -> Iterator[list[tuple[str, bytes]]]:
    """Yield the objects that hold a record, as many at a time as are little to keep."""
    batch: list[tuple[str, bytes]] = []
    size = 0
    for where, lines in records:
        if lines:
            batch.append((where, lines))
            size += len(lines)
        if size >= BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _parsed(
    connection: duckdb.DuckDBPyConnection, batch: Sequence[tuple[str, bytes]], context: CollectContext, number: int
) -> Path:
    """Parse objects together; one that is refused is parsed alone, so that the error names it."""
    lines = context.work / "records.jsonl"
    lines.write_bytes(b"".join(one for _, one in batch))
    file = files.inspect(lines, batch[0][0], max_line=files.MAX_LINE)
    try:
        return invocation_files.parse(connection, file, context, number)[0]
    except CollectionError:
        if len(batch) > 1:
            for one in batch:
                _parsed(connection, [one], context, number)
        raise


class InvocationLogCollector(AwsCollector):
    """Collects what Bedrock logged."""

    source = InvocationLogSource()

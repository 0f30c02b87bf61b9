"""An inventory of resources from files: JSON lines or CSV, by a declared mapping of columns and of types to kinds.

Rules kept here: a type that the mapping does not name is refused, so that no store is overlooked as a resource of
another kind; an ARN is listed once and does not contradict its account and region; this source never claims a signed
classification. ``calls`` is the exporter's record of what it asked: ``{"account": "", "region": "", "call": "",
"status": "ok", "records": 0}`` a line. Coverage has a row for each call, one for each cell read, and one for the whole
inventory (no account, no region), so that rows lost later are missed.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from auditor.errors import CollectionError
from auditor.tables import schema
from auditor_collectors import calls, files
from auditor_collectors.batches import connect, exactly, refuse_row, rows, stream
from auditor_collectors.jsonlines import AGAIN, objects
from auditor_collectors.options import Globs, problems_of
from auditor_collectors.request_files import csv_records
from auditor_collectors.spilled import placed, spill
from auditor_collectors.table_checks import refuse_missing

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import duckdb

    from auditor.collector import Batch, CollectContext

ARN = re.compile(r"arn:[a-z0-9-]+:(?P<service>[a-z0-9-]+):(?P<region>[^:]*):(?P<account>[^:]*):.+")


class Columns(BaseModel):
    """Where each fact stands in the files; ``data_class`` may be missing there."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    arn: str = Field(min_length=1)
    resource_type: str = Field(min_length=1)
    account: str = Field(min_length=1)
    region: str = Field(min_length=1)
    data_class: str | None = Field(default=None, min_length=1)

    def names(self) -> dict[str, str]:
        """Return the mapped columns: our name to that of the files."""
        return {ours: theirs for ours, theirs in self.model_dump().items() if theirs is not None}


class Options(BaseModel):
    """``[sources.<name>]`` with ``kind = "inventory"``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    files: Globs
    format: Literal["jsonl", "csv"]
    columns: Columns
    kinds: dict[str, Literal["store", "replica", "backup", "key", "log", "other"]] = Field(min_length=1)
    calls: Globs | None = None


EXAMPLE = """\
# Every resource, and the calls that listed them. A type that is not named here is refused, never passed over.
[sources.inventory]
kind = "inventory"
files = ["inventory/resources.jsonl"]
calls = ["inventory/calls.jsonl"]
format = "jsonl"                         # or csv

[sources.inventory.columns]
arn = "arn"
resource_type = "resourceType"
account = "accountId"
region = "awsRegion"
data_class = "dataClass"

[sources.inventory.kinds]                # store, replica, backup, key, log or other
"AWS::DynamoDB::Table" = "store"
"AWS::DynamoDB::GlobalTable" = "replica"
"AWS::OpenSearchServerless::Collection" = "store"
"AWS::ElastiCache::ReplicationGroup" = "store"
"AWS::S3::Bucket" = "store"
"AWS::Backup::BackupVault" = "backup"
"AWS::Logs::LogGroup" = "log"
"AWS::KMS::Key" = "key"
"AWS::Lambda::Function" = "other"
"""


class InventoryCollector:
    """Reads inventories of resources."""

    example = EXAMPLE

    def check(self, options: dict[str, Any]) -> list[str]:
        """Return what is wrong with ``options``."""
        return problems_of(Options, options)

    def collect(self, options: dict[str, Any], context: CollectContext) -> Iterator[Batch]:
        """Yield resources and coverage rows. Raises ``CollectionError`` naming file and row."""
        wanted = Options.model_validate(options)
        found = calls.inspect(wanted.files, context)
        asked = calls.read(wanted.calls, context)
        with connect(context) as connection:
            part = context.work / "resources.parquet"
            count = spill(part, placed("resources"), _resources(found, wanted, context))
            files.refuse_changed([*found, *asked.files])
            if not count:
                raise CollectionError(f"source {context.source!r}: its files list no resource", remedy=AGAIN)
            spilled = f"read_parquet({exactly(part)})"
            _refuse_twice(connection, spilled, [file.name for file in found])
            yield from stream(connection, "resources", f"select {', '.join(schema('resources').names)} from {spilled}")
            cells = connection.execute(f"select account, region, count(*) from {spilled} group by all").fetchall()
        counted = {(account, region): number for account, region, number in cells}
        yield rows("coverage", calls.coverage_rows(counted, asked, found, context))


def _resources(found: Sequence[files.SourceFile], wanted: Options, context: CollectContext) -> Iterator[dict[str, Any]]:
    scope = {"system": context.scope.system, "environment": context.scope.environment, "source": context.source}
    for file_number, file in enumerate(found):
        listed = _csv(file, wanted.columns) if wanted.format == "csv" else _jsonl(file, wanted.columns)
        for number, values in listed:
            one = _resource(file.name, number, values, wanted)
            yield scope | one | {"file_number": file_number, "row_number": number}


def _jsonl(file: files.SourceFile, columns: Columns) -> Iterator[tuple[int, dict[str, Any]]]:
    names = columns.names()
    for number, document in objects(file):
        refuse_missing(
            f"{file.name}, line {number}", [names[one] for one in names if one != "data_class"], list(document)
        )
        yield number, {ours: document.get(theirs) for ours, theirs in names.items()}


def _csv(file: files.SourceFile, columns: Columns) -> Iterator[tuple[int, dict[str, Any]]]:
    names = columns.names()
    records = csv_records(file)
    _, header = next(records, (1, []))
    refuse_missing(f"{file.name}, line 1", list(names.values()), header)
    for line, record in records:
        if record and len(record) != len(header):
            raise CollectionError(
                f"{file.name}, line {line}: found {len(record)} values, expected {len(header)} as in the header",
                remedy=AGAIN,
            )
        if record:
            values = {ours: record[header.index(theirs)] for ours, theirs in names.items()}
            yield line, values | {"data_class": values.get("data_class") or None}


def _resource(name: str, number: int, values: dict[str, Any], wanted: Options) -> dict[str, Any]:
    """Return the resource that ``values`` state, or refuse it."""
    names = wanted.columns.names()

    def refuse(column: str, expected: str) -> CollectionError:
        return refuse_row(name, number, names[column], values[column], expected, remedy=AGAIN)

    for column, value in values.items():
        if (value is None and column == "data_class") or (calls.plain(value)):
            continue
        raise refuse(column, "text in ASCII")
    arn = ARN.fullmatch(values["arn"])
    if arn is None:
        raise refuse("arn", "an ARN: arn:partition:service:region:account:resource")
    if not calls.ACCOUNT.fullmatch(values["account"]):
        raise refuse("account", "12 digits")
    for part in ("account", "region"):
        if arn[part] and values[part] and arn[part] != values[part]:
            raise refuse(part, f"{arn[part]!r} as in its ARN {values['arn']}")
    kind = wanted.kinds.get(values["resource_type"])
    if kind is None:
        raise refuse_row(
            name, number, names["resource_type"], values["resource_type"], "a type of the mapping",
            remedy="add it to `kinds` in auditor.toml, so that it is decided whether it is a store",
        )  # fmt: skip
    return {
        **{column: values[column] for column in ("arn", "resource_type", "account", "region")},
        "service": arn["service"],
        "kind": kind,
        "data_class": values.get("data_class"),
        "classification_signed": False,
    }


def _refuse_twice(connection: duckdb.DuckDBPyConnection, spilled: str, names: list[str]) -> None:
    row = connection.execute(
        f"""
        select arn, file_number, row_number, before_file, before_row
        from (
            select *, lag(file_number) over same as before_file, lag(row_number) over same as before_row
            from {spilled}
            window same as (partition by arn order by file_number, row_number)
        )
        where before_row is not null
        order by file_number, row_number
        limit 1
        """
    ).fetchone()
    if row:
        raise CollectionError(
            f"{names[row[1]]}, row {row[2]}: {row[0]} is listed twice, also in {names[row[3]]}, row {row[4]}",
            remedy="an inventory lists each resource once; export it again",
        )

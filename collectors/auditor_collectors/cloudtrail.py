"""CloudTrail records from files: S3 log objects ``{"Records": [...]}``, JSON arrays, JSON lines; plain or gzip.

Rules kept here: every record of every file becomes a row or an error; only the declared columns leave (no identity, no
address, no parameters but the model id); a record delivered twice is kept once and counted, two different records with
one eventID are refused (different in a declared column: the others are not kept, so not compared). Where the digests
are demanded (``digests``), only log files that a valid digest lists are read (``trail_folder``).
Source: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict

from auditor.errors import CollectionError
from auditor.model import epoch_us
from auditor_collectors import files, trail_evidence
from auditor_collectors.batches import (
    FUTURE_TOLERANCE_US,
    connect,
    coverage,
    exactly,
    identifier_columns,
    literal,
    not_future,
    refuse_row,
    rows,
    stream,
)
from auditor_collectors.jsonlines import AGAIN
from auditor_collectors.options import Globs, problems_of
from auditor_collectors.trail_files import MAX_DOCUMENT, read_all
from auditor_collectors.trail_folder import Digests, prove

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import duckdb

    from auditor.collector import Batch, CollectContext
    from auditor_collectors.trail_folder import Proof

BOOLEAN = ("true", "false")
# By member of the record: when it is wrong, the column that shows it, and what was expected.
REFUSED = {
    "eventID": ("event_id is null or event_id = ''", "event_id", "an id"),
    "eventTime": ("event_time is null", "event_time_text", "an RFC 3339 instant with a time zone"),
    "eventSource": ("event_source is null or event_source = ''", "event_source", "a service"),
    "eventName": ("event_name is null or event_name = ''", "event_name", "a name"),
    "awsRegion": ("region is null", "region", "a region"),
    "recipientAccountId": (
        "account is null or not regexp_matches(account, '^[0-9]{12}$')",
        "account",
        "12 digits (here or in userIdentity.accountId)",
    ),
    "readOnly": (f"read_only not in {BOOLEAN}", "read_only", "true or false"),
    "managementEvent": (f"management_event not in {BOOLEAN}", "management_event", "true or false"),
}


EXAMPLE = """\
# CloudTrail log files as AWS delivers them to S3, of every account and region that is enabled, used or not.
[sources.cloudtrail]
kind = "cloudtrail"
files = ["cloudtrail/**/*.json.gz"]

# With this, only log files that a valid digest lists are read: docs/how-to/verify-a-trail.md. `folder` is a copy of
# `bucket`; beside each digest lies NAME.head.json, which `aws s3api head-object` printed. `anchors` are what an earlier
# run's table trail_chains holds: [{ digest = "tail_digest", sha256 = "tail" }]
# [sources.cloudtrail.digests]
# bucket = "company-trail"
# folder = "cloudtrail"
# keys = { eu-central-1 = ["cloudtrail-keys/eu-central-1.json"] }   # `aws cloudtrail list-public-keys` of each region
# anchors = []
"""


class Options(BaseModel):
    """``[sources.<name>]`` with ``kind = "cloudtrail"``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    files: Globs
    digests: Digests | None = None


class CloudTrailCollector:
    """Reads CloudTrail files."""

    example = EXAMPLE

    def check(self, options: dict[str, Any]) -> list[str]:
        """Return what is wrong with ``options``."""
        return problems_of(Options, options)

    def collect(self, options: dict[str, Any], context: CollectContext) -> Iterator[Batch]:
        """Yield audit events, and a coverage row for each account and region seen."""
        wanted = Options.model_validate(options)
        paths = files.find(context.root, wanted.files, context.source)
        if wanted.digests is None:
            found = files.inspect_all(context.root, paths, max_line=MAX_DOCUMENT, progress=context.progress)
            yield from ingest(found, context)
        else:
            yield from proven(prove(wanted.digests, paths, context), context)


def proven(proof: Proof, context: CollectContext) -> Iterator[Batch]:
    """Yield what the digests prove, the events of the logs that they prove, and coverage."""
    scope = {"system": context.scope.system, "environment": context.scope.environment, "source": context.source}
    evidence, cells = proof.evidence, trail_evidence.cells(proof.evidence)
    digest = files.listing_digest(proof.files)
    counted: list[dict[str, Any]] = []
    for batch in ingest(proof.logs, context) if proof.logs else ():
        if batch.table == "coverage":
            counted = batch.rows.to_pylist()
        else:
            yield batch
    files.refuse_changed(proof.files)
    for table, found in (("trail_digests", evidence.digests), ("trail_chains", evidence.chains)):
        yield rows(table, [scope | one for one in found])
    by_cell = {(row["account"], row["region"]): row for row in counted}
    quiet = [
        coverage(context, account=a, region=r, pages=0, records=0, sha256=digest) for a, r in cells.keys() - by_cell
    ]
    told = [row | cells.get((row["account"], row["region"]), {}) for row in [*counted, *quiet]]
    yield rows(
        "coverage", [row | {"sha256": digest} for row in told] or [coverage(context, pages=0, records=0, sha256=digest)]
    )


def ingest(found: Sequence[files.SourceFile], context: CollectContext) -> Iterator[Batch]:
    """Yield the events of log files, and a coverage row for each account and region seen."""
    with connect(context) as connection:
        parts = read_all(connection, found, context)
        files.refuse_changed(found)
        spilled = f"read_parquet({exactly(*parts)}, file_row_number = true)"
        names = {str(file.path): file.name for file in found}
        _refuse_empty(connection, spilled, found)
        _refuse_wrong(connection, spilled, names, context)
        repeated = _any_twice(connection, spilled)
        if repeated:
            _refuse_conflicts(connection, spilled, names)
        yield from stream(connection, "audit_events", _select(spilled, context, distinct=repeated))
        cells = _coverage(connection, spilled, found, context)
    yield rows("coverage", cells)


def _refuse_empty(connection: duckdb.DuckDBPyConnection, spilled: str, found: Sequence[files.SourceFile]) -> None:
    if not connection.execute(f"select 1 from {spilled} limit 1").fetchone():
        others = f" and {len(found) - 1} more" if len(found) > 1 else ""
        raise CollectionError(
            f"{found[0].name}{others}: holds no CloudTrail record", remedy="check `files` in auditor.toml"
        )


def _refuse_wrong(
    connection: duckdb.DuckDBPyConnection, spilled: str, names: dict[str, str], context: CollectContext
) -> None:
    """Refuse the first record with a wrong member."""
    future = f"epoch_us(event_time) > {epoch_us(context.collected_at) + FUTURE_TOLERANCE_US}"
    problems = [
        ("eventID", "no_record", "null", "a CloudTrail record: eventTime and eventName are missing too"),
        *((member, *one) for member, one in REFUSED.items()),
        ("eventTime", future, "event_time_text", not_future(context)),
    ]
    for member, condition, shown, expected in problems:
        row = connection.execute(
            f"select filename, file_row_number, {shown} from {spilled} where {condition} order by all limit 1"
        ).fetchone()
        if row:
            place = connection.execute(
                f"select count(*) from {spilled} where filename = $1 and file_row_number <= $2", row[:2]
            ).fetchone()
            raise refuse_row(names[row[0]], place[0] if place else 0, member, row[2], expected, remedy=AGAIN)


def _any_twice(connection: duckdb.DuckDBPyConnection, spilled: str) -> bool:
    """Say whether an eventID is there more than once: comparing whole records costs more than all the rest."""
    [(twice,)] = connection.execute(f"select count(*) > count(distinct event_id) from {spilled}").fetchall()
    return bool(twice)


def _refuse_conflicts(connection: duckdb.DuckDBPyConnection, spilled: str, names: dict[str, str]) -> None:
    columns = (
        "event_time, event_source, event_name, event_category, region, account, read_only, management_event, "
        "error_code, request_id, model_id, inference_region"
    )
    row = connection.execute(
        f"""
        select event_id, min(filename), max(filename)
        from (select distinct event_id, {columns}, min(filename) as filename from {spilled} group by all)
        group by event_id having count(*) > 1 order by event_id limit 1
        """
    ).fetchone()
    if row:
        raise CollectionError(
            f"{names[row[2]]}: eventID {row[0]} is there with other content, also in {names[row[1]]}",
            remedy="one of the two files was altered; download both again",
        )


def _select(spilled: str, context: CollectContext, *, distinct: bool) -> str:
    return f"""
        select {"distinct" if distinct else ""}
            {literal(context.scope.system)} as system, {literal(context.scope.environment)} as environment,
            {literal(context.source)} as source, event_time,
            {identifier_columns("event", "event_id")}, {identifier_columns("request", "request_id")},
            account, region, event_source, event_name, event_category, read_only::boolean as read_only,
            management_event::boolean as management_event, error_code, model_id, inference_region
        from {spilled}
    """


def _coverage(
    connection: duckdb.DuckDBPyConnection, spilled: str, found: Sequence[files.SourceFile], context: CollectContext
) -> list[dict[str, Any]]:
    cells = connection.execute(
        "select account, region, count(*), count(*) - count(distinct event_id), count(distinct filename) "
        f"from {spilled} group by account, region order by account, region"
    ).fetchall()
    digest = files.listing_digest(found)
    return [
        coverage(
            context, account=account, region=region, pages=pages, records=records, duplicates=duplicates, sha256=digest
        )
        for account, region, records, duplicates, pages in cells
    ]

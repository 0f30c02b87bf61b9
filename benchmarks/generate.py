"""A seeded snapshot of any size, made by DuckDB straight into Parquet: two hours of requests that pass every gate.

Rules kept here: the same size gives the same bytes in one DuckDB version; every request is counted by a heartbeat, and
bill, budget, baseline, inventory and feeds are there, so that the gates decide on all of it and nothing is inconclusive
for want of evidence.
"""

from __future__ import annotations

import hashlib
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from auditor.adapters.snapshot.reader import MANIFEST, MAPPINGS, Manifest, ScopeEntry, SourceEntry, TableEntry
from auditor.adapters.snapshot.writer import NO_MAPPINGS, ROW_GROUP
from auditor.core.canonical import canonical_json
from auditor.model import epoch_us, isoformat
from auditor.tables import TABLES

if TYPE_CHECKING:
    import duckdb

SEED = "auditor-bench-1"
COLLECTED_AT = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
WINDOW_US = 7200 * 1_000_000
END_US = epoch_us(COLLECTED_AT)
START_US = END_US - WINDOW_US
EVENTS = 20_000
OPERATIONS = 2_000
ACCOUNT = "111122223333"
REGIONS = ("eu-central-1", "eu-north-1", "eu-west-1", "us-east-1")
SQL_TYPES = {"instant": "timestamptz", "int": "bigint", "text": "varchar", "bool": "boolean"}

GENERATED, SERVED = "h // 10 % 100 < 80", "h // 10 % 100 < 95"
READ, WRITTEN = "(400 + h // 1000000000 % 1200)", "(100 + h // 10000000000 % 500)"
REQUESTS = {
    "source": "'requests'",
    "event_time": "make_timestamptz($start + i * $window // $rows)",
    "request_hi": "md5_number_upper($seed || i)::hugeint - 9223372036854775808",
    "request_lo": "h - 9223372036854775808",
    "route": "case when h % 10 < 7 then 'direct' else 'mcp' end",
    "kind": "case when h // 10 % 100 < 80 then 'generation' when h // 10 % 100 < 95 then 'cached' else 'health_check' end",
    "outcome": "case when h // 1000 % 1000 < 990 then 'ok' when h // 1000 % 1000 < 992 then 'timeout' "
    "when h // 1000 % 1000 < 997 then 'error' else 'client_error' end",
    "latency_us": "case when h // 10 % 100 < 80 then 200000 + (h // 1000000 % 1000) * (h // 1000000 % 1000) + h // 1000000000 % 1000 "
    "else 5000 + h // 1000000 % 200000 end + case when h // 1000 % 1000 >= 985 then 30000000 else 0 end",
    "cache": "case when h // 10 % 100 >= 95 then null when h // 10 % 100 >= 80 then 'hit' when h // 10 % 100 < 3 then 'miss' else 'bypass' end",
    "input_tokens": f"case when {GENERATED} then {READ} when {SERVED} then 0 end",
    "output_tokens": f"case when {GENERATED} then {WRITTEN} when {SERVED} then 0 end",
    "cost_nano": f"case when {GENERATED} then {READ} * 3000 + {WRITTEN} * 15000 when {SERVED} then 0 end",
    "currency": f"case when {SERVED} then 'EUR' end",
}
EVENTS_COLUMNS = {
    "source": "'cloudtrail'",
    "event_time": "make_timestamptz($start + i * $window // $rows)",
    "event_hi": "md5_number_upper($seed || 'e' || i)::hugeint - 9223372036854775808",
    "event_lo": "h - 9223372036854775808",
    "account": f"'{ACCOUNT}'",
    "region": "case when i % 2 = 0 then 'eu-west-1' else 'eu-central-1' end",
    "event_source": "'bedrock.amazonaws.com'",
    "event_name": "'InvokeModel'",
    "model_id": "'anthropic.claude-3-5-sonnet-20241022-v2:0'",
}

OPERATION_COLUMNS = {
    "source": "'audit_log'",
    "event_time": "make_timestamptz($start + i * $window // $rows)",
    "event_hi": "md5_number_upper($seed || 'o' || i)::hugeint - 9223372036854775808",
    "event_lo": "h - 9223372036854775808",
    "event_type": "'operation_executed'",
    "previous_hash": "'absent'",
    "event_hash": "'absent'",
    "chain": "0",
    "sequence": "i",
    "link": "'unlinked'",
}


def generate(folder: Path, rows: int) -> Path:
    """Write the snapshot of ``rows`` requests into ``folder``, unless it is there already, and return it."""
    import duckdb

    if (folder / MANIFEST).is_file():
        return folder
    folder.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(config={"memory_limit": "2GB", "threads": "2"}) as connection:
        connection.execute("set TimeZone = 'UTC'")
        counts = {
            "requests": _numbered(connection, folder, "requests", REQUESTS, rows),
            "audit_events": _numbered(connection, folder, "audit_events", EVENTS_COLUMNS, EVENTS),
            "application_events": _numbered(connection, folder, "application_events", OPERATION_COLUMNS, OPERATIONS),
        }
        for name, query in _OTHERS.items():
            counts[name] = _copy(
                connection, folder, name, query.format(folder=folder, per_minute=rows * 60 * 10**6 // WINDOW_US)
            )
        for name in TABLES.keys() - counts.keys():
            counts[name] = _copy(connection, folder, name, "select 1 where false")
    (folder / MAPPINGS).write_bytes(NO_MAPPINGS)
    (folder / MANIFEST).write_bytes(_manifest(folder, counts))
    return folder


def _numbered(
    connection: duckdb.DuckDBPyConnection, folder: Path, name: str, columns: dict[str, str], rows: int
) -> int:
    """Write ``rows`` rows whose columns are expressions over their number ``i`` and its hash ``h``."""
    values = {"$seed": f"'{SEED}/'", "$start": str(START_US), "$window": str(WINDOW_US), "$rows": str(rows)}
    chosen = ", ".join(f"{expression} as {column}" for column, expression in columns.items())
    for parameter, value in values.items():
        chosen = chosen.replace(parameter, value)
    inner = f"select i, md5_number_lower('{SEED}/' || i)::hugeint as h from range({rows}) as numbers(i)"
    return _copy(connection, folder, name, f"select {chosen} from ({inner}) order by i")


def _copy(connection: duckdb.DuckDBPyConnection, folder: Path, name: str, query: str) -> int:
    """Write the rows of ``query`` as table ``name``; scope columns are filled in, columns that it lacks are null."""
    given = {column[0] for column in connection.execute(f"describe {query}").fetchall()}
    scope = {"system": "'bench'", "environment": "'production'"}
    columns = []
    for column in TABLES[name].columns:
        value = scope.get(column.name, f'"{column.name}"' if column.name in given else "null")
        columns.append(f'{value}::{SQL_TYPES[column.type]} as "{column.name}"')
    target = folder / f"{name}.parquet"
    done = connection.execute(
        f"copy (select {', '.join(columns)} from ({query})) to '{target}' (format parquet, compression zstd, row_group_size {ROW_GROUP})"
    ).fetchone()
    return int(done[0]) if done else 0


def _cells(*sources: str) -> str:
    cells = ", ".join(f"('{source}', '{ACCOUNT}', '{region}')" for source in sources for region in REGIONS)
    return f"(values {cells}) as cells(source, account, region)"


DAY_US = 86_400_000_000
DAYS = 14  # of the bill, the last of which ends twelve hours before the window
_MINUTES = f"select {START_US} + n * 60000000 as at from range({WINDOW_US // 60_000_000}) as minutes(n)"
_MIDNIGHT_US = END_US // DAY_US * DAY_US
_OTHERS = {
    "heartbeats": f"""
        with minutes as ({_MINUTES}), cells as (
            select 'requests' as source, '' as account, '' as region
            union all select 'audit_log', '', ''
            union all select source, account, region from {_cells("cloudtrail", "securityhub")}
        ), held as (
            select source, '' as account, '' as region, epoch_us(event_time) // 60000000 * 60000000 as at, count(*) as records
            from '{{folder}}/requests.parquet' group by all
            union all
            select source, account, region, epoch_us(event_time) // 60000000 * 60000000 as at, count(*) as records
            from '{{folder}}/audit_events.parquet' group by all
            union all
            select source, '' as account, '' as region, epoch_us(event_time) // 60000000 * 60000000 as at, count(*) as records
            from '{{folder}}/application_events.parquet' group by all
        )
        select cells.*, make_timestamptz(minutes.at) as start_time, make_timestamptz(minutes.at + 60000000) as end_time,
            coalesce(held.records, 0) as records
        from cells cross join minutes left join held
            on held.source = cells.source and held.account = cells.account and held.region = cells.region and held.at = minutes.at
        order by source, account, region, start_time""",
    "baselines": f"""
        with minutes as ({_MINUTES})
        select 'baseline' as source, 'throughput' as metric, '' as stratum, make_timestamptz(minutes.at - 7 * {DAY_US}) as period_start,
            make_timestamptz(minutes.at - 7 * {DAY_US} + 60000000) as period_end, {{per_minute}} * 95 // 100 as offered,
            {{per_minute}} * 93 // 100 as completed
        from minutes order by period_start""",
    "costs": f"""
        select 'costs' as source, service, make_timestamptz({_MIDNIGHT_US} - n * {DAY_US}) as period_start,
            make_timestamptz({_MIDNIGHT_US} - (n - 1) * {DAY_US}) as period_end, 300000000000 as amount_nano, 'EUR' as currency,
            n <= 2 as estimated
        from range(1, {DAYS + 1}) as days(n) cross join (values ('models'), ('platform')) as services(service)
        order by service, period_start""",
    "budgets": f"""
        select 'budgets' as source, 'support' as name, make_timestamptz({_MIDNIGHT_US} - {DAYS} * {DAY_US}) as period_start,
            make_timestamptz({_MIDNIGHT_US} + {DAYS} * {DAY_US}) as period_end, 20000000000000 as amount_nano, 'EUR' as currency""",
    "resources": f"""
        select 'inventory' as source, 'arn:aws:dynamodb:eu-west-1:{ACCOUNT}:table/t' || lpad(n::varchar, 3, '0') as arn,
            'dynamodb' as service, 'AWS::DynamoDB::Table' as resource_type, 'store' as kind, '{ACCOUNT}' as account,
            'eu-west-1' as region, 'personal' as data_class, true as classification_signed
        from range(12) as tables(n) order by arn""",
    "coverage": f"""
        select 'requests' as source, '' as account, '' as region, 'read_files' as call, 'ok' as status, 1 as pages,
            count(*) as records, 0 as duplicates, make_timestamptz({END_US}) as available_at, make_timestamptz({END_US}) as collected_at
        from '{{folder}}/requests.parquet'
        union all
        select source, account, region, 'read_files', 'ok', 1, (
            select count(*) from '{{folder}}/audit_events.parquet' as events
            where events.source = cells.source and events.region = cells.region
        ) + (
            select count(*) from '{{folder}}/resources.parquet' as resources
            where resources.source = cells.source and resources.region = cells.region
        ), 0, make_timestamptz({END_US}), make_timestamptz({END_US}) from {_cells("cloudtrail", "inventory", "securityhub")}
        union all
        select source, '', '', 'read_files', 'ok', 1, records, 0, make_timestamptz({END_US}), make_timestamptz({END_US})
        from (values ('audit_log', {OPERATIONS}), ('baseline', {WINDOW_US // 60_000_000}), ('budgets', 1), ('costs', {2 * DAYS}), ('inventory', 12)) as read(source, records)
        order by source, account, region""",
}
SOURCES = {
    "audit_log": "audit_log",
    "baseline": "baselines",
    "budgets": "budgets",
    "cloudtrail": "cloudtrail",
    "costs": "costs",
    "inventory": "inventory",
    "requests": "requests",
    "securityhub": "security_findings",
}


def _manifest(folder: Path, counts: dict[str, int]) -> bytes:
    import duckdb

    entries = []
    for name, rows in sorted(counts.items()):
        path = folder / f"{name}.parquet"
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        entries.append(TableEntry(name=name, file=path.name, rows=rows, sha256=digest, size=path.stat().st_size))
    manifest = Manifest(
        schemaVersion=1,
        scope=ScopeEntry(system="bench", environment="production", release="bench", phase="bench"),
        collectedAt=COLLECTED_AT,
        sources=[SourceEntry(name=name, kind=kind) for name, kind in SOURCES.items()],
        duckdb=duckdb.__version__,
        mappings=hashlib.sha256(NO_MAPPINGS).hexdigest(),
        tables=entries,
    )
    return canonical_json(manifest.model_dump() | {"collectedAt": isoformat(COLLECTED_AT)})


if __name__ == "__main__":
    generate(Path(sys.argv[1]), int(sys.argv[2]))

"""Records of Bedrock's invocation log as JSON lines, parsed into rows of ``invocations``.

Rules kept here: the time of a record is RFC 3339, or the same without a zone, which is UTC; of several latencies that
the chunks of a stream state the last counts, rounded up; input is what was sent, read from a cache and written to one,
together, and not known where the first is not. A record that is there twice is one row; one request with two contents
is refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.errors import CollectionError
from auditor.tables import schema
from auditor_collectors.batches import exactly, identifier_columns, is_ours, literal, not_future, rfc3339
from auditor_collectors.exact import rounded_up
from auditor_collectors.jsonlines import AGAIN
from auditor_collectors.mapping import COUNT, NUMBER
from auditor_collectors.request_files import refuse_unreadable, table_function
from auditor_collectors.table_checks import future, refuse_first

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import duckdb

    from auditor.collector import CollectContext
    from auditor_collectors.files import SourceFile

LOG = "ModelInvocationLog"
MEMBERS = (
    "schemaType", "timestamp", "accountId", "region", "requestId", "operation", "modelId", "inferenceRegion",
    "errorCode", "input", "output",
)  # fmt: skip
UNZONED = r"^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?$"
CODE = r"^[A-Za-z0-9.]{1,100}$"
# Where a latency may be, whatever the call: in the answer, or in the chunks of a stream.
LATENCIES = (
    "$.outputBodyJson.metrics.latencyMs",
    '$.outputBodyJson."amazon-bedrock-invocationMetrics".invocationLatency',
    "$.outputBodyJson[*].metrics.latencyMs",
    "$.outputBodyJson[*].metadata.metrics.latencyMs",
    '$.outputBodyJson[*]."amazon-bedrock-invocationMetrics".invocationLatency',
)
TOKENS = ("inputTokenCount", "cacheReadInputTokenCount", "cacheWriteInputTokenCount")
GUARDRAILS = (
    "$.outputBodyJson.trace.guardrail.inputAssessment",
    '$.outputBodyJson."amazon-bedrock-trace".guardrail.input',
)
SAME = (
    "account", "region", "event_time", "operation", "model_id", "inference_region", "input_tokens", "output_tokens",
    "latency_us", "error_code", "guardrail",
)  # fmt: skip

# Of each text that may be wrong: the member that a person finds it in.
TEXTS = {
    "schema_type": "schemaType",
    "event_time_text": "timestamp",
    "account": "accountId",
    "region": "region",
    "request_id": "requestId",
    "operation": "operation",
    "latency_text": "output",
    "input_text": "input",
    "output_text": "output",
}


def parse(
    connection: duckdb.DuckDBPyConnection, file: SourceFile, context: CollectContext, number: int
) -> tuple[Path, int]:
    """Parse ``file`` into a Parquet file of rows; return its path and how many there are."""
    import duckdb  # noqa: PLC0415 - heavy

    target = context.work / f"invocations-{number}.parquet"
    try:
        connection.execute(
            f"""
            copy (
                select {number} as file_number, row_number() over () as row_number, {_parsed()}
                from {table_function(file, "jsonl", MEMBERS)}
            ) to {literal(str(target))} (format parquet, compression lz4)
            """
        )
    except duckdb.Error as error:
        if is_ours(error, context):
            raise
        refuse_unreadable(file, "jsonl", error)
    count, _ = refuse_first(connection, str(target), file.name, _problems(context), TEXTS, [], context, noun="record")
    return target, count


def select(parts: Sequence[Path], context: CollectContext) -> str:
    """Return the query of the distinct rows of ``parts``, in the columns of the table."""
    scope = {"system": context.scope.system, "environment": context.scope.environment, "source": context.source}
    given = {name: literal(value) for name, value in scope.items()}
    names = [name for name in schema("invocations").names if name not in {"request_hi", "request_lo"}]
    columns = ", ".join(f"{given.get(name, name)} as {name}" for name in names)
    listed = ", ".join(schema("invocations").names)
    identity = identifier_columns("request", "request_id")
    return (
        f"select {listed} from (select distinct {columns}, {identity} from read_parquet({exactly(*parts)})) "
        "order by event_time, request_hi, request_lo"
    )


def refuse_conflicts(connection: duckdb.DuckDBPyConnection, parts: Sequence[Path], names: Sequence[str]) -> None:
    """Refuse a request that is there with two contents; ``names`` are those of the files, by their number."""
    row = connection.execute(
        f"""
        select max(file_number), max(row_number)
        from (
            select request_id, {", ".join(SAME)}, max(file_number) as file_number, max(row_number) as row_number
            from read_parquet({exactly(*parts)})
            group by all
        )
        group by request_id having count(*) > 1 order by all limit 1
        """
    ).fetchone()
    if row:
        raise CollectionError(
            f"{names[row[0]]}: holds a request (about row {row[1]}) that is also there with other content", remedy=AGAIN
        )


def _parsed() -> str:
    latencies = " || ".join(_latency(path) for path in LATENCIES)
    millis = f"regexp_matches(latency_text, {literal(NUMBER)})"
    spent = [f"input ->> '$.{name}'" for name in TOKENS]
    wrong, shown = " or ".join(_wrong(text) for text in spent), ", ".join(spent)
    total = " + ".join(f"coalesce({_count(text)}, 0)" if number else _count(text) for number, text in enumerate(spent))
    given = "output ->> '$.outputTokenCount'"
    ids = ", ".join(f"json_keys(output, {literal(path)})[1]" for path in GUARDRAILS)
    return f"""
        "schemaType" as schema_type,
        "timestamp" as event_time_text, coalesce({rfc3339('"timestamp"')}, {_unzoned('"timestamp"')}) as event_time,
        "accountId" as account, region, "requestId" as request_id, operation,
        "modelId" as model_id, "inferenceRegion" as inference_region,
        case
            when "errorCode" is null or regexp_matches("errorCode", {literal(CODE)}) then "errorCode"
            else 'undeclared'
        end as error_code,
        list_filter({latencies}, lambda one: one is not null)[-1] as latency_text,
        case when {millis} then {rounded_up("latency_text", 3)} end as latency_us,
        case when {wrong} then concat_ws(' ', {shown}) end as input_text, {total} as input_tokens,
        case when {_wrong(given)} then {given} end as output_text, {_count(given)} as output_tokens,
        coalesce(input ->> '$.inputBodyJson.guardrailConfig.guardrailIdentifier', {ids}) as guardrail
    """


def _latency(path: str) -> str:
    found = f"json_extract_string(output, {literal(path)})"
    return f"coalesce({found}, [])" if "[*]" in path else f"[{found}]"


def _count(text: str) -> str:
    return f"case when regexp_matches({text}, {literal(COUNT)}) then try_cast({text} as bigint) end"


def _wrong(text: str) -> str:
    return f"({text} is not null and {_count(text)} is null)"


def _unzoned(text: str) -> str:
    return f"case when regexp_matches({text}, {literal(UNZONED)}) then try_cast({text} || 'Z' as timestamptz) end"


def _problems(context: CollectContext) -> list[tuple[str, str, str]]:
    """Return the condition, text and expectation of everything that may be wrong."""
    return [
        (f"schema_type is distinct from {literal(LOG)}", "schema_type", LOG),
        ("event_time is null", "event_time_text", "an RFC 3339 instant, or one without a zone: 2025-01-14 12:00:00"),
        (future("event_time"), "event_time_text", not_future(context)),
        ("account is null or not regexp_matches(account, '^[0-9]{12}$')", "account", "12 digits"),
        ("coalesce(region, '') = ''", "region", "a region"),
        ("coalesce(request_id, '') = ''", "request_id", "an id"),
        ("coalesce(operation, '') = ''", "operation", "an operation"),
        ("latency_us is null and latency_text is not null", "latency_text", "a number of ms, zero or more"),
        ("input_text is not null", "input_text", "counts of tokens"),
        ("output_text is not null", "output_text", "a count of tokens"),
    ]

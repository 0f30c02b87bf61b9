"""Requests of the audited system: JSON lines, CSV or Parquet, plain or gzip, through a declared mapping.

Rules kept here: every time and duration declares its unit; a value is parsed exactly (DECIMAL, never a float), a
sub-microsecond is rounded up; what cannot be parsed is refused with file, row and column; a value that the mapping does
not name becomes null and is counted, because policy decides what unknown means; a request id is there once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from auditor.errors import CollectionError
from auditor.tables import REQUEST_KINDS, REQUEST_OUTCOMES
from auditor_collectors import files
from auditor_collectors.batches import (
    FUTURE_TOLERANCE_US,
    connect,
    coverage,
    exactly,
    identifier_columns,
    literal,
    refuse_row,
    rfc3339,
    rows,
    stream,
)
from auditor_collectors.exact import rounded_up
from auditor_collectors.options import Globs, problems_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    import duckdb

    from auditor.collector import Batch, CollectContext

TIME_UNITS = {"epoch_s": 1_000_000, "epoch_ms": 1_000, "epoch_us": 1}
LATENCY_UNITS = {"s": 6, "ms": 3, "us": 0}
ALLOWED = {"kind": REQUEST_KINDS, "outcome": REQUEST_OUTCOMES}
NUMBER = r"^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?$"

ZONED = ("TIMESTAMP WITH TIME ZONE", "TIMESTAMPTZ_NS")
LAST_INSTANT_US = 253_402_300_799_999_999  # the end of the year 9999
MAX_SHOWN = 20


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Plain(_Strict):
    """A column taken as it is."""

    column: str = Field(min_length=1)


class Instant(_Strict):
    """A column of instants; ``timestamp`` is a zoned timestamp of Parquet."""

    column: str = Field(min_length=1)
    unit: Literal["rfc3339", "epoch_s", "epoch_ms", "epoch_us", "timestamp"]


class Mapped(_Strict):
    """A column whose values are renamed; a value that is not listed becomes null."""

    column: str = Field(min_length=1)
    values: dict[str, str] = Field(min_length=1)


class Latency(_Strict):
    """A column of durations; with ``unit_column`` every row must state that very unit."""

    column: str = Field(min_length=1)
    unit: Literal["s", "ms", "us"]
    unit_column: str | None = None


class Columns(_Strict):
    """Where each declared column is in the source."""

    event_time: Instant
    request_id: Plain
    route: Mapped
    kind: Mapped
    outcome: Mapped
    latency: Latency
    available_at: Instant | None = None

    @model_validator(mode="after")
    def _known_values(self) -> Columns:
        for name, allowed in ALLOWED.items():
            foreign = sorted(set(getattr(self, name).values.values()) - set(allowed))
            if foreign:
                raise ValueError(f"{name}.values gives {foreign[0]!r}, expected one of {', '.join(allowed)}")
        return self

    def source_columns(self) -> list[str]:
        """Return the distinct columns of the source that are read."""
        mapped = (
            self.event_time,
            self.request_id,
            self.route,
            self.kind,
            self.outcome,
            self.latency,
            self.available_at,
        )
        names = [one.column for one in mapped if one is not None]
        names += [self.latency.unit_column] if self.latency.unit_column else []
        return list(dict.fromkeys(names))


EXAMPLE = """\
# The requests of the audited system, one a line (or a row). Every time and duration says its unit. A value that a
# mapping does not list becomes unknown and is counted; what unknown means is for the policy to say.
[sources.requests]
kind = "requests"
files = ["requests/*.jsonl.gz"]          # plain or gzip
format = "jsonl"                         # or csv, parquet

[sources.requests.columns]
event_time = { column = "timestamp", unit = "rfc3339" }      # or epoch_s, epoch_ms, epoch_us; timestamp in Parquet
request_id = { column = "requestId" }
latency = { column = "latencyMs", unit = "ms" }              # or s, us
route = { column = "routingPath", values = { direct_bedrock = "direct", mcp = "mcp" } }
kind = { column = "type", values = { generation = "generation", cache_hit = "cached", health_check = "health_check" } }
[sources.requests.columns.outcome]
column = "status"
values = { success = "ok", rejected = "client_error", error = "error", timeout = "timeout" }
"""


class Options(_Strict):
    """``[sources.<name>]`` with ``kind = "requests"``."""

    files: Globs
    format: Literal["jsonl", "csv", "parquet"]
    columns: Columns


class RequestsCollector:
    """Reads request logs."""

    example = EXAMPLE

    def check(self, options: dict[str, Any]) -> list[str]:
        """Return what is wrong with ``options``; a missing unit is named as such."""
        return problems_of(Options, options)

    def collect(self, options: dict[str, Any], context: CollectContext) -> Iterator[Batch]:
        """Yield requests and one coverage row. Raises ``CollectionError`` naming file, row and column."""
        wanted = Options.model_validate(options)
        paths = files.find(context.root, wanted.files, context.source)
        limit = None if wanted.format == "parquet" else files.MAX_LINE
        found = files.inspect_all(context.root, paths, max_line=limit, progress=context.progress)
        with connect(context.work) as connection:
            parts, unmapped, records = [], dict.fromkeys(("route", "kind", "outcome"), 0), 0
            for number, file in enumerate(found):
                part = _read(connection, file, wanted, context, number)
                records += _check(connection, part, file.name, wanted.columns, context, unmapped)
                parts.append(part)
            files.refuse_changed(found)
            spilled = f"read_parquet({exactly(*parts)})"
            _refuse_duplicates(connection, spilled, [file.name for file in found])
            yield from stream(connection, "requests", _select(spilled, context))
        counted = {name: count for name, count in unmapped.items() if count}
        detail = ", ".join(f"{count} rows whose {name} the mapping does not name" for name, count in counted.items())
        row = coverage(
            context, pages=len(found), records=records, sha256=files.listing_digest(found), detail=detail or None
        )
        yield rows("coverage", [row])


def _source(file: files.SourceFile, wanted: Options) -> str:
    """Return the table function that reads ``file``; every value as text but Parquet's own types."""
    path = exactly(file.path)
    if wanted.format == "parquet":
        return f"read_parquet({path})"
    compression = "gzip" if file.compressed else "none"
    if wanted.format == "csv":
        path += ", comment = ''"  # else DuckDB may guess one, and drop the rows that begin with it
        return (
            f"read_csv({path}, all_varchar = true, header = true, strict_mode = true, compression = '{compression}', "
            f"max_line_size = {files.MAX_LINE}, delim = ',', quote = '\"', escape = '\"')"
        )
    declared = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in wanted.columns.source_columns())
    return (
        f"read_json({path}, format = 'newline_delimited', columns = {{{declared}}}, compression = '{compression}', "
        f"maximum_object_size = {files.MAX_LINE})"
    )


def _read(
    connection: duckdb.DuckDBPyConnection, file: files.SourceFile, wanted: Options, context: CollectContext, number: int
) -> str:
    """Parse one file into a spilled Parquet file of parsed values beside their texts; return its path."""
    import duckdb  # noqa: PLC0415 - heavy

    columns, source = wanted.columns, _source(file, wanted)
    stated_unit = _quoted(columns.latency.unit_column) if columns.latency.unit_column else "null"
    target = str(context.work / f"{context.source}-{number}.parquet")
    try:
        if wanted.format != "jsonl":
            described = connection.execute(f"describe select * from {source}").fetchall()
            _refuse_missing(file.name, columns.source_columns(), [one[0] for one in described])
        connection.execute(
            f"""
            copy (
                select
                    {number} as file_number, row_number() over () as row_number,
                    {_text(columns.event_time)} as event_time_text, {_instant(columns.event_time)} as event_time,
                    {_text(columns.available_at)} as available_at_text,
                    {_instant(columns.available_at)} as available_at,
                    {_text(columns.request_id)} as request_id,
                    {_text(columns.route)} as route_text, {_mapped(columns.route)} as route,
                    {_text(columns.kind)} as kind_text, {_mapped(columns.kind)} as kind,
                    {_text(columns.outcome)} as outcome_text, {_mapped(columns.outcome)} as outcome,
                    {_text(columns.latency)} as latency_text, {_latency(columns.latency)} as latency_us,
                    {stated_unit}::varchar as unit_text
                from {source}
            ) to {literal(target)} (format parquet, compression lz4)
            """
        )
        if wanted.format == "jsonl":
            _refuse_absent(connection, file, target, columns)
    except duckdb.Error as error:
        said = str(error).replace(str(file.path), file.name)
        raise CollectionError(
            f"{file.name}: cannot be read as {wanted.format} ({said})", remedy="correct the file or `format`"
        ) from error
    return target


def _refuse_missing(name: str, wanted: list[str], found: list[str]) -> None:
    """Refuse a file that lacks a mapped column altogether."""
    missing = [column for column in wanted if column not in found]
    if missing:
        more = f" and {len(found) - MAX_SHOWN} more" if len(found) > MAX_SHOWN else ""
        raise CollectionError(
            f"{name}: column {missing[0]!r} is missing; found columns {', '.join(found[:MAX_SHOWN])}{more}",
            remedy="correct the mapping in auditor.toml",
        )


def _refuse_absent(connection: duckdb.DuckDBPyConnection, file: files.SourceFile, part: str, columns: Columns) -> None:
    """Refuse JSON lines none of which has a mapped member; one that is null in every line is there."""
    names = {
        "event_time_text": columns.event_time.column,
        "request_id": columns.request_id.column,
        "route_text": columns.route.column,
        "kind_text": columns.kind.column,
        "outcome_text": columns.outcome.column,
        "latency_text": columns.latency.column,
    }
    names |= {"available_at_text": columns.available_at.column} if columns.available_at else {}
    names |= {"unit_text": columns.latency.unit_column} if columns.latency.unit_column else {}
    counts = ", ".join(f"count({text})" for text in names)
    counted = connection.execute(f"select {counts} from read_parquet({exactly(part)})").fetchone() or ()
    unseen = [column for column, count in zip(names.values(), counted, strict=True) if not count]
    if unseen:
        compression = "gzip" if file.compressed else "none"
        keys = connection.execute(
            f"select distinct unnest(json_keys(json)) as key from read_json_objects({exactly(file.path)}, "
            f"format = 'newline_delimited', compression = '{compression}', maximum_object_size = {files.MAX_LINE}) "
            "order by key"
        ).fetchall()
        _refuse_missing(file.name, unseen, [key[0] for key in keys])


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _text(mapping: Plain | Instant | Mapped | Latency | None) -> str:
    return f"{_quoted(mapping.column)}::varchar" if mapping else "null::varchar"


def _instant(mapping: Instant | None) -> str:
    if mapping is None:
        return "null::timestamptz"
    text = _text(mapping)
    if mapping.unit == "rfc3339":
        return rfc3339(text)
    if mapping.unit == "timestamp":
        column = _quoted(mapping.column)
        return f"case when typeof({column}) in {ZONED} then {column}::timestamptz end"
    scaled = f"floor(try_cast({text} as decimal(30, 9)) * {TIME_UNITS[mapping.unit]})"
    whole = f"case when {scaled} between 0 and {LAST_INSTANT_US} then {scaled}::bigint end"
    return f"case when regexp_matches({text}, {literal(NUMBER)}) then make_timestamptz({whole}) end"


def _mapped(mapping: Mapped) -> str:
    cases = " ".join(f"when {literal(found)} then {literal(given)}" for found, given in mapping.values.items())
    return f"case {_text(mapping)} {cases} end"


def _latency(mapping: Latency) -> str:
    text = _text(mapping)
    exact = rounded_up(text, LATENCY_UNITS[mapping.unit])
    return f"case when regexp_matches({text}, {literal(NUMBER)}) then {exact} end"


def _check(
    connection: duckdb.DuckDBPyConnection,
    part: str,
    name: str,
    columns: Columns,
    context: CollectContext,
    unmapped: dict[str, int],
) -> int:
    """Refuse the first wrong value of a parsed file; add to ``unmapped``; return the number of rows."""
    latency = columns.latency
    other_unit = f"latency_text is not null and unit_text is distinct from {literal(latency.unit)}"
    problems = {
        "event_time": (
            "event_time is null",
            "event_time_text",
            columns.event_time.column,
            _expected(columns.event_time),
        ),
        "available_at": (
            "available_at is null and available_at_text is not null",
            "available_at_text",
            columns.available_at.column if columns.available_at else "",
            _expected(columns.available_at),
        ),
        "request_id": ("request_id is null or request_id = ''", "request_id", columns.request_id.column, "an id"),
        "latency": (
            "latency_text is not null and (latency_us is null or latency_us < 0)",
            "latency_text",
            latency.column,
            f"a number of {latency.unit}, zero or more",
        ),
        "unit": (
            other_unit if latency.unit_column else "false",
            "unit_text",
            latency.unit_column or "",
            f"the declared unit {latency.unit!r} in every row",
        ),
        "future": (
            f"epoch_us(event_time) > epoch_us($collected_at) + {FUTURE_TOLERANCE_US}",
            "event_time_text",
            columns.event_time.column,
            f"at most 2 minutes after the collection at {context.collected_at.isoformat()}",
        ),
    }
    flags = ", ".join(
        f"min(row_number) filter (where {condition}) as {key}" for key, (condition, *_) in problems.items()
    )
    lost = ", ".join(f"count(*) filter (where {key} is null and {key}_text is not null)" for key in unmapped)
    query = f"select count(*), {lost}, {flags} from read_parquet({exactly(part)})"
    counted = connection.execute(query, {"collected_at": context.collected_at}).fetchone() or (0,)
    if not counted[0]:
        raise CollectionError(f"{name}: holds no request", remedy="remove the file, or export it again")
    for key, count in zip(unmapped, counted[1 : 1 + len(unmapped)], strict=True):
        unmapped[key] += count
    for (_, text, column, expected), row in zip(problems.values(), counted[1 + len(unmapped) :], strict=True):
        if row is not None:
            value = connection.execute(
                f"select {text} from read_parquet({exactly(part)}) where row_number = $1",
                [row],
            ).fetchone()
            raise refuse_row(name, row, column, value[0] if value else None, expected)
    return int(counted[0])


def _expected(mapping: Instant | None) -> str:
    if mapping is None or mapping.unit == "rfc3339":
        return "an RFC 3339 instant with a time zone, e.g. 2025-01-14T12:00:00Z"
    return "a timestamp with a time zone" if mapping.unit == "timestamp" else f"a number in unit {mapping.unit}"


def _refuse_duplicates(connection: duckdb.DuckDBPyConnection, spilled: str, names: list[str]) -> None:
    twice = connection.execute(
        f"select request_id from {spilled} group by request_id having count(*) > 1 order by request_id limit 1"
    ).fetchone()
    if twice:
        places = connection.execute(
            f"select file_number, row_number from {spilled} where request_id = $1 order by all limit 2",
            [twice[0]],
        ).fetchall()
        first, second = (f"{names[number]}, row {row}" for number, row in places)
        raise CollectionError(
            f"{second}: request id {twice[0]!r} is already at {first}",
            remedy="export each request once; the same file under two names?",
        )


def _select(spilled: str, context: CollectContext) -> str:
    return f"""
        select
            {literal(context.scope.system)} as system, {literal(context.scope.environment)} as environment,
            {literal(context.source)} as source, event_time, available_at,
            {identifier_columns("request", "request_id")}, route, kind, outcome, latency_us
        from {spilled}
    """

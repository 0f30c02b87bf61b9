"""How long operations of the business took: JSON lines or CSV, plain or gzip, through a declared mapping.

Rules kept here: what was timed and of which kind are values that the mapping names; another value is null and counted,
and its text never leaves the source; an operation that was delivered twice is kept once and counted, one that is told
in two ways is refused; a duration is rounded up to microseconds; memory is flat.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from auditor.errors import CollectionError
from auditor_collectors.batches import exactly, identifier_columns, literal, not_future
from auditor_collectors.mapped_source import MappedSource, collect_mapped
from auditor_collectors.mapping import Instant, Latency, Mapped, Plain, Strict, instant, latency, mapped, quoted
from auditor_collectors.options import Globs, problems_of
from auditor_collectors.table_checks import future

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import duckdb

    from auditor.collector import Batch, CollectContext

NAME = r"^[a-z][a-z0-9_]{0,63}$"


class Columns(Strict):
    """Where each declared column is in the source. ``metric`` is a column, or one name for every row."""

    operation_id: Plain
    event_time: Instant
    duration: Latency
    metric: Mapped | str = Field(union_mode="left_to_right")
    stratum: Mapped | None = None

    @model_validator(mode="after")
    def _declared_names(self) -> Self:
        import re  # noqa: PLC0415 - only to check a configuration

        names = [self.metric] if isinstance(self.metric, str) else list(self.metric.values.values())
        names += list(self.stratum.values.values()) if self.stratum else []
        wrong = sorted(name for name in names if not re.fullmatch(NAME, name))
        if wrong:
            raise ValueError(f"gives the name {wrong[0]!r}, expected lower-case letters, digits and _")
        return self

    def texts(self) -> dict[str, str]:
        """Return the column of the source by the name under which its text is kept."""
        names = {
            "operation_text": self.operation_id.column,
            "event_time_text": self.event_time.column,
            "duration_text": self.duration.column,
        }
        if isinstance(self.metric, Mapped):
            names["metric_text"] = self.metric.column
        if self.stratum:
            names["stratum_text"] = self.stratum.column
        if self.duration.unit_column:
            names["unit_text"] = self.duration.unit_column
        return names

    def parsed(self) -> str:
        """Return the SQL columns of every parsed value and the text that it was parsed from."""
        metric = literal(self.metric) if isinstance(self.metric, str) else mapped(self.metric)
        stratum = mapped(self.stratum) if self.stratum else "''"
        kept = ", ".join(f"{quoted(column)}::varchar as {name}" for name, column in self.texts().items())
        return (
            f"{instant(self.event_time)} as event_time, {metric} as metric, {stratum} as stratum, "
            f"{latency(self.duration)} as duration_us, {kept}"
        )

    def problems(self, past: str) -> list[tuple[str, str, str]]:
        """Return what may be wrong with a row: its condition, the text to show, and what was expected."""
        found = [
            ("operation_text is null or operation_text = ''", "operation_text", "the id of the operation"),
            ("event_time is null", "event_time_text", self.event_time.expected()),
            (future("event_time"), "event_time_text", past),
            (
                "duration_text is not null and (duration_us is null or duration_us < 0)",
                "duration_text",
                f"a number of {self.duration.unit}, zero or more",
            ),
        ]
        if self.duration.unit_column:
            other = f"unit_text is distinct from {literal(self.duration.unit)}"
            found.append((other, "unit_text", f"the declared unit {self.duration.unit!r} in every row"))
        return found

    def named(self) -> list[str]:
        """Return the columns whose values the mapping names."""
        columns = ["metric"] if isinstance(self.metric, Mapped) else []
        return [*columns, "stratum"] if self.stratum else columns


class Options(BaseModel):
    """``[sources.<name>]`` with ``kind = "durations"``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    files: Globs
    format: Literal["jsonl", "csv"]
    columns: Columns


EXAMPLE = """\
# How long support cases took. What was timed, and its kind, are named here; another value stays out of the snapshot.
[sources.support_times]
kind = "durations"
files = ["support/*.jsonl"]
format = "jsonl"                         # or csv

[sources.support_times.columns]
operation_id = { column = "case" }
event_time = { column = "closed", unit = "rfc3339" }
duration = { column = "seconds", unit = "s" }
metric = { column = "work", values = { assisted = "support_operation", manual = "manual_troubleshooting" } }
stratum = { column = "topic", values = { Network = "network", Database = "database" } }
"""


class DurationsCollector:
    """Reads how long operations took."""

    example = EXAMPLE

    def check(self, options: dict[str, Any]) -> list[str]:
        """Return what is wrong with ``options``."""
        return problems_of(Options, options)

    def collect(self, options: dict[str, Any], context: CollectContext) -> Iterator[Batch]:
        """Yield durations and one coverage row. Raises ``CollectionError`` naming file, row and column."""
        wanted = Options.model_validate(options)
        columns = wanted.columns
        source = MappedSource(
            table="durations",
            noun="operation",
            unnamed="values that the mapping does not name",
            texts=columns.texts(),
            parsed=columns.parsed(),
            problems=columns.problems(not_future(context)),
            named=columns.named(),
            select=_select,
            settle=partial(_refuse_told_twice, context.source),
        )
        return collect_mapped(wanted.files, wanted.format, source, context)


def _refuse_told_twice(name: str, connection: duckdb.DuckDBPyConnection, parts: Sequence[str]) -> None:
    """Refuse an operation of which two rows say something else."""
    [(told,)] = connection.execute(
        f"""
        select count(*) from (
            select operation_text from read_parquet({exactly(*parts)})
            group by operation_text
            having count(distinct (event_time, metric, stratum, duration_us)) > 1
        )
        """
    ).fetchall()  # to its end
    if told:
        raise CollectionError(
            f"source {name!r}: {told} operations are told in two ways (one id, other values)",
            remedy="export each operation once, when it has ended",
        )


def _select(parts: str, context: CollectContext) -> str:
    return f"""
        select distinct
            {literal(context.scope.system)} as system, {literal(context.scope.environment)} as environment,
            {literal(context.source)} as source, event_time, metric, stratum, duration_us,
            {identifier_columns("operation", "operation_text")}
        from read_parquet({parts})
    """

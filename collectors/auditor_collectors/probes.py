"""Calls of a service that a probe made, from JSON lines or CSV, by a declared mapping of columns.

Rules kept here: whether a call did what was asked is what the mapping says, and a value that it does not name is
unknown, never good; the same result twice is one row. What a call returned does not leave.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from auditor.tables import schema
from auditor_collectors.batches import literal, not_future
from auditor_collectors.mapped_source import MappedSource, collect_mapped
from auditor_collectors.mapping import Instant, Latency, Plain, Strict, instant, latency, text
from auditor_collectors.options import Globs, problems_of
from auditor_collectors.table_checks import future

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.collector import Batch, CollectContext

NAME = r"^[A-Za-z0-9][A-Za-z0-9 ._:/-]{0,127}$"


class Outcome(Strict):
    """A column whose values say whether a call did what was asked."""

    column: str = Field(min_length=1)
    values: dict[str, bool] = Field(min_length=1)


class Columns(Strict):
    """Where each declared column is in the source."""

    event_time: Instant
    service: Plain
    outcome: Outcome
    target: Plain | None = None
    region: Plain | None = None
    latency: Latency | None = None

    def texts(self) -> dict[str, str]:
        """Return the column of the source by the name under which its text is kept."""
        given = {
            "event_time_text": self.event_time,
            "service": self.service,
            "ok_text": self.outcome,
            "target": self.target,
            "region": self.region,
            "latency_text": self.latency,
        }
        return {name: one.column for name, one in given.items() if one}

    def parsed(self) -> str:
        """Return SQL for every parsed column beside its text."""
        cases = " ".join(f"when {literal(found)} then {given}" for found, given in self.outcome.values.items())
        outcome = f"{text(Plain(column=self.outcome.column))}"
        measured = latency(self.latency) if self.latency else "null::bigint"
        return f"""
            {text(self.service)} as service,
            {instant(self.event_time)} as event_time, {text(self.event_time)} as event_time_text,
            case {outcome} {cases} end as ok, {outcome} as ok_text,
            {text(self.target)} as target, {text(self.region)} as region,
            {measured} as latency_us, {text(self.latency)} as latency_text
        """

    def problems(self, not_later: str) -> list[tuple[str, str, str]]:
        """Return the condition, text and expectation of everything that may be wrong."""
        named = [
            (f"{column} <> '' and not regexp_matches({column}, {literal(NAME)})", column, "a name, or nothing")
            for column, mapped in (("target", self.target), ("region", self.region))
            if mapped
        ]
        found = [
            (f"service is null or not regexp_matches(service, {literal(NAME)})", "service", "a name"),
            ("event_time is null", "event_time_text", self.event_time.expected()),
            (future("event_time"), "event_time_text", not_later),
        ]
        if self.latency:
            expected = f"a number of {self.latency.unit}, zero or more"
            found.append(("latency_us is null and latency_text is not null", "latency_text", expected))
        return found + named


class Options(BaseModel):
    """``[sources.<name>]`` with ``kind = "probes"``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    files: Globs
    format: Literal["jsonl", "csv"]
    columns: Columns


EXAMPLE = """\
# What a probe called, and whether it worked. A value that the mapping does not name is unknown, never good.
[sources.probes]
kind = "probes"
files = ["probes/*.jsonl"]
format = "jsonl"                         # or csv

[sources.probes.columns]
event_time = { column = "at", unit = "rfc3339" }
service = { column = "service" }
target = { column = "target" }
region = { column = "region" }
outcome = { column = "result", values = { ok = true, error = false, timeout = false } }
latency = { column = "ms", unit = "ms" }
"""


class ProbesCollector:
    """Reads results of probes."""

    example = EXAMPLE

    def check(self, options: dict[str, Any]) -> list[str]:
        """Return what is wrong with ``options``."""
        return problems_of(Options, options)

    def collect(self, options: dict[str, Any], context: CollectContext) -> Iterator[Batch]:
        """Yield probes and one coverage row. Raises ``CollectionError`` naming file, row and column."""
        wanted = Options.model_validate(options)
        columns = wanted.columns
        source = MappedSource(
            table="probes",
            noun="probe",
            unnamed="rows whose outcome the mapping does not name",
            texts=columns.texts(),
            parsed=columns.parsed(),
            problems=columns.problems(not_future(context)),
            named=["ok"],
            select=_select,
        )
        return collect_mapped(wanted.files, wanted.format, source, context)


def _select(parts: str, context: CollectContext) -> str:
    scope = {"system": context.scope.system, "environment": context.scope.environment, "source": context.source}
    given = {name: literal(value) for name, value in scope.items()}
    given |= {name: f"coalesce({name}, '')" for name in ("target", "region")}
    names = ", ".join(f"{given.get(name, name)} as {name}" for name in schema("probes").names)
    return f"select distinct {names} from read_parquet({parts})"

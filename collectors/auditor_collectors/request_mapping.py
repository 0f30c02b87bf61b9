"""The mapping of a request log's columns, as ``auditor.toml`` declares it, and the SQL that parses them by it.

Rules kept here: every time and duration declares its unit; a value is parsed exactly (integers and DECIMAL, never a
float) and a sub-microsecond is rounded up, so that a limit is never met by rounding; what does not parse is null beside
its text, for the checks to refuse; a value that a mapping does not name is null.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from auditor.tables import REQUEST_CACHES, REQUEST_KINDS, REQUEST_OUTCOMES
from auditor_collectors.batches import literal, rfc3339
from auditor_collectors.exact import rounded_up

TIME_UNITS = {"epoch_s": 1_000_000, "epoch_ms": 1_000, "epoch_us": 1}
LATENCY_UNITS = {"s": 6, "ms": 3, "us": 0}
ALLOWED = {"kind": REQUEST_KINDS, "outcome": REQUEST_OUTCOMES, "cache": REQUEST_CACHES}
NANO = 9
COUNT = r"^[0-9]{1,19}$"
NUMBER = r"^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?$"
ZONED = ("TIMESTAMP WITH TIME ZONE", "TIMESTAMPTZ_NS")
LAST_INSTANT_US = 253_402_300_799_999_999  # the end of the year 9999


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Plain(_Strict):
    """A column taken as it is."""

    column: str = Field(min_length=1)


class Instant(_Strict):
    """A column of instants; ``timestamp`` is a zoned timestamp of Parquet."""

    column: str = Field(min_length=1)
    unit: Literal["rfc3339", "epoch_s", "epoch_ms", "epoch_us", "timestamp"]

    def expected(self) -> str:
        """Return what a value of the column must be, for a person."""
        if self.unit == "rfc3339":
            return "an RFC 3339 instant with a time zone, e.g. 2025-01-14T12:00:00Z"
        return "a timestamp with a time zone" if self.unit == "timestamp" else f"a number in unit {self.unit}"


class Mapped(_Strict):
    """A column whose values are renamed; a value that is not listed becomes null."""

    column: str = Field(min_length=1)
    values: dict[str, str] = Field(min_length=1)


class Latency(_Strict):
    """A column of durations; with ``unit_column`` every row must state that very unit."""

    column: str = Field(min_length=1)
    unit: Literal["s", "ms", "us"]
    unit_column: str | None = Field(default=None, min_length=1)


class Cost(_Strict):
    """A column of decimal amounts of one currency."""

    column: str = Field(min_length=1)
    currency: str = Field(pattern=r"^[A-Z]{3}$")


class Columns(_Strict):
    """Where each declared column is in the source."""

    event_time: Instant
    request_id: Plain
    route: Mapped
    kind: Mapped
    outcome: Mapped
    latency: Latency
    available_at: Instant | None = None
    cache: Mapped | None = None
    input_tokens: Plain | None = None
    output_tokens: Plain | None = None
    cost: Cost | None = None

    @model_validator(mode="after")
    def _known_values(self) -> Columns:
        for name, allowed in ALLOWED.items():
            mapped = getattr(self, name)
            foreign = sorted(set(mapped.values.values()) - set(allowed)) if mapped else []
            if foreign:
                raise ValueError(f"{name}.values gives {foreign[0]!r}, expected one of {', '.join(allowed)}")
        return self

    def texts(self) -> dict[str, str]:
        """Return the column of the source by the name under which its text is kept."""
        names = {
            "event_time_text": self.event_time.column,
            "request_id": self.request_id.column,
            "route_text": self.route.column,
            "kind_text": self.kind.column,
            "outcome_text": self.outcome.column,
            "latency_text": self.latency.column,
        }
        if self.available_at:
            names["available_at_text"] = self.available_at.column
        if self.latency.unit_column:
            names["unit_text"] = self.latency.unit_column
        for name in ("cache", "input_tokens", "output_tokens", "cost"):
            mapped = getattr(self, name)
            if mapped:
                names[f"{name}_text"] = mapped.column
        return names

    def source_columns(self) -> list[str]:
        """Return the distinct columns of the source that are read."""
        return list(dict.fromkeys(self.texts().values()))


def parsed(columns: Columns) -> str:
    """Return the SQL columns of every parsed value and the text that it was parsed from."""
    unit = quoted(columns.latency.unit_column) if columns.latency.unit_column else "null"
    return f"""
        {_text(columns.event_time)} as event_time_text, {_instant(columns.event_time)} as event_time,
        {_text(columns.available_at)} as available_at_text, {_instant(columns.available_at)} as available_at,
        {_text(columns.request_id)} as request_id,
        {_text(columns.route)} as route_text, {_mapped(columns.route)} as route,
        {_text(columns.kind)} as kind_text, {_mapped(columns.kind)} as kind,
        {_text(columns.outcome)} as outcome_text, {_mapped(columns.outcome)} as outcome,
        {_text(columns.latency)} as latency_text, {_latency(columns.latency)} as latency_us,
        {unit}::varchar as unit_text,
        {_text(columns.cache)} as cache_text, {_mapped(columns.cache)} as cache,
        {_text(columns.input_tokens)} as input_tokens_text, {_count(columns.input_tokens)} as input_tokens,
        {_text(columns.output_tokens)} as output_tokens_text, {_count(columns.output_tokens)} as output_tokens,
        {_text(columns.cost)} as cost_text, {_cost(columns.cost)} as cost_nano, {_currency(columns.cost)} as currency
    """


def quoted(name: str) -> str:
    """Return ``name`` as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def _text(mapping: Plain | Instant | Mapped | Latency | Cost | None) -> str:
    return f"{quoted(mapping.column)}::varchar" if mapping else "null::varchar"


def _instant(mapping: Instant | None) -> str:
    if mapping is None:
        return "null::timestamptz"
    text = _text(mapping)
    if mapping.unit == "rfc3339":
        return rfc3339(text)
    if mapping.unit == "timestamp":
        column = quoted(mapping.column)
        zoned = (
            f"case when typeof({column}) in {ZONED} and isfinite({column}::timestamptz) then {column}::timestamptz end"
        )
        return f"case when epoch_us({zoned}) between 0 and {LAST_INSTANT_US} then {column}::timestamptz end"
    scaled = f"floor(try_cast({text} as decimal(30, 9)) * {TIME_UNITS[mapping.unit]})"
    whole = f"case when {scaled} between 0 and {LAST_INSTANT_US} then {scaled}::bigint end"
    return f"case when regexp_matches({text}, {literal(NUMBER)}) then make_timestamptz({whole}) end"


def _mapped(mapping: Mapped | None) -> str:
    if mapping is None:
        return "null::varchar"
    cases = " ".join(f"when {literal(found)} then {literal(given)}" for found, given in mapping.values.items())
    return f"case {_text(mapping)} {cases} end"


def _latency(mapping: Latency) -> str:
    text = _text(mapping)
    exact = rounded_up(text, LATENCY_UNITS[mapping.unit])
    return f"case when regexp_matches({text}, {literal(NUMBER)}) then {exact} end"


def _count(mapping: Plain | None) -> str:
    if mapping is None:
        return "null::bigint"
    text = _text(mapping)
    return f"case when regexp_matches({text}, {literal(COUNT)}) then try_cast({text} as bigint) end"


def _cost(mapping: Cost | None) -> str:
    if mapping is None:
        return "null::bigint"
    text = _text(mapping)
    return f"case when regexp_matches({text}, {literal(NUMBER)}) then {rounded_up(text, NANO)} end"


def _currency(mapping: Cost | None) -> str:
    return (
        f"case when {_text(mapping)} is not null then {literal(mapping.currency)} end" if mapping else "null::varchar"
    )

"""How ``auditor.toml`` maps a column of a source to a declared one, and the SQL that parses it by that.

Rules kept here: every time and duration declares its unit; a value is parsed exactly (integers and DECIMAL, never a
float) and a sub-microsecond is rounded up, so that a limit is never met by rounding; what does not parse is null beside
its text, for the checks to refuse; a value that a mapping does not name is null.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from auditor_collectors.batches import literal, rfc3339
from auditor_collectors.exact import rounded_up

TIME_UNITS = {"epoch_s": 1_000_000, "epoch_ms": 1_000, "epoch_us": 1}
LATENCY_UNITS = {"s": 6, "ms": 3, "us": 0}
NANO = 9
COUNT = r"^[0-9]{1,19}$"
NUMBER = r"^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?$"
ZONED = ("TIMESTAMP WITH TIME ZONE", "TIMESTAMPTZ_NS")
LAST_INSTANT_US = 253_402_300_799_999_999  # the end of the year 9999


class Strict(BaseModel):
    """A table of auditor.toml: no key too many."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Plain(Strict):
    """A column taken as it is."""

    column: str = Field(min_length=1)


class Instant(Strict):
    """A column of instants; ``timestamp`` is a zoned timestamp of Parquet."""

    column: str = Field(min_length=1)
    unit: Literal["rfc3339", "epoch_s", "epoch_ms", "epoch_us", "timestamp"]

    def expected(self) -> str:
        """Return what a value of the column must be, for a person."""
        if self.unit == "rfc3339":
            return "an RFC 3339 instant with a time zone, e.g. 2025-01-14T12:00:00Z"
        return "a timestamp with a time zone" if self.unit == "timestamp" else f"a number in unit {self.unit}"


class Mapped(Strict):
    """A column whose values are renamed; a value that is not listed becomes null."""

    column: str = Field(min_length=1)
    values: dict[str, str] = Field(min_length=1)


class Latency(Strict):
    """A column of durations; with ``unit_column`` every row must state that very unit."""

    column: str = Field(min_length=1)
    unit: Literal["s", "ms", "us"]
    unit_column: str | None = Field(default=None, min_length=1)


class Cost(Strict):
    """A column of decimal amounts of one currency."""

    column: str = Field(min_length=1)
    currency: str = Field(pattern=r"^[A-Z]{3}$")


def quoted(name: str) -> str:
    """Return ``name`` as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def text(mapping: Plain | Instant | Mapped | Latency | Cost | None) -> str:
    """Return SQL for the text of the mapped column, or null."""
    return f"{quoted(mapping.column)}::varchar" if mapping else "null::varchar"


def instant(mapping: Instant | None) -> str:
    """Return SQL that reads the mapped column as an instant; what does not parse is null."""
    if mapping is None:
        return "null::timestamptz"
    found = text(mapping)
    if mapping.unit == "rfc3339":
        return rfc3339(found)
    if mapping.unit == "timestamp":
        column = quoted(mapping.column)
        zoned = (
            f"case when typeof({column}) in {ZONED} and isfinite({column}::timestamptz) then {column}::timestamptz end"
        )
        return f"case when epoch_us({zoned}) between 0 and {LAST_INSTANT_US} then {column}::timestamptz end"
    scaled = f"floor(try_cast({found} as decimal(30, 9)) * {TIME_UNITS[mapping.unit]})"
    whole = f"case when {scaled} between 0 and {LAST_INSTANT_US} then {scaled}::bigint end"
    return f"case when regexp_matches({found}, {literal(NUMBER)}) then make_timestamptz({whole}) end"


def mapped(mapping: Mapped | None) -> str:
    """Return SQL that renames the values of the mapped column; one that is not listed is null."""
    if mapping is None:
        return "null::varchar"
    cases = " ".join(f"when {literal(found)} then {literal(given)}" for found, given in mapping.values.items())
    return f"case {text(mapping)} {cases} end"


def latency(mapping: Latency) -> str:
    """Return SQL for the mapped column in microseconds, rounded up; what does not parse is null."""
    found = text(mapping)
    exact = rounded_up(found, LATENCY_UNITS[mapping.unit])
    return f"case when regexp_matches({found}, {literal(NUMBER)}) then {exact} end"


def count(mapping: Plain | None) -> str:
    """Return SQL that reads the mapped column as a whole number, zero or more; what does not parse is null."""
    if mapping is None:
        return "null::bigint"
    found = text(mapping)
    return f"case when regexp_matches({found}, {literal(COUNT)}) then try_cast({found} as bigint) end"


def nano(mapping: Cost | None) -> str:
    """Return SQL for the mapped amount in 1e-9 of its currency, rounded up; what does not parse is null."""
    if mapping is None:
        return "null::bigint"
    found = text(mapping)
    return f"case when regexp_matches({found}, {literal(NUMBER)}) then {rounded_up(found, NANO)} end"


def currency(mapping: Cost | None) -> str:
    """Return SQL for the currency of the mapped amount, where there is one."""
    if mapping is None:
        return "null::varchar"
    return f"case when {text(mapping)} is not null then {literal(mapping.currency)} end"

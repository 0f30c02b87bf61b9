"""Values of JSON, read strictly: each function returns the value or raises ``ValueError`` with what was expected.

Rules kept here: text in quotes is no boolean and no number, a boolean is no number, and nothing is guessed; a duration
is rounded up to the microsecond, so that a limit is never met by rounding.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor
from typing import TYPE_CHECKING, Any, TypeVar

from auditor_collectors.batches import FUTURE_TOLERANCE_US, RFC3339, not_future

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from auditor.collector import CollectContext

T = TypeVar("T")
INSTANT = "an RFC 3339 instant with a time zone, e.g. 2025-01-14T12:00:00Z"
LARGEST = (1 << 63) - 1
MICROSECONDS_OF = {"s": 1_000_000, "ms": 1_000, "us": 1}
MAX_ID = 512
MOST_DIGITS = 30


def instant(value: Any) -> datetime:
    """Return the instant in UTC that the text ``value`` names."""
    if not isinstance(value, str) or not re.match(RFC3339, value):
        raise ValueError(INSTANT)
    try:
        moment = datetime.fromisoformat(value.upper())
    except ValueError as error:
        raise ValueError(INSTANT) from error
    if not 1970 < moment.year < 9999:  # noqa: PLR2004 - from the epoch on; an edge of the calendar has no UTC
        raise ValueError("an instant of the years 1971 to 9998")
    return moment.astimezone(UTC)


def not_after(value: Any, context: CollectContext) -> datetime:
    """Return the instant that ``value`` names, which does not lie after the collection."""
    moment = instant(value)
    if moment > context.collected_at + timedelta(microseconds=FUTURE_TOLERANCE_US):
        raise ValueError(not_future(context))
    return moment


def boolean(value: Any) -> bool:
    """Return ``value``, which is true or false and no text that says so."""
    if isinstance(value, bool):
        return value
    raise ValueError("true or false, without quotes")


def optional(read: Callable[[Any], T]) -> Callable[[Any], T | None]:
    """Return ``read`` for a value that may be absent."""
    return lambda value: None if value is None else read(value)


def text(value: Any) -> str:
    """Return ``value``, which is text."""
    if isinstance(value, str):
        return value
    raise ValueError("text")


def identifier(value: Any) -> str:
    """Return ``value``, which is text that may be digested."""
    if isinstance(value, str) and 0 < len(value) <= MAX_ID and value.isprintable():
        return value
    raise ValueError(f"an id: printable text of at most {MAX_ID} characters")


def country(value: Any) -> str:
    """Return ``value``, which is a code of two capital letters (ISO 3166-1 alpha-2)."""
    if isinstance(value, str) and re.fullmatch("[A-Z]{2}", value):
        return value
    raise ValueError("a country as two capital letters, e.g. DE")


def count(value: Any) -> int:
    """Return ``value``, which is a whole number, zero or more, that 64 bits can hold."""
    if type(value) is int and 0 <= value <= LARGEST:
        return value
    raise ValueError("a whole number, zero or more")


def one_of(value: Any, known: Mapping[str, str]) -> str:
    """Return the name by which ``value``, one of ``known``, is kept."""
    if isinstance(value, str) and value in known:
        return known[value]
    raise ValueError(f"one of {', '.join(known)}")


def duration(value: Any, unit: str) -> int:
    """Return microseconds, rounded up, of the number ``value`` in ``unit`` (a float is refused: read a ``Decimal``)."""
    scaled = ceil(_number(value, f"a number of {unit}, zero or more") * MICROSECONDS_OF[unit])
    if scaled > LARGEST:
        raise ValueError(f"a number of {unit} that 64 bits can hold in microseconds")
    return scaled


def percent(value: Any) -> int:
    """Return the whole percent of the number ``value``, cut off: 99.9 is not yet 100."""
    number = _number(value, "a number from 0 to 100")
    if number > 100:  # noqa: PLR2004 - per cent
        raise ValueError("a number from 0 to 100")
    return floor(number)


def _number(value: Any, expected: str) -> Fraction:
    """Return the exact number; one of an exponent that would fill the memory is refused."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal) or value < 0:
        raise ValueError(expected)
    if isinstance(value, Decimal) and abs(value.adjusted()) > MOST_DIGITS:
        raise ValueError(f"{expected}, of at most {MOST_DIGITS} digits before and behind the point")
    return Fraction(value)

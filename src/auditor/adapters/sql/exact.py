"""What goes into a query and comes back from it is exact, whatever engine runs it.

Rules kept here: integers, text, booleans, null, lists and objects of these; a decimal comes back as its text; never a
float, an instant or bytes.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from auditor.errors import ControlError

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_INTEGER = 2**53 - 1


def check_distinct(file: str, names: Sequence[str]) -> None:
    """Refuse columns that an engine, which ignores case, could not tell apart. Raises ``ControlError``."""
    if len({name.lower() for name in names}) != len(names):
        raise ControlError(f"{file}: two columns share a name: {', '.join(names)}", remedy="give each its own name")


def check_given(file: str, used: frozenset[str], given: set[str]) -> None:
    """Refuse a query that uses parameters which have no value. Raises ``ControlError``."""
    missing = sorted(used - given)
    if missing:
        raise ControlError(
            f"{file}: parameter {', '.join('$' + name for name in missing)} has no value",
            remedy="declare it in the control's METADATA and give it in the profile's line",
        )


def check_parameter(file: str, name: str, value: Any) -> None:
    """Refuse a parameter that is no exact value. Raises ``ControlError``."""
    lists = (int, str)
    exact = value is None or value == [] or isinstance(value, (bool, int, str))
    alike = isinstance(value, list) and any(all(type(member) is kind for member in value) for kind in lists)
    aware = isinstance(value, datetime) and value.tzinfo is not None
    if not (exact or alike or aware):
        raise ControlError(
            f"{file}: parameter ${name} is {type(value).__name__} {value!r}, which is no exact value",
            remedy="give an integer, text, a boolean, a list of integers or of texts, or an instant with its time zone",
        )


def exact(file: str, column: str, value: Any) -> Any:
    """Return a value of a result as exact JSON. Raises ``ControlError`` for one that has no such form."""
    if value is None or isinstance(value, (str, bool)):
        return value
    if isinstance(value, int):
        if abs(value) > MAX_INTEGER:
            raise ControlError(f"{file}: column {column!r} is {value}, too large for JSON", remedy="cast it to varchar")
        return value
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, list):
        return [exact(file, column, member) for member in value]
    if isinstance(value, dict):
        return {name: exact(file, f"{column}.{name}", member) for name, member in value.items()}
    raise ControlError(
        f"{file}: column {column!r} is {type(value).__name__} {value!r}, which is no exact value",
        remedy="return integers (epoch_us for instants), text, or DECIMAL",
    )

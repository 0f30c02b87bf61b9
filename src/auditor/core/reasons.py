"""The sentence a person reads for each code of the closed list of reasons (``auditor.core.reason_codes``).

Rules kept here: a policy gives a code, an observed value and a limit; the words are made here and nowhere else. A code
that is not listed is an error of the policy's author. Sentences may use ``{observed}``, ``{limit}`` and ``{resource}``.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from auditor.core.reason_codes import SENTENCES

SECOND_US, MINUTE_S = 1_000_000, 60
# Units of whole parts: how many make one that a person reads, and what to write after it.
SCALES = {"ppm": (10_000, " %"), "tenths": (10, "x")}


def sentence(reason: str, observed: Any, limit: Any, unit: str = "") -> str:
    """Return the sentence for ``reason``; values are shown with ``unit``. Raises ``KeyError`` for an unknown code."""
    return SENTENCES[reason].format(observed=quantity(observed, unit), limit=quantity(limit, unit))


def _duration(micros: int) -> str:
    """Return whole seconds, from a minute on, in hours, minutes and seconds without zeros; else in s or ms."""
    seconds, rest = divmod(micros, SECOND_US)
    if seconds >= MINUTE_S and not rest:
        parts = ((seconds // 3600, "h"), (seconds // 60 % 60, "min"), (seconds % 60, "s"))
        return " ".join(f"{number} {unit}" for number, unit in parts if number)
    return f"{micros / SECOND_US:.3f} s" if seconds >= 1 else f"{micros / 1000:g} ms"


def quantity(value: Any, unit: str = "") -> str:
    """Return ``value`` for a person: microseconds as s or ms, a name as it is, an object as pairs, null as unknown."""
    if value is None or (isinstance(value, str) and value[:1].isalpha()):
        return "unknown" if value is None else value
    if isinstance(value, dict):
        return ", ".join(f"{name} {quantity(one) if one != '' else '(empty)'}" for name, one in sorted(value.items()))
    if isinstance(value, list):
        return ", ".join(quantity(one, unit) for one in value)
    if unit == "us" and isinstance(value, int):
        return _duration(value)
    if unit in SCALES and isinstance(value, int):
        parts, suffix = SCALES[unit]
        return f"{Decimal(value) / parts:f}{suffix}"
    return f"{value} {unit}".rstrip()

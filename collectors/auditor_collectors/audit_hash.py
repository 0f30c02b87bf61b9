"""The hash that the audited application writes beside each event, reproduced to verify it. It protects little.

Rules kept here: the same text and the same digits as the application's JavaScript gives. The text is
``JSON.stringify(event, names)`` with ``eventHash`` empty, where ``names`` are the sorted names of the event's own
members: an array given to ``stringify`` limits the members *at every depth*, so that a nested member enters only when
the event has one of that name too. The hash is ``h * 31 + unit`` over UTF-16 units in 32 bits, its absolute value in
lower-case hex. Left to our own chain (``audit_chains``): all that this hash is blind to, and whoever can recompute it.
Source: ECMA-262, 25.5.2 (JSON.stringify: PropertyList, QuoteJSONString) and 6.1.6.1.20 (Number::toString).
"""

from __future__ import annotations

import re
from array import array
from decimal import Decimal
from json.encoder import encode_basestring
from math import isfinite
from operator import mul
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

OWN = "eventHash"
BASE, MODULUS, SIGN = 31, 1 << 32, 1 << 31
BLOCK = 1 << 12
LARGEST_EXACT = 2**53
SURROGATE = re.compile("[\ud800-\udfff]")
# Powers of the base, highest first, so that a text of n units takes the last n of them.
POWERS = array("Q", [pow(BASE, BLOCK - 1 - place, MODULUS) for place in range(BLOCK)])
SHIFT = pow(BASE, BLOCK, MODULUS)


def event_hash(event: dict[str, Any]) -> str:
    """Return the hash of ``event`` as the application would write it into ``eventHash``."""
    return rolling(hashed_text(event))


def hashed_text(event: dict[str, Any]) -> str:
    """Return the text over which the application computes the hash."""
    names = sorted(event.keys() | {OWN}, key=_utf16)
    return _stringify(event | {OWN: ""}, names)


def rolling(text: str) -> str:
    """Return the rolling hash of ``text``: as ``String.hashCode`` of Java, its absolute value in hex."""
    units = array("H")
    units.frombytes(text.encode("utf-16-le", "surrogatepass"))
    value = 0
    for start in range(0, len(units), BLOCK):
        block = units[start : start + BLOCK]
        powers = memoryview(POWERS)[BLOCK - len(block) :]
        shift = SHIFT if len(block) == BLOCK else pow(BASE, len(block), MODULUS)
        value = (value * shift + sum(map(mul, block, powers))) % MODULUS
    return f"{value if value < SIGN else MODULUS - value:x}"


def _utf16(name: str) -> bytes:
    """Return the key by which JavaScript sorts text: UTF-16 units, not code points."""
    return name.encode("utf-16-be", "surrogatepass")


def _stringify(value: Any, names: Sequence[str]) -> str:
    if isinstance(value, str):
        return SURROGATE.sub(lambda half: f"\\u{ord(half[0]):04x}", encode_basestring(value))
    if value is None or isinstance(value, bool):
        return "null" if value is None else "true" if value else "false"
    if isinstance(value, dict):
        return "{" + ",".join(f"{_stringify(n, ())}:{_stringify(value[n], names)}" for n in names if n in value) + "}"
    if isinstance(value, list):
        return "[" + ",".join(_stringify(one, names) for one in value) + "]"
    return number(value)


def number(value: int | Decimal) -> str:
    """Return a number as JavaScript writes it, which knows only doubles."""
    if isinstance(value, int) and abs(value) <= LARGEST_EXACT:
        return str(value)
    double = float(value) if abs(Decimal(value)) < Decimal("1e309") else float("inf")
    if not isfinite(double):
        return "null"
    if double == 0:
        return "0"
    shortest = Decimal(repr(double)).normalize()
    sign, digits, exponent = shortest.as_tuple()
    point = len(digits) + int(exponent)
    if -6 < point <= 21:  # noqa: PLR2004 - steps 6 to 8 of Number::toString
        return f"{shortest:f}"
    written = "".join(map(str, digits))
    fraction = f".{written[1:]}" if len(written) > 1 else ""
    return f"{'-' if sign else ''}{written[0]}{fraction}e{point - 1:+d}"

"""Canonical JSON out, strict JSON in, and digests.

Rules kept here: bytes that are signed or compared are RFC 8785 (JCS); JSON that comes from outside may not repeat a
member, hold a number or a character that has no canonical form (NaN, Infinity, 1e400, an integer over 2^53, half a
surrogate pair), nest without bound or be larger than was agreed, because each of these lets two readers see two
documents in the same bytes.
Sources: RFC 8785; RFC 8259, sections 4, 8.2 and 9; I-JSON, RFC 7493, sections 2.1 to 2.3.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from typing import Any, NoReturn

import rfc8785

MAX_DEPTH = 64
MAX_INTEGER = 2**53 - 1
WRITTEN_WITH_EXPONENT = 1e21  # RFC 8785, 3.2.2.3: a whole number below it is written as an integer
STRUCTURE = re.compile(rb'"(?:[^"\\]++|\\.)*+"?|[\[{]|[\]}]', re.DOTALL)  # the closing quote is optional: stays linear
SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")


class StrictJSONError(ValueError):
    """Bytes that are no strict JSON; the message says why."""


def canonical_json(value: Any) -> bytes:
    """Return ``value`` as RFC 8785 bytes. Raises ``ValueError`` for what has no canonical form (integers over 2^53)."""
    return rfc8785.dumps(value)


def sha256_hex(content: bytes) -> str:
    """Return the SHA-256 of ``content`` in lower-case hex."""
    return hashlib.sha256(content).hexdigest()


def strict_json(content: bytes, *, max_bytes: int, max_depth: int = MAX_DEPTH) -> Any:
    """Parse JSON from outside. Raises ``StrictJSONError``."""
    if len(content) > max_bytes:
        raise StrictJSONError(f"has {len(content)} bytes, at most {max_bytes} are read")
    _refuse_depth(content, max_depth)
    try:
        text = content.decode("utf-8")
        value = json.loads(
            text, object_pairs_hook=_object, parse_constant=_constant, parse_int=_safe_integer, parse_float=_finite
        )
        if SURROGATE.search(content):
            json.dumps(value, ensure_ascii=False).encode()
    except UnicodeDecodeError as error:
        raise StrictJSONError(f"is not UTF-8 at byte {error.start}") from error
    except UnicodeEncodeError as error:
        raise StrictJSONError("holds half a surrogate pair") from error
    except (json.JSONDecodeError, RecursionError) as error:
        raise StrictJSONError(f"is not JSON ({error})") from error
    except StrictJSONError:
        raise
    except ValueError as error:
        raise StrictJSONError(str(error)) from error
    return value


def _refuse_depth(content: bytes, max_depth: int) -> None:
    """Refuse nesting before the parser recurses into it; brackets inside strings do not count."""
    depth = 0
    for match in STRUCTURE.finditer(content):
        token = match[0][:1]
        if token in b"[{":
            depth += 1
            if depth > max_depth:
                raise StrictJSONError(f"nests deeper than {max_depth} levels")
        elif token in b"]}":
            depth -= 1


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for name, value in pairs:
        if name in result:
            raise StrictJSONError(f"repeats the member {name!r}")
        result[name] = value
    return result


def _constant(name: str) -> NoReturn:
    raise StrictJSONError(f"holds {name}")


def _safe_integer(literal: str) -> int:
    value = int(literal)
    if abs(value) > MAX_INTEGER:
        raise StrictJSONError(f"holds the integer {literal[:32]}, which not every reader can")
    return value


def _finite(literal: str) -> float:
    value = float(literal)
    if not math.isfinite(value):
        raise StrictJSONError(f"holds {literal[:32]}, which no double can")
    if value.is_integer() and MAX_INTEGER < abs(value) < WRITTEN_WITH_EXPONENT:
        raise StrictJSONError(f"holds {literal[:32]}, which is written as an integer over 2^53")
    return value

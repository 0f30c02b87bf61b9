"""Canonical JSON out, strict JSON in, and digests.

Rules kept here: bytes that are signed or compared are RFC 8785 (JCS); JSON that comes from outside may not repeat a
member, hold NaN or Infinity, nest without bound or be larger than was agreed, because each of these lets two readers
see two documents in the same bytes.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any, NoReturn

import rfc8785

MAX_DEPTH = 64
QUOTE, BACKSLASH = b'"\\'  # as integers


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
        return json.loads(content.decode("utf-8"), object_pairs_hook=_object, parse_constant=_constant)
    except UnicodeDecodeError as error:
        raise StrictJSONError(f"is not UTF-8 at byte {error.start}") from error
    except (json.JSONDecodeError, RecursionError) as error:
        raise StrictJSONError(f"is not JSON ({error})") from error
    except ValueError as error:
        raise StrictJSONError(str(error)) from error


def _refuse_depth(content: bytes, max_depth: int) -> None:
    """Refuse nesting before the parser recurses into it; brackets inside strings do not count."""
    depth, in_string, escaped = 0, False, False
    for byte in content:
        if in_string:
            if escaped:
                escaped = False
            elif byte == BACKSLASH:
                escaped = True
            elif byte == QUOTE:
                in_string = False
        elif byte == QUOTE:
            in_string = True
        elif byte in b"[{":
            depth += 1
            if depth > max_depth:
                raise StrictJSONError(f"nests deeper than {max_depth} levels")
        elif byte in b"]}":
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

"""A response of boto3 as the page that is recorded and read: JSON, without what nobody may keep.

Rules kept here: the metadata of the response (its headers), credentials and passwords never stay, at any depth, and
neither do the members that the operation hides; an instant is RFC 3339 text in UTC; bytes are base64 text, but a body
that is JSON stays the text that it is (base64 begins with neither ``{`` nor ``[``).
"""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

NEVER = frozenset(
    {
        "ResponseMetadata",
        "Credentials",
        "SecretAccessKey",
        "SessionToken",
        "SecretString",
        "SecretBinary",
        "AuthorizationToken",
        "MasterUserPassword",
        "ExternalId",
    }
)


def page(response: Mapping[str, Any], hidden: Collection[str], read: Callable[[bytes], bytes]) -> dict[str, Any]:
    """Return ``response`` as a page; ``read`` takes a body that was still to be read and gives what is kept of it."""
    return {
        key: _value(one, NEVER | set(hidden), read) for key, one in response.items() if key not in NEVER | {*hidden}
    }


def request(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters of a call as JSON, without secrets."""
    return page(parameters, (), lambda body: body)


def encoded(document: Mapping[str, Any]) -> bytes:
    """Return the bytes of a page: the same document, the same bytes."""
    text = json.dumps(document, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.encode() + b"\n"


def digest(content: bytes) -> str:
    """Return the SHA-256 of ``content``, in hex."""
    return hashlib.sha256(content).hexdigest()


def _value(value: Any, left_out: Collection[str], read: Callable[[bytes], bytes]) -> Any:
    if isinstance(value, dict):
        return {str(key): _value(one, left_out, read) for key, one in value.items() if key not in left_out}
    if isinstance(value, list | tuple | set):
        return [_value(one, left_out, read) for one in value]
    if hasattr(value, "read"):
        return _blob(read(value.read()))
    return _scalar(value)


def _scalar(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return _blob(bytes(value)) if isinstance(value, bytes | bytearray) else value


def _blob(content: bytes) -> str:
    if content[:1] in {b"{", b"["}:
        try:
            text = content.decode()
            json.loads(text)
        except ValueError:
            pass
        else:
            return text
    return base64.b64encode(content).decode()

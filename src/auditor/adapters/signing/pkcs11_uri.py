"""Reads the RFC 7512 URI of a key: which module, which token, which key.

Rules kept here: no secret is in a URI (``pin-value`` is refused, and never repeated in a message); an attribute that
would not be heeded is refused, so that no URI names less than it says.
Source: RFC 7512, sections 2.3 and 2.4.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, unquote_to_bytes

from auditor.errors import UsageError

SCHEME = "pkcs11:"
TOKEN_ATTRIBUTES = ("token", "manufacturer", "serial", "model")
ATTRIBUTES = (*TOKEN_ATTRIBUTES, "object", "id", "type", "module-path")
EXAMPLE = "pkcs11:token=signing;object=run-key?module-path=/usr/lib/softhsm/libsofthsm2.so"


@dataclass(frozen=True, slots=True)
class TokenKey:
    """One key on a token, by the names that were given."""

    module: str
    token: str | None = None
    manufacturer: str | None = None
    serial: str | None = None
    model: str | None = None
    object: str | None = None
    id: bytes | None = None

    def __str__(self) -> str:
        """Return the URI that names the key, without its module."""
        named = [f"{name}={quote(value, safe='')}" for name, value in self.token_attributes().items()]
        named += [f"object={quote(self.object, safe='')}"] if self.object is not None else []
        named += [f"id={quote(self.id, safe='')}"] if self.id is not None else []
        return SCHEME + ";".join(named)

    def token_attributes(self) -> dict[str, str]:
        """Return the given attributes of the token."""
        given = {name: getattr(self, name) for name in TOKEN_ATTRIBUTES}
        return {name: value for name, value in given.items() if value is not None}


def parse_uri(uri: str) -> TokenKey:
    """Return what an RFC 7512 URI names.

    Raises:
        UsageError: it is none, holds a PIN, has an attribute twice or one that is not heeded, or names no key.
    """
    path, _, query = uri.removeprefix(SCHEME).partition("?")
    given: dict[str, bytes] = {}
    for part in (*filter(None, path.split(";")), *filter(None, query.split("&"))):
        name, equals, value = part.partition("=")
        _refuse(name, equals, given)
        if re.search(r"%(?![0-9A-Fa-f]{2})", value):
            raise _wrong(f"{name} has a '%' that is followed by no two hexadecimal digits")
        given[name] = unquote_to_bytes(value)
    if given.pop("type", b"private") != b"private":
        raise _wrong("type is not private; a key that signs is")
    key_id = given.pop("id", None)
    try:
        text = {name: value.decode() for name, value in given.items()}
    except UnicodeDecodeError:
        raise _wrong("an attribute is not UTF-8") from None
    module = text.pop("module-path", "")
    if not Path(module).is_absolute():
        raise _wrong("module-path is missing, or no absolute path of the token's PKCS#11 module")
    if key_id is None and "object" not in text:
        raise _wrong("it names no key, by object or id")
    return TokenKey(module, id=key_id, **text)


def _refuse(name: str, equals: str, given: dict[str, bytes]) -> None:
    if name in {"pin-value", "pin-source"}:
        raise UsageError(
            f"a pkcs11: URI with {name}; others can read an argument",
            remedy="leave it out: you are asked on a terminal; else use --passphrase-fd or AUDITOR_PASSPHRASE_FILE",
        )
    if name not in ATTRIBUTES or not equals:
        raise _wrong(f"attribute {name!r}; expected {', '.join(ATTRIBUTES)}")
    if name in given:
        raise _wrong(f"{name} is given twice")


def _wrong(why: str) -> UsageError:
    return UsageError(f"the pkcs11: URI is not one that names a key: {why}", remedy=f"as in '{EXAMPLE}'")

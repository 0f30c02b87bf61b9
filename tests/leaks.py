"""Looks for identifiers in every byte of a folder, in every form in which one could have been put there."""

from __future__ import annotations

import base64
import binascii
import gzip
import hashlib
import re
import urllib.parse
from typing import TYPE_CHECKING

import pyarrow.parquet as pq

from auditor.tables import identifier_halves

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HASHES = ("md5", "sha1", "sha256", "sha512", "blake2b")
SHORTEST = 16  # hexadecimal digits of a hash that was cut off
PACKED = re.compile(rb"[A-Za-z0-9+/_-]{24,}={0,2}")
HEX = re.compile(rb"(?:[0-9a-fA-F]{2}){12,}")


def forms(identifier: str) -> dict[str, bytes]:
    """Return what to look for, by the name of its form."""
    written = {
        "plain": identifier,
        "lower": identifier.lower(),
        "upper": identifier.upper(),
        "reversed": identifier[::-1],
        "compact": re.sub(r"[ \-]", "", identifier),
        "url": urllib.parse.quote(identifier),
        "form": urllib.parse.quote_plus(identifier),
        "escaped": identifier.encode("ascii", "backslashreplace").decode(),
    }
    found = {name: one.encode() for name, one in written.items()}
    for name in ("plain", "lower", "upper", "compact"):
        text = written[name]
        found[f"{name} in UTF-16"] = text.encode("utf-16-le")
        found[f"{name} in UTF-16, big end first"] = text.encode("utf-16-be")
        for shift in range(3):  # base64 depends on where in three bytes it begins; its edges on what stands beside
            packed = base64.b64encode(b"\0" * shift + text.encode())
            found[f"{name} in base64, {shift} bytes in"] = packed[(shift * 8 + 5) // 6 : -4]
        found[f"{name} in hexadecimal"] = text.encode().hex().encode()
        for hash_name in HASHES:
            digest = hashlib.new(hash_name, text.encode()).digest()
            found[f"{hash_name} of {name}"] = digest.hex()[:SHORTEST].encode()
            found[f"{hash_name} of {name}, in capitals"] = digest.hex()[:SHORTEST].upper().encode()
            found[f"{hash_name} of {name} in bytes"] = digest[: SHORTEST // 2]
            found[f"{hash_name} of {name} in base64"] = base64.b64encode(digest)[:SHORTEST]
        for half in identifier_halves(text):
            found[f"half {half} of the digest of {name}"] = str(half).encode()
    return found


def leaks(folder: Path, identifiers: list[str]) -> list[str]:
    """Return ``file: form of identifier`` for everything that is found in the files below ``folder``."""
    wanted = [(identifier, name, one) for identifier in identifiers for name, one in forms(identifier).items()]
    found = []
    for path in sorted(one for one in folder.rglob("*") if one.is_file()):
        content = b"\n\n".join(_contents(path))
        found += [
            f"{path.relative_to(folder)}: {name} of {identifier}" for identifier, name, one in wanted if one in content
        ]
        found += [
            f"the name {path.name}: {name}" for _, name, one in wanted if one in str(path.relative_to(folder)).encode()
        ]
    return found


def _contents(path: Path) -> Iterator[bytes]:
    """Yield the bytes of a file, and what they stand for: unpacked, decoded, unescaped."""
    content = path.read_bytes()
    yield content
    if content[:2] == b"\x1f\x8b":
        content = gzip.decompress(content)
        yield content
    if path.suffix == ".parquet":
        table = pq.read_table(path, partitioning=None)
        content = b"\n".join(str(value).encode() for column in table.columns for value in column.unique().to_pylist())
        content += b"\n" + str(table.schema.metadata).encode() + str(table.schema).encode()
        yield content
    if b"\\u" in content:
        yield re.sub(rb"\\u([0-9a-fA-F]{4})", lambda one: chr(int(one[1], 16)).encode("utf-8", "replace"), content)
    yield content.lower()
    for run in set(PACKED.findall(content)):
        for alphabet in (None, b"-_"):
            try:
                yield base64.b64decode(run + b"=" * (-len(run) % 4), altchars=alphabet, validate=True)
            except binascii.Error:
                continue
    yield from (bytes.fromhex(run.decode()) for run in set(HEX.findall(content)))

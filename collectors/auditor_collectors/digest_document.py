"""One digest file of CloudTrail: where it says it lies, what it lists, and what it says of the one before.

Rules kept here: it is one gzip stream with nothing behind it, whose content is one JSON object without a member twice;
what AWS documents as a member is there and of its type, or the file is unreadable; nothing of it is believed here (see
``digest_signature``). Structure: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-validation-digest-file-structure.html
"""

from __future__ import annotations

import hashlib
import re
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from auditor.errors import CollectionError
from auditor_collectors.jsonlines import json_object, member
from auditor_collectors.page_members import listed
from auditor_collectors.values import instant, optional

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_CONTENT = 64 << 20
SHA256 = re.compile("[0-9a-f]{64}")
HEX = re.compile("(?:[0-9a-f]{2})+")
NAME = re.compile(
    r"(?:.*/)?AWSLogs/(?:o-[a-z0-9]+/)?(?P<account>[0-9]{12})/CloudTrail-Digest/(?P<region>[a-z0-9-]+)/"
    r"[0-9]{4}/[0-9]{2}/[0-9]{2}/(?P=account)_CloudTrail-Digest_(?P=region)_(?P<trail>[A-Za-z0-9._-]+)_"
    r"(?P<home>[a-z0-9-]+)_(?P<end>[0-9]{8}T[0-9]{6})Z(?P<backfill>_backfill)?\.json\.gz"
)


class Unreadable(ValueError):  # noqa: N818 - what the file is
    """The file is no digest."""


@dataclass(frozen=True, slots=True, order=True)
class ChainName:
    """Whose digests hang together: one trail's, about one region of one account."""

    account: str
    region: str
    trail: str
    home_region: str


@dataclass(frozen=True, slots=True)
class DigestObject:
    """A digest file as it is stored; ``metadata`` is its object's user metadata, None where nobody kept it.

    ``content`` is None where it is there and could not be read.
    """

    bucket: str
    key: str
    content: bytes | None
    metadata: Mapping[str, str] | None


@dataclass(frozen=True, slots=True)
class Listed:
    """A log file that a digest lists; ``sha256`` is of its uncompressed content."""

    bucket: str
    key: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Previous:
    """What a digest says of the one before it."""

    bucket: str
    key: str
    sha256: str
    signature: str


@dataclass(frozen=True, slots=True)
class Digest:
    """What a digest file says; ``sha256`` is of its own uncompressed bytes, ``end_text`` its end exactly as written."""

    sha256: str
    account: str
    bucket: str
    key: str
    fingerprint: str
    algorithm: str
    start: datetime
    end: datetime
    end_text: str
    previous: Previous | None
    logs: tuple[Listed, ...]


def named(key: str) -> tuple[ChainName, bool] | None:
    """Return the chain that the object key ``key`` of a digest names, and whether it was made later (a backfill)."""
    match = NAME.fullmatch(key)
    if not match:
        return None
    name = ChainName(match["account"], match["region"], match["trail"], match["home"])
    return name, match["backfill"] is not None


def ended(key: str) -> datetime | None:
    """Return the moment at which the digest of object key ``key`` ends, by its name; None where it names none."""
    match = NAME.fullmatch(key)
    try:
        return datetime.strptime(match["end"], "%Y%m%dT%H%M%S").replace(tzinfo=UTC) if match else None
    except ValueError:
        return None


def read(stored: bytes) -> Digest:
    """Return what the stored bytes of a digest file say. Raises ``Unreadable``."""
    content = _inflated(stored)
    try:
        return _digest(json_object("digest", content), hashlib.sha256(content).hexdigest())
    except CollectionError as error:
        raise Unreadable(str(error)) from error


def _inflated(stored: bytes) -> bytes:
    stream = zlib.decompressobj(wbits=31)
    try:
        content = stream.decompress(stored, MAX_CONTENT)
    except zlib.error as error:
        raise Unreadable("no gzip stream") from error
    if not stream.eof or stream.unused_data:
        raise Unreadable("not one whole gzip stream")
    return content


def _digest(document: dict[str, Any], sha256: str) -> Digest:
    def of(name: str, where: dict[str, Any] = document) -> str:
        return member("digest", where, name, _text)

    start, end = (member("digest", document, name, instant) for name in ("digestStartTime", "digestEndTime"))
    if start > end:
        raise Unreadable("it ends before it starts")
    return Digest(
        sha256,
        of("awsAccountId"),
        of("digestS3Bucket"),
        of("digestS3Object"),
        of("digestPublicKeyFingerprint"),
        of("digestSignatureAlgorithm"),
        start,
        end,
        of("digestEndTime"),
        _previous(document),
        tuple(_log(one) for one in member("digest", document, "logFiles", listed)),
    )


def _previous(document: dict[str, Any]) -> Previous | None:
    names = {
        "previousDigestS3Bucket": _text,
        "previousDigestS3Object": _text,
        "previousDigestHashValue": _sha256,
        "previousDigestSignature": _signature,
    }
    found = [member("digest", document, name, optional(read)) for name, read in names.items()]
    told = [one for one in found if one is not None]
    if not told:
        return None
    if len(told) < len(found) or document.get("previousDigestHashAlgorithm") != "SHA-256":
        raise Unreadable("the digest before it is named in part, or hashed otherwise than by SHA-256")
    return Previous(*told)


def _log(one: Any) -> Listed:
    if not isinstance(one, dict) or one.get("hashAlgorithm") != "SHA-256":
        raise Unreadable("a log file is listed otherwise than by SHA-256")
    return Listed(
        member("digest", one, "s3Bucket", _text),
        member("digest", one, "s3Object", _text),
        member("digest", one, "hashValue", _sha256),
    )


def _text(value: Any) -> str:
    if isinstance(value, str) and value:
        return value
    raise ValueError("text")


def _sha256(value: Any) -> str:
    if isinstance(value, str) and SHA256.fullmatch(value):
        return value
    raise ValueError("a SHA-256 in lower-case hex")


def _signature(value: Any) -> str:
    if isinstance(value, str) and HEX.fullmatch(value):
        return value
    raise ValueError("a signature in lower-case hex")

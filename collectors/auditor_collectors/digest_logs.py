"""Whether a log file that CloudTrail delivered is the one that a digest lists: bytes in, facts out.

Rules kept here: it is one gzip stream with nothing behind it, not even another member; the hash is over what it holds;
both digests and the size are taken while the bytes go by, so a log is read once and never held.
"""

from __future__ import annotations

import hashlib
import re
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

BLOCK = 1 << 20
NAME = re.compile(
    r"(?:.*/)?AWSLogs/(?:o-[a-z0-9]+/)?(?P<account>[0-9]{12})/CloudTrail/(?P<region>[a-z0-9-]+)/"
    r"[0-9]{4}/[0-9]{2}/[0-9]{2}/(?P=account)_CloudTrail_(?P=region)_(?P<stamp>[0-9]{8}T[0-9]{4})Z_[A-Za-z0-9]+\.json\.gz"
)


@dataclass(frozen=True, slots=True)
class LogName:
    """What the object key of a log file says: whose it is, and when it was delivered."""

    account: str
    region: str
    delivered: datetime


@dataclass(frozen=True, slots=True)
class LogFacts:
    """What a stored log file is: ``stored`` and ``content`` are SHA-256 in hex, ``size`` is of its content in bytes.

    ``whole`` says that it is one gzip stream and nothing else.
    """

    stored: str
    content: str
    size: int
    whole: bool


def named(key: str) -> LogName | None:
    """Return what the object key of a log says; None when CloudTrail would not call a log so."""
    match = NAME.fullmatch(key)
    if not match:
        return None
    try:
        delivered = datetime.strptime(match["stamp"], "%Y%m%dT%H%M").replace(tzinfo=UTC)
    except ValueError:
        return None
    return LogName(match["account"], match["region"], delivered)


def facts(blocks: Iterable[bytes]) -> LogFacts:
    """Return what the stored bytes ``blocks`` are, in flat memory."""
    stored, content, size, whole = hashlib.sha256(), hashlib.sha256(), 0, True
    stream = zlib.decompressobj(wbits=31)
    for block in blocks:
        stored.update(block)
        data = block if whole else b""
        try:
            while data and not stream.eof:
                inflated = stream.decompress(data, BLOCK)
                content.update(inflated)
                size += len(inflated)
                data = stream.unconsumed_tail
        except zlib.error:
            whole = False
        whole = whole and not data and not stream.unused_data
    return LogFacts(stored.hexdigest(), content.hexdigest(), size, whole and stream.eof)

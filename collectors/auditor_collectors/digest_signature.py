"""Whether CloudTrail signed a digest: RSASSA-PKCS1-v1_5 with SHA-256, by a key of the digest's own region, in its time.

Rules kept here: the hash is SHA-256 and not what the signature itself claims (a SHA-1 signature is none); what is
signed is made of the file's own uncompressed bytes and of where it really lies; a key is found by its fingerprint among
those that CloudTrail stated for the region, and its validity holds the digest's end (or up to ``LATE`` after it, when
it is delivered), for a backfill digest the moment of which its metadata speaks, an hour more or less; the key is DER,
PKCS#1 or SPKI, and RSA of at least 2048 bits. String to sign and algorithm:
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-custom-validation.html
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from auditor.errors import CollectionError
from auditor_collectors.answers import TOKENS
from auditor_collectors.digest_document import HEX
from auditor_collectors.jsonlines import AGAIN, member
from auditor_collectors.page_members import entries, moment, name
from auditor_collectors.values import instant

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from auditor_collectors.answers import Page
    from auditor_collectors.digest_document import Digest

ALGORITHM = "SHA256withRSA"
SIGNATURE, SIGNED_BY, GENERATED = "signature", "signature-algorithm", "backfill-generation-timestamp"
LATE = timedelta(hours=2)
BACKFILL = timedelta(hours=1)
LEAST_BITS = 2048


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A public key of CloudTrail in one region, ``value`` as DER."""

    fingerprint: str
    start: datetime
    end: datetime
    value: bytes

    def sha256(self) -> str:
        """Return the SHA-256 of the key as it was stated, in hex."""
        return hashlib.sha256(self.value).hexdigest()


def read_keys(*answers: Sequence[Page]) -> list[PublicKey]:
    """Return the keys of whole answers of ListPublicKeys of one region, ``Value`` in base64.

    Raises ``CollectionError`` for an answer that is cut, a key that is none, and two keys of one fingerprint.
    """
    found: dict[str, PublicKey] = {}
    for pages in answers:
        if any(pages[-1].document.get(token) for token in TOKENS):
            raise CollectionError(f"{pages[-1].where}: found a cut answer, expected a whole one", remedy=AGAIN)
        for where, one in entries(pages, "PublicKeyList"):
            start, end = (member(where, one, f"Validity{edge}Time", moment) for edge in ("Start", "End"))
            key = PublicKey(member(where, one, "Fingerprint", name), start, end, member(where, one, "Value", _rsa))
            if found.setdefault(key.fingerprint, key) != key:
                raise CollectionError(
                    f"{where}: fingerprint {key.fingerprint!r} is there with another key, expected one", remedy=AGAIN
                )
    return list(found.values())


def problem(
    digest: Digest,
    backfill: bool,  # noqa: FBT001 - which of the two kinds of digest it is
    metadata: Mapping[str, str] | None,
    told: str | None,
    keys: Sequence[PublicKey],
) -> str | None:
    """Return why it is not shown that CloudTrail signed ``digest``, as a reason of ``trail_digests``; None when it is.

    ``told`` is the signature that its successor states, which stands in where nobody kept the object's metadata.
    """
    signature = told if metadata is None else metadata.get(SIGNATURE)
    reason = _unsigned(digest, backfill, metadata, signature)
    if reason is not None or signature is None:
        return reason
    period = _signed_in(digest, backfill, metadata)
    if period is None:
        return "undated"
    key = _key(digest, period, keys)
    if isinstance(key, str):
        return key
    return None if _verifies(digest, signature, key) else "signature"


def _unsigned(
    digest: Digest,
    backfill: bool,  # noqa: FBT001 - as above
    metadata: Mapping[str, str] | None,
    signature: str | None,
) -> str | None:
    """Return why there is no signature to verify."""
    if metadata is None and (signature is None or backfill):  # when a backfill was signed, only its metadata say
        return "no_signature"
    if metadata is not None and (signature is None or SIGNED_BY not in metadata):
        return "unsigned"
    if digest.algorithm != ALGORITHM or (metadata or {}).get(SIGNED_BY, ALGORITHM) != ALGORITHM:
        return "algorithm"
    return None


def _key(digest: Digest, period: tuple[datetime, datetime], keys: Sequence[PublicKey]) -> PublicKey | str:
    """Return the key of the digest's fingerprint, or why there is none for its time."""
    known = [key for key in keys if key.fingerprint == digest.fingerprint]
    in_time = [key for key in keys if key.start <= period[1] and period[0] <= key.end]
    if known:
        return known[0] if known[0] in in_time else "key_expired"
    return "key_unknown" if in_time else "no_keys"


def _signed_in(
    digest: Digest,
    backfill: bool,  # noqa: FBT001 - as above
    metadata: Mapping[str, str] | None,
) -> tuple[datetime, datetime] | None:
    """Return the first and the last moment at which it may have been signed; None for a backfill of no known date."""
    if not backfill:
        return digest.end, digest.end + LATE
    try:
        generated = instant((metadata or {}).get(GENERATED))
    except ValueError:
        return None
    return generated - BACKFILL, generated + BACKFILL


def _verifies(digest: Digest, signature: str, key: PublicKey) -> bool:
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 - heavy
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15  # noqa: PLC0415 - heavy
    from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415 - heavy

    if not HEX.fullmatch(signature):
        return False
    before = digest.previous.signature if digest.previous else "null"
    signed = f"{digest.end_text}\n{digest.bucket}/{digest.key}\n{digest.sha256}\n{before}".encode()
    try:
        _loaded(key.value).verify(bytes.fromhex(signature), signed, PKCS1v15(), SHA256())
    except InvalidSignature:
        return False
    return True


def _loaded(value: bytes) -> Any:
    from cryptography.hazmat.primitives.serialization import load_der_public_key  # noqa: PLC0415 - heavy

    return load_der_public_key(value)


def _rsa(value: Any) -> bytes:
    """Return the DER of an RSA key given in base64."""
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415 - heavy
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey  # noqa: PLC0415 - heavy

    expected = f"an RSA public key of at least {LEAST_BITS} bits, DER (PKCS#1 or SPKI) in base64"
    try:
        der = base64.b64decode(value if isinstance(value, str) else "", validate=True)
        key = _loaded(der)
    except (binascii.Error, ValueError, UnsupportedAlgorithm) as error:
        raise ValueError(expected) from error
    if not isinstance(key, RSAPublicKey) or key.key_size < LEAST_BITS:
        raise ValueError(expected)
    return der

"""The keys and certificates inside a trust policy: each is what the policy says it is.

Rules kept here: a key id is the SHA-256 of its key's SPKI and the scheme is that of the key; a PEM is the one canonical
text of its key, so that equal keys are equal texts; a ledger and its witnesses sign with Ed25519 (C2SP signed-note) and
with keys that sign nothing else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.adapters.signing.keys import load_public_key
from auditor.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from auditor.adapters.signing.sslib import Key, SSlibKey
    from auditor.core.trust import TrustPolicy

SCHEME_NAMES = {"ed25519": "ed25519", "ecdsa-sha2-nistp256": "ecdsa-p256"}


def scheme_of(key: Key) -> str:
    """Return the name that a trust policy has for the key's scheme."""
    return SCHEME_NAMES[key.scheme]


def canonical_pem(pem: bytes, where: str) -> str:
    """Return the one PEM of a public key (RFC 7468, as OpenSSL writes it). Raises ``UsageError``."""
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415 - heavy

    load_public_key(pem, where)
    return (
        serialization.load_pem_public_key(pem)
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        .decode()
    )


def authority_members(content: bytes, where: str) -> tuple[list[str], datetime, datetime]:
    """Return the certificates of a PEM file, each as a PEM, and the period of the root among them.

    Raises ``UsageError`` when there is none, or no root.
    """
    from cryptography import x509  # noqa: PLC0415 - heavy
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415 - heavy

    try:
        read = x509.load_pem_x509_certificates(content)
        roots = [one for one in read if one.issuer == one.subject]
    except (ValueError, x509.InvalidVersion) as error:
        raise UsageError(f"{where}: no PEM certificates ({error})", remedy="give the authority's chain") from error
    if not roots:
        raise UsageError(f"{where}: no root (issued by itself) among its certificates", remedy="give the whole chain")
    pems = [one.public_bytes(serialization.Encoding.PEM).decode() for one in read]
    return pems, roots[0].not_valid_before_utc, roots[0].not_valid_after_utc


def key_problems(policy: TrustPolicy) -> Iterator[str]:
    """Yield every key that is not what the policy says."""
    signing: dict[str, str] = {}
    for key in policy.keys:
        where = f"key {key.keyId[:16]}"
        read, problems = _read(key.pem, where)
        yield from problems
        if read is None:
            continue
        signing[key.pem] = where
        if read.keyid != key.keyId:
            yield f"{where}: its PEM is of key {read.keyid[:16]}"
        if scheme_of(read) != key.scheme:
            yield f"{where}: its PEM is {scheme_of(read)}, the policy says {key.scheme}"
    for environment in policy.environments:
        notes = [(f"witness {one.name!r}", one.pem) for one in environment.witnesses]
        if environment.ledger is not None:
            notes.append(("ledger", environment.ledger.pem))
        for what, pem in notes:
            yield from _note_key(f"environment {environment.name!r}: {what}", pem, signing)


def certificate_problems(policy: TrustPolicy) -> Iterator[str]:
    """Yield every certificate of a time-stamp authority that is none, and every authority without a root."""
    from cryptography import x509  # noqa: PLC0415 - heavy

    for authority in policy.timestampAuthorities:
        where = f"time-stamp authority {authority.name!r}"
        roots = 0
        for number, pem in enumerate(authority.certificates, start=1):
            try:
                read = x509.load_pem_x509_certificates(pem.encode())
                roots += sum(one.issuer == one.subject for one in read)
            except (ValueError, x509.InvalidVersion) as error:
                yield f"{where}: certificate {number} is none ({error})"
                continue
            if len(read) != 1:
                yield f"{where}: certificate {number} is {len(read)} certificates; each is an entry of its own"
        if not roots:
            yield f"{where}: none of its certificates is a root (issued by itself)"


def _note_key(where: str, pem: str, signing: dict[str, str]) -> Iterator[str]:
    read, problems = _read(pem, where)
    yield from problems
    if read is not None and scheme_of(read) != "ed25519":
        yield f"{where}: its key is {scheme_of(read)}, expected ed25519"
    if pem in signing:
        yield f"{where}: its key is also {signing[pem]}, which signs statements"


def _read(pem: str, where: str) -> tuple[SSlibKey | None, list[str]]:
    """Return the key, or none, and the problems of its PEM."""
    try:
        key = load_public_key(pem.encode(), where)
        canonical = canonical_pem(pem.encode(), where)
    except UsageError as error:
        return None, [error.message]
    return key, [] if canonical == pem else [f"{where}: its PEM is not written as OpenSSL writes it"]

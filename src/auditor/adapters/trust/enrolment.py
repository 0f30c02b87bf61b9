"""A request to enrol a key, signed with that very key: whoever made it holds the private half.

Rules kept here: the key in the request is the one that signed it; it names the policy that it is for and the challenge
that an owner gave, so an old request, or one for another policy, enrols nothing. Who the person is, an owner finds out
by other means: no signature can show that.
Source of the idea: proof of possession, RFC 4211, section 4; RFC 2986 (PKCS#10).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from auditor.adapters.signing.envelope import open_envelope, sign, signer_of, unverified_payload
from auditor.adapters.signing.keys import load_public_key
from auditor.adapters.trust.material import canonical_pem
from auditor.core.canonical import StrictJSONError, strict_json
from auditor.core.statement import read_statement
from auditor.core.trust import ENROLMENT_PREDICATE, EnrolmentPredicate, enrolment_statement, trust_subject, written
from auditor.core.trust_revision import formed
from auditor.errors import UsageError, VerificationError

if TYPE_CHECKING:
    from datetime import datetime

    from auditor.adapters.signing.sslib import Key, Signer

MAX_BYTES = 1 << 20


def public_pem(key: Key) -> str:
    """Return the canonical PEM of a signer's public key."""
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415 - heavy
    from cryptography.hazmat.primitives.asymmetric import ed25519  # noqa: PLC0415 - heavy

    public = str(key.keyval["public"])
    if key.keytype == "ed25519":  # which securesystemslib keeps as the hex of RFC 8032's 32 bytes
        read = ed25519.Ed25519PublicKey.from_public_bytes(bytes.fromhex(public))
        public = read.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()
    return canonical_pem(public.encode(), f"key {key.keyid[:16]}")


def request_enrolment(signer: Signer, trust: str, person: str | None, challenge: str, at: datetime) -> bytes:
    """Return a request, signed by ``signer``, that its key be enrolled for ``person`` (None: a machine).

    Raises ``UsageError`` when a name or the challenge cannot be in a request.
    """
    key = signer.public_key
    predicate = formed(
        EnrolmentPredicate,
        "the request",
        schemaVersion=1,
        trust=trust,
        person=person,
        keyId=key.keyid,
        pem=public_pem(key),
        challenge=challenge,
        timeSigned=written(at),
    )
    return sign(enrolment_statement(predicate), signer)


def enrolled_key(content: bytes, trust: str, challenge: str, where: str) -> tuple[str | None, Key]:
    """Return whose key (None: a machine's), and the key, of a request for ``trust`` that answers ``challenge``.

    Raises ``VerificationError``; ``enrolment-mismatch`` where it is for another policy, challenge or key.
    """
    signer = signer_of(content, where)
    predicate, key = _opened(content, signer, where)
    expected = {"trust policy": (predicate.trust, trust), "challenge": (predicate.challenge, challenge)}
    expected["key"] = (predicate.keyId, signer)
    for what, (found, wanted) in expected.items():
        if found != wanted:
            raise VerificationError(
                "enrolment-mismatch",
                f"{where}: is for {what} {found!r}, expected {wanted!r}",
                remedy="have the request made again, for this policy and with a new challenge",
            )
    return predicate.person, key


def _opened(content: bytes, signer: str, where: str) -> tuple[EnrolmentPredicate, Key]:
    """Return the predicate, and the key in it, with which the request verifies."""
    claimed = _predicate(unverified_payload(content, where)[0], where)
    try:
        key = load_public_key(claimed.pem.encode(), where)
    except UsageError as error:
        raise VerificationError("enrolment-mismatch", f"{where}: {error.message}") from error
    if key.keyid != signer:
        raise VerificationError(
            "enrolment-mismatch", f"{where}: holds key {key.keyid[:16]}, and was signed by {signer[:16]}"
        )
    return _predicate(open_envelope(content, key, where).payload, where), key


def _predicate(payload: bytes, where: str) -> EnrolmentPredicate:
    try:
        document = strict_json(payload, max_bytes=MAX_BYTES)
    except StrictJSONError as error:
        raise VerificationError("statement-malformed", f"{where}: the statement {error}") from error
    statement = read_statement(document, {ENROLMENT_PREDICATE: EnrolmentPredicate})
    predicate = cast("EnrolmentPredicate", statement.predicate)
    if statement.subjects != [trust_subject(predicate, predicate.keyId)]:
        raise VerificationError("subject-mismatch", f"{where}: its subject is not its own predicate")
    return predicate

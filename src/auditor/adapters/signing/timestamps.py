"""Trusted time: judges an RFC 3161 token over a signature under time-stamp authorities that were pinned outside.

Rules kept here: a root comes from outside and is pinned, never from the token; the chain is judged at the token's own
time, never at today's, so that a token outlives the certificate of its TSA. Revocation of a TSA is the pinning's
business (``not_after``), for a token carries no proof of it. What a token must be, ``tokens`` says.
Sources: RFC 3161, section 2.3; `openssl ts -verify -attime`, https://docs.openssl.org/3.0/man1/openssl-ts/
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from auditor.adapters.signing.tokens import invalid, parsed_or_refused, read_token
from auditor.errors import VerificationError
from auditor.model import isoformat

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from cryptography.x509 import Certificate

    from auditor.adapters.signing.tokens import Token

Timestamper = Callable[[bytes], bytes]
"""Gives the DER of a TimeStampResp over a signature; raises ``EngineError`` when it cannot."""


@dataclass(frozen=True, slots=True)
class Authority:
    """A time-stamp authority that someone outside decided to trust.

    ``certificates`` are PEM: at least one self-signed root, and the intermediates that its tokens leave out. Tokens
    count from ``not_before`` until before ``not_after``, where they are given.
    """

    name: str
    certificates: tuple[str, ...]
    not_before: datetime | None = None
    not_after: datetime | None = None
    development: bool = False


@dataclass(frozen=True, slots=True)
class TrustedTime:
    """When a signature existed at the latest (UTC, fractions of a second dropped), and the pinned authority behind it.

    How exact it is, is the authority's own word (its policy, or the token's ``accuracy``), and not judged here.
    """

    time: datetime
    authority: Authority


def token_time(response: bytes | None, signature: bytes, roots: Sequence[Authority], where: str) -> datetime:
    """Return the trusted time of ``signature``, UTC, in whole seconds; what ``trusted_time`` raises, it raises."""
    return trusted_time(response, signature, roots, where).time


def trusted_time(response: bytes | None, signature: bytes, roots: Sequence[Authority], where: str) -> TrustedTime:
    """Judge the token in ``response`` (DER of a TimeStampResp) over the raw bytes of ``signature``.

    Raises:
        VerificationError: ``timestamp-missing``, ``timestamp-invalid`` (no token over this signature) or
            ``timestamp-untrusted`` (no pinned authority vouches for it at its own time).
    """
    if response is None:
        raise VerificationError(
            "timestamp-missing",
            f"{where}: no RFC 3161 token, so the time of the signature is its signer's word alone",
            remedy="seal it with a timestamp (--tsa)",
        )
    token = read_token(response, signature, where)
    reasons = []
    for authority in roots:
        try:
            _check_chain(token, signature, authority, where)
        except _UntrustedError as error:
            reasons.append(f"{authority.name}: {error}")
        else:
            return TrustedTime(token.time, authority)
    raise VerificationError(
        "timestamp-untrusted",
        f"{where}: the token of {isoformat(token.time)} by {token.signer!r} is trusted by none"
        f" of the pinned authorities ({'; '.join(reasons) or 'there are none'})",
        remedy="pin the root of its TSA in the trust policy, if you trust it",
    )


def authority_problems(authority: Authority) -> list[str]:
    """Say everything that keeps ``authority`` from ever vouching for a token."""
    certificates, problems = _certificates(authority)
    if not problems and not any(_self_signed(one) for one in certificates):
        problems.append("no self-signed root among its certificates; a chain must end in one")
    if authority.not_before and authority.not_after and authority.not_after <= authority.not_before:
        problems.append(f"notAfter {isoformat(authority.not_after)} is not after notBefore")
    return [f"timestamp authority {authority.name!r}: {problem}" for problem in problems]


class _UntrustedError(Exception):
    """Why one authority does not vouch for a token."""


def _check_chain(token: Token, signature: bytes, authority: Authority, where: str) -> None:
    """Check signature and chain at the token's own time under one authority."""
    from rfc3161_client import VerificationError as Refused  # noqa: PLC0415 - heavy
    from rfc3161_client import VerifierBuilder  # noqa: PLC0415 - heavy

    certificates, problems = _certificates(authority)
    if problems:
        raise _UntrustedError("; ".join(problems))
    early = authority.not_before is not None and token.time < authority.not_before
    if early or (authority.not_after is not None and authority.not_after <= token.time):
        raise _UntrustedError("trusted at another time only")
    verifier = VerifierBuilder(roots=certificates).build()
    try:
        parsed_or_refused(lambda: verifier.verify_message(token.response, signature), where)
    except Refused as error:
        chain = re.search(r'certificate verify error.*Verify error: ([^"]*)"', str(error))
        if chain:
            raise _UntrustedError(chain[1]) from error
        raise invalid(where, f"the signature of the token does not verify ({_reason(str(error))})") from error


def _reason(text: str) -> str:
    found = re.findall(r'reason: "([^"]*)"', text)
    return ", ".join(found) or text[:200]


def _certificates(authority: Authority) -> tuple[list[Certificate], list[str]]:
    """Return the certificates that can be read, and what is wrong with the others."""
    from cryptography.x509 import load_pem_x509_certificates  # noqa: PLC0415 - heavy

    certificates: list[Certificate] = []
    problems = [] if authority.certificates else ["no certificate"]
    for place, pem in enumerate(authority.certificates):
        try:
            certificates += load_pem_x509_certificates(pem.encode())
        except ValueError as error:
            problems.append(f"certificate {place + 1} is no PEM certificate ({error})")
    return certificates, problems


def _self_signed(certificate: Certificate) -> bool:
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 - heavy

    try:
        certificate.verify_directly_issued_by(certificate)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True

"""Reads an RFC 3161 token over a signature: everything of it but its own signature and chain.

Rules kept here: the bytes are hostile; the token is over the raw bytes of the signature, hashed with SHA-2; exactly one
certificate in it is its signer's, made for time stamping and nothing else, and named under the token's signature. Who
trusts that certificate is asked by ``timestamps``.
Sources: RFC 3161 (2.3, 2.4.2), RFC 5816, RFC 5652.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from auditor.adapters.signing.der import FIRST
from auditor.adapters.signing.essential import names_certificate, signed_data
from auditor.errors import VerificationError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from cryptography.x509 import Certificate

MAX_TOKEN_BYTES = 64 << 10
DIGESTS = {"2.16.840.1.101.3.4.2.1": "sha256", "2.16.840.1.101.3.4.2.2": "sha384", "2.16.840.1.101.3.4.2.3": "sha512"}
_STATUS = (
    "granted",
    "granted with modifications",
    "rejection",
    "waiting",
    "revocation warning",
    "revocation notification",
)
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Token:
    """A well-formed token over the signature it was asked for; whether its signer is trusted is another question."""

    time: datetime
    nonce: int | None
    signer: str
    response: Any


def read_token(response: bytes, signature: bytes, where: str) -> Token:
    """Return the token in ``response`` once all but its signature and chain is right.

    Raises:
        VerificationError: ``timestamp-invalid``; ``timestamp-untrusted`` when its signer is no time-stamp authority.
    """
    from cryptography.hazmat.primitives.serialization import Encoding  # noqa: PLC0415 - heavy
    from rfc3161_client import decode_timestamp_response  # noqa: PLC0415 - heavy

    if len(response) > MAX_TOKEN_BYTES:
        raise invalid(where, f"{len(response)} bytes of token, at most {MAX_TOKEN_BYTES} are read")
    parsed: Any = parsed_or_refused(lambda: decode_timestamp_response(response), where)
    if parsed.status != 0:
        raise invalid(where, f"the TSA answered {_status_words(parsed)}")
    if parsed_or_refused(parsed.as_bytes, where) != response:
        raise invalid(where, "the token is not in its canonical form (DER)")
    info = parsed_or_refused(lambda: parsed.tst_info, where)
    imprint = parsed_or_refused(lambda: info.message_imprint, where)
    _check_imprint(imprint.hash_algorithm.dotted_string, imprint.message, signature, where)
    time, nonce = parsed_or_refused(lambda: (info.gen_time, info.nonce), where)
    signer, name = _signer(parsed, where)
    _check_purpose(signer, name, where)
    der = signer.public_bytes(Encoding.DER)
    if not parsed_or_refused(lambda: names_certificate(response, der), where):
        raise invalid(where, f"the token does not name the certificate of {name!r} as the one that signed it")
    return Token(time, nonce, name, parsed)


def sorted_certificates(response: bytes) -> bytes:
    """Return ``response`` with the certificates of its token in DER's order (X.690, 11.6), which no signature covers.

    `openssl ts`, and so many a TSA, puts them in the order of the chain; strict readers refuse that. A response in
    which they cannot be found is returned as it is.
    """
    try:
        certificates = signed_data(response).child(FIRST)
        ordered = b"".join(sorted(one.encoded for one in certificates.children()))
    except ValueError:
        return response
    return response[: certificates.body] + ordered + response[certificates.end :]


def _status_words(parsed: Any) -> str:
    """Name the PKIStatus of a parsed response, with what the TSA said to it."""
    status = _STATUS[parsed.status] if parsed.status < len(_STATUS) else f"status {parsed.status}"
    said = "; ".join(parsed.status_string)[:200]
    return f"{status} ({said!r})" if said else status


def _check_imprint(algorithm: str, imprint: bytes, signature: bytes, where: str) -> None:
    if algorithm not in DIGESTS:
        raise invalid(where, f"the imprint's algorithm is {algorithm}, expected {' or '.join(DIGESTS.values())}")
    if imprint != hashlib.new(DIGESTS[algorithm], signature).digest():
        raise invalid(where, "the token is over something other than this signature")


def _signer(parsed: Any, where: str) -> tuple[Certificate, str]:
    """Return the one certificate in the token that is its signer's, and its subject."""
    from cryptography.x509 import load_der_x509_certificate  # noqa: PLC0415 - heavy

    data = parsed_or_refused(lambda: parsed.signed_data, where)
    for algorithm in parsed_or_refused(lambda: data.digest_algorithms, where):
        if algorithm.dotted_string not in DIGESTS:
            raise invalid(where, f"the token's digest algorithm is {algorithm.dotted_string}, which is not SHA-2")
    signers = list(parsed_or_refused(lambda: data.signer_infos, where))
    if len(signers) != 1:
        raise invalid(where, f"{len(signers)} signers of the token, expected exactly one")

    def own() -> list[tuple[Certificate, str]]:
        # In one piece, for a library reads the parts of a certificate when it is asked for them.
        embedded = [load_der_x509_certificate(one) for one in data.certificates]
        named = (signers[0].issuer, signers[0].serial_number)
        return [(one, one.subject.rfc4514_string()) for one in embedded if (one.issuer, one.serial_number) == named]

    found = parsed_or_refused(own, where)
    if len(found) != 1:
        raise invalid(where, f"{len(found)} certificates of the token's signer in it, expected exactly one")
    return found[0]


def _check_purpose(certificate: Certificate, name: str, where: str) -> None:
    """Refuse a certificate that is not for time stamping alone (RFC 3161, 2.3)."""
    from cryptography import x509  # noqa: PLC0415 - heavy
    from cryptography.x509.oid import ExtendedKeyUsageOID  # noqa: PLC0415 - heavy

    extensions = parsed_or_refused(lambda: certificate.extensions, where)
    try:
        extension = extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    except x509.ExtensionNotFound:
        found = "no extended key usage"
    else:
        if extension.critical and list(extension.value) == [ExtendedKeyUsageOID.TIME_STAMPING]:
            return
        names = ", ".join(one.dotted_string for one in extension.value)
        found = f"{'critical' if extension.critical else 'not critical'} extended key usage {names}"
    raise VerificationError(
        "timestamp-untrusted",
        f"{where}: {name!r} has {found}; a TSA's certificate has timeStamping alone, critical (RFC 3161, 2.3)",
        remedy="use another TSA",
    )


def parsed_or_refused(read: Callable[[], _T], where: str) -> _T:
    """Return what ``read`` gives of hostile bytes; whatever goes wrong in reading them is a refusal.

    The libraries have no common class for it: some of cryptography's are plain exceptions, and a Rust panic, which
    rfc3161-client had on some bytes, is a BaseException of pyo3.
    """
    from rfc3161_client import VerificationError as Refused  # noqa: PLC0415 - heavy

    try:
        return read()
    except Refused:
        raise
    except Exception as error:
        raise invalid(where, f"no RFC 3161 token in DER ({str(error)[:300]})") from error
    except BaseException as error:
        if type(error).__name__ == "PanicException":
            raise invalid(where, "no RFC 3161 token that can be read") from error
        raise


def invalid(where: str, why: str) -> VerificationError:
    """Return the refusal of a token that is none."""
    return VerificationError("timestamp-invalid", f"{where}: {why}")

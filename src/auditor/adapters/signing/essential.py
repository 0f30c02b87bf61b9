"""Which certificate a token says, under its signature, that it was signed with.

Rules kept here: the first of the signed identifiers must be of the very certificate that signed (RFC 3161, 2.2 and
2.4.2), so that no other certificate of the same key can stand in for it; no identifier, or one of another digest than
SHA-2 or the SHA-1 that RFC 2634 fixed, is a refusal. SHA-1 is second-preimage resistant, which is what is asked of it.
Sources: RFC 2634, 5.4 (ESSCertID); RFC 5035, 3 (ESSCertIDv2); RFC 5816.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from auditor.adapters.signing.der import FIRST, SEQUENCE, SET, outermost

if TYPE_CHECKING:
    from auditor.adapters.signing.der import Element

OCTETS = 0x04
_V1 = bytes.fromhex("060b2a864886f70d010910020c")  # 1.2.840.113549.1.9.16.2.12
_V2 = bytes.fromhex("060b2a864886f70d010910022f")  # 1.2.840.113549.1.9.16.2.47
_DIGESTS = {
    bytes.fromhex("0609608648016503040201"): "sha256",
    bytes.fromhex("0609608648016503040202"): "sha384",
    bytes.fromhex("0609608648016503040203"): "sha512",
}


def names_certificate(response: bytes, certificate: bytes) -> bool:
    """Tell whether the one signer of the token in ``response`` names ``certificate`` (DER) as its own.

    Raises:
        ValueError: the token is not built as CMS says.
    """
    signer = signed_data(response).children_of(SET)[-1].child(SEQUENCE)
    found = False
    for attribute in signer.child(FIRST).children():
        kind, values = list(attribute.children())
        if kind.encoded in {_V1, _V2}:
            identifier = values.child(SEQUENCE).child(SEQUENCE).child(SEQUENCE)  # the first of the first
            if not _matches(identifier, certificate, v2=kind.encoded == _V2):
                return False
            found = True
    return found


def signed_data(response: bytes) -> Element:
    """Return the CMS SignedData of the token in a TimeStampResp. Raises ``ValueError``."""
    parts = list(outermost(response).children())
    if len(parts) < 2:  # noqa: PLR2004 - status and token
        raise ValueError("no token")
    return parts[1].child(FIRST).child(SEQUENCE)


def _matches(identifier: Element, certificate: bytes, *, v2: bool) -> bool:
    parts = list(identifier.children())
    name = "sha256" if v2 else "sha1"
    if v2 and parts[0].tag == SEQUENCE:
        algorithm = next(parts.pop(0).children())
        if algorithm.encoded not in _DIGESTS:
            return False
        name = _DIGESTS[algorithm.encoded]
    digest = hashlib.new(name, certificate, usedforsecurity=False).digest()
    return parts[0].tag == OCTETS and parts[0].contents == digest

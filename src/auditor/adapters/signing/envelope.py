"""The signed wrapper of a statement: a sigstore bundle v0.3 with one DSSE signature by a key from outside.

Rules kept here: the payload stays the bytes that were signed; there is exactly one signature; ``hint`` equals
``keyid``; the file is RFC 8785 and its base64 canonical, so that no byte of it can change unnoticed although the
wrapper itself is not signed. No timestamp is in it yet (docs/adr/0005).
Sources: DSSE v1, https://github.com/secure-systems-lab/dsse; sigstore bundle v0.3,
https://github.com/sigstore/protobuf-specs/blob/main/protos/sigstore_bundle.proto
"""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Any

from auditor.core.canonical import StrictJSONError, canonical_json, strict_json
from auditor.core.statement import PAYLOAD_TYPE
from auditor.errors import VerificationError

if TYPE_CHECKING:
    from securesystemslib.signer import Signer, SSlibKey

MEDIA_TYPE = "application/vnd.dev.sigstore.bundle.v0.3+json"
MAX_BYTES = 64 * 1024 * 1024


def sign(payload: bytes, signer: Signer) -> bytes:
    """Return the wrapper of ``payload`` (an in-toto statement), signed by ``signer``."""
    from securesystemslib.dsse import Envelope  # noqa: PLC0415 - heavy

    envelope = Envelope(payload, PAYLOAD_TYPE, {})
    signature = envelope.sign(signer)
    return _wrap(payload, bytes.fromhex(signature.signature), signer.public_key.keyid)


def open_envelope(content: bytes, key: SSlibKey, where: str) -> bytes:
    """Return the payload of a wrapper once its signature by ``key`` verifies. Raises ``VerificationError``."""
    from securesystemslib.dsse import Envelope  # noqa: PLC0415 - heavy
    from securesystemslib.exceptions import VerificationError as BadSignature  # noqa: PLC0415 - heavy
    from securesystemslib.signer import Signature  # noqa: PLC0415 - heavy

    payload, signature, key_id = _unwrap(content, where)
    if key_id != key.keyid:
        raise VerificationError(
            "key-unknown",
            f"{where}: signed by key {key_id[:16]}, the key given is {key.keyid[:16]}",
            remedy="give the public key of the one who should have signed, from a channel that you trust",
        )
    envelope = Envelope(payload, PAYLOAD_TYPE, {key_id: Signature(key_id, signature.hex())})
    try:
        envelope.verify([key], 1)
    except BadSignature as error:
        raise VerificationError("signature-invalid", f"{where}: the signature does not verify") from error
    return payload


def _wrap(payload: bytes, signature: bytes, key_id: str) -> bytes:
    return canonical_json(
        {
            "mediaType": MEDIA_TYPE,
            "verificationMaterial": {"publicKey": {"hint": key_id}, "tlogEntries": []},
            "dsseEnvelope": {
                "payload": base64.b64encode(payload).decode(),
                "payloadType": PAYLOAD_TYPE,
                "signatures": [{"sig": base64.b64encode(signature).decode(), "keyid": key_id}],
            },
        }
    )


def _unwrap(content: bytes, where: str) -> tuple[bytes, bytes, str]:
    """Return payload, signature and key id; every byte of the wrapper must be the one that ``_wrap`` writes."""
    try:
        document: Any = strict_json(content, max_bytes=MAX_BYTES)
        envelope = document["dsseEnvelope"]
        signatures = envelope["signatures"]
        payload_type = envelope["payloadType"]
        if payload_type != PAYLOAD_TYPE:
            raise VerificationError(
                "payload-type-unknown", f"{where}: payloadType {payload_type!r}, expected {PAYLOAD_TYPE}"
            )
        if len(signatures) != 1:
            raise VerificationError("signature-count", f"{where}: {len(signatures)} signatures, expected exactly one")
        payload = base64.b64decode(envelope["payload"], validate=True)
        signature = base64.b64decode(signatures[0]["sig"], validate=True)
        key_id = str(signatures[0]["keyid"])
    except (StrictJSONError, KeyError, TypeError, IndexError, binascii.Error, ValueError) as error:
        raise VerificationError("attestation-malformed", f"{where}: no sigstore bundle v0.3 ({error})") from error
    if _wrap(payload, signature, key_id) != content:
        raise VerificationError("attestation-malformed", f"{where}: not the canonical form of a sigstore bundle v0.3")
    return payload, signature, key_id

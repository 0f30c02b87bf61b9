"""The signed wrapper of a statement: a sigstore bundle v0.3 with one DSSE signature by a key from outside.

Rules kept here: the payload stays the bytes that were signed; there is exactly one signature; ``hint`` equals
``keyid``; the scheme is the key's, never the wrapper's word; the file is RFC 8785 and its base64 canonical, so that no
byte of it can change unnoticed although the wrapper itself is not signed. A signature is never an identity or a name:
whoever holds an ECDSA signature can make a second valid one. No timestamp is in it yet (docs/adr/0005).
Sources: DSSE v1, https://github.com/secure-systems-lab/dsse; sigstore bundle v0.3,
https://github.com/sigstore/protobuf-specs/blob/main/protos/sigstore_bundle.proto
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from auditor.core.canonical import StrictJSONError, canonical_json, sha256_hex, strict_json
from auditor.core.statement import PAYLOAD_TYPE
from auditor.errors import EngineError, VerificationError

if TYPE_CHECKING:
    from auditor.adapters.signing.sslib import Key, Signer

MEDIA_TYPE = "application/vnd.dev.sigstore.bundle.v0.3+json"
MAX_BYTES = 64 << 20


def sign(payload: bytes, signer: Signer) -> bytes:
    """Return the wrapper of ``payload`` (an in-toto statement), signed by ``signer``.

    Raises:
        EngineError: the signer gave a signature that does not verify under its own public key.
    """
    from auditor.adapters.signing.sslib import Envelope  # noqa: PLC0415 - heavy

    key_id = signer.public_key.keyid
    signature = Envelope(payload, PAYLOAD_TYPE, {}).sign(signer)
    content = _wrap(payload, bytes.fromhex(signature.signature), key_id)
    try:
        open_envelope(content, signer.public_key, "the new attestation")
    except VerificationError as error:
        raise EngineError(f"the signer of key {key_id[:16]} does not work: {error.message}") from error
    return content


def open_envelope(content: bytes, key: Key, where: str) -> bytes:
    """Return the payload of a wrapper once its signature by ``key`` verifies. Raises ``VerificationError``."""
    from auditor.adapters.signing.sslib import BadSignature, Envelope, Signature  # noqa: PLC0415 - heavy

    payload, signature, key_id = _unwrap(content, where)
    if key_id != key.keyid:
        raise VerificationError(
            "key-unknown",
            f"{where}: signed by key {key_id[:16]!r}, the key given is {key.keyid[:16]!r}",
            remedy="give the public key of the one who should have signed, from a channel that you trust",
        )
    envelope = Envelope(payload, PAYLOAD_TYPE, {key_id: Signature(key_id, signature.hex())})
    try:
        envelope.verify([key], 1)
    except BadSignature as error:
        raise VerificationError("signature-invalid", f"{where}: the signature does not verify") from error
    return payload


def payload_digest(content: bytes, where: str) -> str:
    """Return the SHA-256 (hex) of what a canonical wrapper carries; its signature is not checked.

    Raises:
        VerificationError: it is no canonical wrapper.
    """
    return sha256_hex(_unwrap(content, where)[0])


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
        hint = document["verificationMaterial"]["publicKey"]["hint"]
        _refuse_kind(document["mediaType"], envelope["payloadType"], envelope["signatures"], where)
        payload = base64.b64decode(envelope["payload"], validate=True)
        signature = base64.b64decode(envelope["signatures"][0]["sig"], validate=True)
        key_id = str(envelope["signatures"][0]["keyid"])
    except (StrictJSONError, LookupError, TypeError, ValueError) as error:
        raise VerificationError("attestation-malformed", f"{where}: no sigstore bundle v0.3 ({error})") from error
    if hint != key_id:
        raise VerificationError("hint-mismatch", f"{where}: hint {hint!r} is not the key id {key_id!r}")
    if _wrap(payload, signature, key_id) != content:
        raise VerificationError("attestation-malformed", f"{where}: not the canonical form of a sigstore bundle v0.3")
    return payload, signature, key_id


def _refuse_kind(media_type: Any, payload_type: Any, signatures: Any, where: str) -> None:
    if media_type != MEDIA_TYPE:
        raise VerificationError("media-type-unknown", f"{where}: mediaType {media_type!r}, expected {MEDIA_TYPE}")
    if payload_type != PAYLOAD_TYPE:
        raise VerificationError(
            "payload-type-unknown", f"{where}: payloadType {payload_type!r}, expected {PAYLOAD_TYPE}"
        )
    if not isinstance(signatures, list) or len(signatures) != 1:
        count = len(signatures) if isinstance(signatures, list) else "no list of"
        raise VerificationError("signature-count", f"{where}: {count} signatures, expected exactly one")

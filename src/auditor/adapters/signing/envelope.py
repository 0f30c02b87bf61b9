"""The signed wrapper of a statement: a sigstore bundle v0.3 with one DSSE signature by a key from outside.

Rules kept here: the payload stays the bytes that were signed; there is exactly one signature; ``hint`` alone names the
key, for cosign passes over a signature whose ``keyid`` is not in its own form; the scheme is the key's, never the
wrapper's word; the file is RFC 8785 and its base64 canonical, so that no byte of it can change unnoticed although the
wrapper itself is not signed. A signature is never an identity or a name: whoever holds an ECDSA signature can make a
second valid one. Over the raw signature lies one RFC 3161 token, or none.
Sources: DSSE v1, https://github.com/secure-systems-lab/dsse; sigstore bundle v0.3,
https://github.com/sigstore/protobuf-specs/blob/main/protos/sigstore_bundle.proto
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from auditor.adapters.signing.tokens import read_token
from auditor.core.canonical import StrictJSONError, canonical_json, sha256_hex, strict_json
from auditor.core.statement import PAYLOAD_TYPE
from auditor.errors import EngineError, VerificationError

if TYPE_CHECKING:
    from auditor.adapters.signing.sslib import Key, Signer
    from auditor.adapters.signing.timestamps import Timestamper

MEDIA_TYPE = "application/vnd.dev.sigstore.bundle.v0.3+json"
MAX_BYTES = 64 << 20


@dataclass(frozen=True, slots=True)
class OpenedEnvelope:
    """A wrapper whose signature verified: the signed bytes, by whom, the raw signature, and the token over it if any.

    ``timestamp`` is the DER of a TimeStampResp that nobody has judged yet (``timestamps.trusted_time`` does).
    """

    payload: bytes
    key_id: str
    signature: bytes
    timestamp: bytes | None


def sign(payload: bytes, signer: Signer, timestamper: Timestamper | None = None) -> bytes:
    """Return the wrapper of ``payload`` (an in-toto statement), signed by ``signer`` and timestamped if asked.

    Raises:
        EngineError: the signer gave a signature that does not verify under its own public key, or the timestamper gave
            no token over that signature.
    """
    from auditor.adapters.signing.sslib import Envelope  # noqa: PLC0415 - heavy

    key_id = signer.public_key.keyid
    signature = bytes.fromhex(Envelope(payload, PAYLOAD_TYPE, {}).sign(signer).signature)
    try:
        open_envelope(_wrap(OpenedEnvelope(payload, key_id, signature, None)), signer.public_key, "the new attestation")
    except VerificationError as error:
        raise EngineError(f"the signer of key {key_id[:16]} does not work: {error.message}") from error
    if timestamper is None:
        return _wrap(OpenedEnvelope(payload, key_id, signature, None))
    timestamp = timestamper(signature)
    try:
        read_token(timestamp, signature, "the new timestamp")
    except VerificationError as error:
        raise EngineError(
            f"the TSA gave no token that can be sealed: {error.message}", remedy="use another TSA"
        ) from error
    return _wrap(OpenedEnvelope(payload, key_id, signature, timestamp))


def open_envelope(content: bytes, key: Key, where: str) -> OpenedEnvelope:
    """Return what is in a wrapper once its signature by ``key`` verifies. Raises ``VerificationError``."""
    from auditor.adapters.signing.sslib import BadSignature, Envelope, Signature  # noqa: PLC0415 - heavy

    opened = _unwrap(content, where)
    if opened.key_id != key.keyid:
        raise VerificationError(
            "key-unknown",
            f"{where}: signed by key {opened.key_id[:16]!r}, the key given is {key.keyid[:16]!r}",
            remedy="give the public key of the one who should have signed, from a channel that you trust",
        )
    named = Signature(opened.key_id, opened.signature.hex())
    try:
        Envelope(opened.payload, PAYLOAD_TYPE, {opened.key_id: named}).verify([key], 1)
    except BadSignature as error:
        raise VerificationError("signature-invalid", f"{where}: the signature does not verify") from error
    return opened


def unverified_payload(content: bytes, where: str) -> tuple[bytes, str]:
    """Return payload and key id of a canonical wrapper, its signature not checked: to look up what it should be.

    Raises:
        VerificationError: the wrapper is none, as in ``open_envelope``.
    """
    opened = _unwrap(content, where)
    return opened.payload, opened.key_id


def payload_digest(content: bytes, where: str) -> str:
    """Return the SHA-256 (hex) of what a canonical wrapper carries; its signature is not checked.

    Raises:
        VerificationError: the wrapper is none, as in ``open_envelope``.
    """
    return sha256_hex(_unwrap(content, where).payload)


def signer_of(content: bytes, where: str) -> str:
    """Return the key id that a canonical wrapper names: unverified, good for looking the key up and nothing else.

    Raises:
        VerificationError: the wrapper is none, as in ``open_envelope``.
    """
    return _unwrap(content, where).key_id


def _wrap(opened: OpenedEnvelope) -> bytes:
    material: dict[str, Any] = {"publicKey": {"hint": opened.key_id}, "tlogEntries": []}
    if opened.timestamp is not None:
        stamps = [{"signedTimestamp": base64.b64encode(opened.timestamp).decode()}]
        material["timestampVerificationData"] = {"rfc3161Timestamps": stamps}
    return canonical_json(
        {
            "mediaType": MEDIA_TYPE,
            "verificationMaterial": material,
            "dsseEnvelope": {
                "payload": base64.b64encode(opened.payload).decode(),
                "payloadType": PAYLOAD_TYPE,
                "signatures": [{"sig": base64.b64encode(opened.signature).decode(), "keyid": ""}],
            },
        }
    )


def _unwrap(content: bytes, where: str) -> OpenedEnvelope:
    """Read a wrapper, nothing of it verified; every byte of it must be the one that ``_wrap`` writes."""
    try:
        document: Any = strict_json(content, max_bytes=MAX_BYTES)
        envelope, material = document["dsseEnvelope"], document["verificationMaterial"]
        hint = material["publicKey"]["hint"]
        _refuse_kind(document["mediaType"], envelope["payloadType"], envelope["signatures"], where)
        payload = base64.b64decode(envelope["payload"], validate=True)
        signature = base64.b64decode(envelope["signatures"][0]["sig"], validate=True)
        label = envelope["signatures"][0]["keyid"]
        timestamp = _timestamp(material)
    except (StrictJSONError, LookupError, TypeError, ValueError) as error:
        raise VerificationError("attestation-malformed", f"{where}: no sigstore bundle v0.3 ({error})") from error
    if label != "":
        raise VerificationError(
            "hint-mismatch", f"{where}: the signature is labelled {label!r} beside the hint {hint!r}"
        )
    opened = OpenedEnvelope(payload, str(hint), signature, timestamp)
    if _wrap(opened) != content:
        raise VerificationError("attestation-malformed", f"{where}: not the canonical form of a sigstore bundle v0.3")
    return opened


def _timestamp(material: dict[str, Any]) -> bytes | None:
    """Return the first token; that there is no second is seen when the wrapper is written again and compared."""
    if "timestampVerificationData" not in material:
        return None
    stamps = material["timestampVerificationData"]["rfc3161Timestamps"]
    return base64.b64decode(stamps[0]["signedTimestamp"], validate=True)


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

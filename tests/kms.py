"""A loopback AWS KMS that keeps P-256 keys: the JSON protocol of Sign and GetPublicKey, as the API reference has it.

moto's KMS hashes a DIGEST a second time, so nothing that it signs verifies; this one signs the digest it is given.
Source: https://docs.aws.amazon.com/kms/latest/APIReference/API_Sign.html and API_GetPublicKey.html
"""

from __future__ import annotations

import base64
import json
import re
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed

from loopback import Answer, serving_posts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

REGION, ACCOUNT = "eu-central-1", "111122223333"
KEY_ID = "1234abcd-12ab-34cd-56ef-1234567890ab"
ARN = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{KEY_ID}"
ALIAS = "alias/run-key"
MAX_MESSAGE_BYTES = 4096


class RefusedError(Exception):
    """An error of KMS: its type and message."""

    def __init__(self, kind: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.kind, self.status = kind, status


@dataclass
class Kms:
    """One key; ``refuse`` makes every request fail so, ``spec`` and ``usage`` are what it says of the key."""

    private: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    spec: str = "ECC_NIST_P256"
    usage: str = "SIGN_VERIFY"
    refuse: list[RefusedError] = field(default_factory=list)
    requests: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    url: str = ""

    def answer(self, headers: dict[str, str], request: dict[str, Any]) -> dict[str, Any]:
        """Answer one request, or raise ``RefusedError``."""
        self.headers.append(headers)
        self.requests.append(request)
        signed = re.match(r"AWS4-HMAC-SHA256 Credential=[^/]+/\d{8}/([^/]+)/kms/aws4_request", headers["Authorization"])
        if self.refuse:
            raise self.refuse.pop(0)
        if signed is None or signed[1] != REGION:
            raise RefusedError("SignatureDoesNotMatch", f"Credential should be scoped to {REGION}")
        if request["KeyId"] not in {KEY_ID, ARN, ALIAS, ARN.replace(f"key/{KEY_ID}", ALIAS)}:
            raise RefusedError("NotFoundException", f"Key '{request['KeyId']}' does not exist")
        operation = {"TrentService.Sign": self._sign, "TrentService.GetPublicKey": self._get_public_key}
        return {"KeyId": ARN} | operation[headers["X-Amz-Target"]](request)

    def _get_public_key(self, _: dict[str, Any]) -> dict[str, Any]:
        spki = self.private.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        return {
            "PublicKey": base64.b64encode(spki).decode(),
            "KeySpec": self.spec,
            "CustomerMasterKeySpec": self.spec,
            "KeyUsage": self.usage,
            "SigningAlgorithms": ["ECDSA_SHA_256"],
        }

    def _sign(self, request: dict[str, Any]) -> dict[str, Any]:
        message = base64.b64decode(request["Message"], validate=True)
        if request["SigningAlgorithm"] != "ECDSA_SHA_256":
            raise RefusedError("InvalidKeyUsageException", "the key does not sign so")
        if len(message) > MAX_MESSAGE_BYTES:
            raise RefusedError("ValidationException", "Message is longer than 4096 bytes")
        digest: Any = hashes.SHA256()
        if request.get("MessageType", "RAW") == "DIGEST":
            if len(message) != digest.digest_size:
                raise RefusedError("ValidationException", "Digest is invalid length for algorithm ECDSA_SHA_256.")
            digest = Prehashed(digest)
        signature = self.private.sign(message, ec.ECDSA(digest))
        return {"Signature": base64.b64encode(signature).decode(), "SigningAlgorithm": "ECDSA_SHA_256"}


@contextmanager
def serving_kms(kms: Kms) -> Iterator[Kms]:
    """Serve ``kms`` on the loopback, its address in ``url``."""

    def answer(headers: Mapping[str, str], request: bytes) -> Answer:
        try:
            status, said = 200, kms.answer(dict(headers), json.loads(request))
        except RefusedError as refused:
            status, said = refused.status, {"__type": refused.kind, "message": str(refused)}
        return Answer(json.dumps(said).encode(), "application/x-amz-json-1.1", status)

    with serving_posts(answer) as kms.url:
        yield kms

"""Signs with a P-256 key in AWS KMS, whose private half never leaves it.

Rules kept here: KMS gets the SHA-256 digest and not the statement (RAW messages stop at 4096 bytes); the key must be
P-256 and for signing, which is asked before anything is collected; each request has a time-out and is tried three times
at most; nothing of a request, its credentials included, gets into a message or a log.
``securesystemslib.signer.AWSSigner`` does the same without region of an ARN, time-outs or these messages, and logs.
Sources: AWS KMS API reference, ``Sign`` and ``GetPublicKey``,
https://docs.aws.amazon.com/kms/latest/APIReference/API_Sign.html
"""

from __future__ import annotations

import hashlib
import logging
import re
from typing import TYPE_CHECKING, Any

from auditor.adapters.signing.keys import named_key
from auditor.adapters.signing.sslib import Signature, Signer
from auditor.errors import EngineError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from auditor.adapters.signing.sslib import Key, SSlibKey

KEY_SPEC, KEY_USAGE, ALGORITHM = "ECC_NIST_P256", "SIGN_VERIFY", "ECDSA_SHA_256"
TIMEOUTS = {"connect_timeout": 5, "read_timeout": 15}
ATTEMPTS = 3
_ARN = re.compile(r"arn:[a-z-]+:kms:(?P<region>[a-z0-9-]+):\d{12}:(?:key|alias)/[A-Za-z0-9/_-]+")
_NAME = re.compile(r"alias/[A-Za-z0-9/_-]+|(?:mrk-)?[0-9a-f-]{32,36}")
_REMEDIES = {
    "AccessDeniedException": "let this identity use kms:GetPublicKey and kms:Sign on the key",
    "NotFoundException": "check account, region and name of the key",
    "DisabledException": "enable the key, or sign with another one",
    "KMSInvalidStateException": "the key is pending deletion or unavailable: sign with another one",
    "InvalidKeyUsageException": f"make a key of usage {KEY_USAGE} and spec {KEY_SPEC}",
}


class KmsSigner(Signer):
    """Signs with one key of KMS."""

    def __init__(self, client: Any, key_id: str, public_key: SSlibKey) -> None:
        self._client = client
        self._key_id = key_id
        self._public_key = public_key

    @property
    def public_key(self) -> SSlibKey:
        """Return the public half, as KMS gave it when the signer was opened."""
        return self._public_key

    @classmethod
    def from_priv_key_uri(cls, priv_key_uri: str, public_key: Key, secrets_handler: Any = None) -> Signer:
        """Refuse: signers are opened by ``auditor.adapters.signing.signers``, which asks KMS for the public key."""
        raise NotImplementedError

    def sign(self, payload: bytes) -> Signature:
        """Return the DER of an ECDSA signature over the SHA-256 of ``payload``. Raises ``EngineError``."""
        digest = hashlib.sha256(payload).digest()
        answer = _asked(
            lambda: self._client.sign(
                KeyId=self._key_id, Message=digest, MessageType="DIGEST", SigningAlgorithm=ALGORITHM
            ),
            self._key_id,
        )
        return Signature(self._public_key.keyid, answer["Signature"].hex())


def open_kms(key_id: str) -> KmsSigner:
    """Return the signer of a KMS key, named by its ARN, its alias (``alias/NAME``), an alias' ARN, or its id.

    Region and credentials are the ambient ones of boto3; an ARN's region beats them.

    Raises:
        UsageError: the name is none, or the key is not one for P-256 signatures.
        EngineError: boto3 is not installed, or KMS cannot be reached or refuses.
    """
    from cryptography.hazmat.primitives.serialization import load_der_public_key  # noqa: PLC0415 - heavy

    arn = _ARN.fullmatch(key_id)
    if arn is None and not _NAME.fullmatch(key_id):
        raise UsageError(
            f"awskms:{key_id}: no name of a KMS key", remedy="give awskms:ARN, awskms:alias/NAME, or awskms:KEY-ID"
        )
    client = _client(arn["region"] if arn else None, key_id)
    answer = _asked(lambda: client.get_public_key(KeyId=key_id), key_id)
    found = (answer.get("KeySpec"), answer.get("KeyUsage"))
    if found != (KEY_SPEC, KEY_USAGE) or ALGORITHM not in answer.get("SigningAlgorithms", ()):
        raise UsageError(
            f"awskms:{key_id}: a key of spec {found[0]} for {found[1]}, expected {KEY_SPEC} for {KEY_USAGE}",
            remedy=_REMEDIES["InvalidKeyUsageException"],
        )
    public_key = named_key(load_der_public_key(answer["PublicKey"]), f"awskms:{key_id}")
    return KmsSigner(client, key_id, public_key)


def _client(region: str | None, key_id: str) -> Any:
    try:
        import boto3  # noqa: PLC0415 - heavy
        from botocore.config import Config  # noqa: PLC0415 - heavy
    except ImportError as error:
        raise EngineError("boto3, which asks AWS KMS, is not installed", remedy="reinstall auditor") from error
    # At debug level botocore logs whole requests, with the session token in their headers.
    logging.getLogger("botocore").setLevel(logging.INFO)
    config = Config(**TIMEOUTS, retries={"mode": "standard", "total_max_attempts": ATTEMPTS})
    return _asked(lambda: boto3.session.Session().client("kms", region_name=region, config=config), key_id)


def _asked(ask: Callable[[], Any], key_id: str) -> Any:
    """Return KMS's answer; an error names the key and the kind of failure, never the request."""
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - heavy

    remedy = "check credentials, region and network of AWS KMS"
    try:
        return ask()
    except ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", "unknown"))
        remedy, said = _REMEDIES.get(code, remedy), f"KMS answered {code}"
    except BotoCoreError as error:
        said = f"KMS cannot be asked, {type(error).__name__}"
    # Outside the handlers, so that no cause or context is kept: what AWS says of a refused request quotes its headers.
    raise EngineError(f"awskms:{key_id}: {said}", remedy=remedy)

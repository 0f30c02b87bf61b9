"""File keys: made, stored, loaded, and named by the SHA-256 of their public half (SPKI, DER).

Rules kept here: a private key is written once, mode 0600, and never over another file; keys are compared by SPKI bytes;
a public key comes from outside a bundle. Ed25519 and ECDSA P-256 only.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from auditor.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from securesystemslib.signer import CryptoSigner, SSlibKey

SCHEMES = ("ed25519", "ecdsa-p256")


@dataclass(frozen=True, slots=True)
class GeneratedKey:
    """Where a new key lies, and its id."""

    private_path: Path
    public_path: Path
    key_id: str


def generate_key(path: Path, scheme: str = "ed25519") -> GeneratedKey:
    """Make a key pair: ``path`` (PKCS#8 PEM, mode 0600) and ``path`` with ``.pub`` (SPKI PEM).

    Raises:
        UsageError: one of the files exists, or the folder cannot be written.
    """
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415 - heavy
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519  # noqa: PLC0415 - heavy

    private: Any = (
        ed25519.Ed25519PrivateKey.generate() if scheme == "ed25519" else ec.generate_private_key(ec.SECP256R1())
    )
    public_path = path.with_name(path.name + ".pub")
    for existing in (path, public_path):
        if existing.exists():
            raise UsageError(f"{existing}: exists; a key is never overwritten", remedy="give another --output")
    private_pem = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public_pem = private.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    _write_new(path, private_pem, 0o600)
    try:
        _write_new(public_path, public_pem, 0o644)
    except UsageError:
        path.unlink()
        raise
    return GeneratedKey(path, public_path, load_public_key(public_pem, str(public_path)).keyid)


def load_signer(path: Path) -> CryptoSigner:
    """Return the signer of a private key file. Raises ``UsageError`` naming the file."""
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415 - heavy
    from securesystemslib.signer import CryptoSigner  # noqa: PLC0415 - heavy

    try:
        content = path.read_bytes()
    except OSError as error:
        raise UsageError(
            f"{path}: the signing key cannot be read ({error.strerror})", remedy="make one with `auditor keygen`"
        ) from error
    try:
        private: Any = serialization.load_pem_private_key(content, password=None)
    except (ValueError, TypeError) as error:
        raise UsageError(
            f"{path}: no unencrypted PEM private key ({error})", remedy="make one with `auditor keygen`"
        ) from error
    return CryptoSigner(private, _named(private.public_key(), str(path)))


def load_public_key(pem: bytes, where: str) -> SSlibKey:
    """Return the public key in ``pem``; its ``keyid`` is the SHA-256 of its SPKI. Raises ``UsageError``."""
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415 - heavy

    try:
        return _named(serialization.load_pem_public_key(pem), where)
    except (ValueError, TypeError) as error:
        raise UsageError(
            f"{where}: no PEM public key", remedy="give the signer's public key, from a channel that you trust"
        ) from error


def _named(public: Any, where: str) -> SSlibKey:
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415 - heavy
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519  # noqa: PLC0415 - heavy
    from securesystemslib.signer import SSlibKey  # noqa: PLC0415 - heavy

    p256 = isinstance(public, ec.EllipticCurvePublicKey) and isinstance(public.curve, ec.SECP256R1)
    if not p256 and not isinstance(public, ed25519.Ed25519PublicKey):
        raise UsageError(f"{where}: a {type(public).__name__}; expected Ed25519 or ECDSA P-256")
    spki = public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return SSlibKey.from_crypto(public, keyid=hashlib.sha256(spki).hexdigest())


def _write_new(path: Path, content: bytes, mode: int) -> None:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    except OSError as error:
        raise UsageError(f"{path}: cannot be written ({error.strerror})", remedy="give another --output") from error
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())

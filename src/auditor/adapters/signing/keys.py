"""File keys: made, stored, loaded, and named by the SHA-256 of their public half (SPKI, DER).

Rules kept here: a private key appears whole, mode 0600, and never over another file; its passphrase comes from a
callable, never from the command line or a file name; keys are compared by SPKI bytes; a public key comes from outside
a bundle. Ed25519 and ECDSA P-256 only.
Sources: RFC 5208 and 5958 (PKCS#8), RFC 5280, section 4.1 (SPKI), RFC 8410 (Ed25519).
"""

from __future__ import annotations

import hashlib
import os
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from auditor.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from auditor.adapters.signing.sslib import CryptoSigner, Key, SSlibKey

SCHEMES = ("ed25519", "ecdsa-p256")
MAKE_ONE = "make one with `auditor keygen`"


@dataclass(frozen=True, slots=True)
class GeneratedKey:
    """Where a new key lies, and its id."""

    private_path: Path
    public_path: Path
    key_id: str


def generate_key(path: Path, scheme: str = "ed25519", *, passphrase: Callable[[], bytes] | None = None) -> GeneratedKey:
    """Make a key pair: ``path`` (PKCS#8 PEM, mode 0600) and ``path`` with ``.pub`` (SPKI PEM).

    Raises:
        UsageError: the scheme is unknown, one of the files exists, or the folder cannot be written.
    """
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415 - heavy

    public_path = path.with_name(path.name + ".pub")
    for existing in (path, public_path):
        if existing.exists() or existing.is_symlink():
            raise UsageError(f"{existing}: exists; a key is never overwritten", remedy="give another --output")
    private = _new_private(scheme)
    locked: Any = serialization.NoEncryption()
    if passphrase is not None:
        locked = serialization.BestAvailableEncryption(_asked(passphrase))
    private_pem = private.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, locked)
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


def others_may_read(path: Path) -> bool:
    """Say whether the file at ``path`` may be read or written by anyone but its owner."""
    return bool(stat.S_IMODE(path.stat().st_mode) & (stat.S_IRWXG | stat.S_IRWXO))


def load_signer(path: Path, *, passphrase: Callable[[], bytes] | None = None) -> CryptoSigner:
    """Return the signer of a private key file; ``passphrase`` is asked only when one is given.

    Raises:
        UsageError: the file cannot be read, holds no private key of ours, or another passphrase opens it.
    """
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415 - heavy
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415 - heavy

    from auditor.adapters.signing.sslib import CryptoSigner  # noqa: PLC0415 - heavy

    content = _read(path)
    try:
        private: Any = serialization.load_pem_private_key(content, None if passphrase is None else _asked(passphrase))
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        kind = "unencrypted PEM private key" if passphrase is None else "PEM private key that this passphrase opens"
        raise UsageError(f"{path}: no {kind} ({error})", remedy=MAKE_ONE) from error
    return CryptoSigner(private, named_key(private.public_key(), str(path)))


def is_encrypted(path: Path) -> bool:
    """Tell whether a private key file needs a passphrase. Raises ``UsageError`` when it cannot be read."""
    content = _read(path)
    return b"-----BEGIN ENCRYPTED PRIVATE KEY-----" in content or b"Proc-Type: 4,ENCRYPTED" in content


def load_public_key(pem: bytes, where: str) -> SSlibKey:
    """Return the public key in ``pem``; its ``keyid`` is the SHA-256 of its SPKI. Raises ``UsageError``."""
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415 - heavy
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415 - heavy

    try:
        return named_key(serialization.load_pem_public_key(pem), where)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise UsageError(
            f"{where}: no PEM public key", remedy="give the signer's public key, from a channel that you trust"
        ) from error


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path}: the signing key cannot be read ({error.strerror})", remedy=MAKE_ONE) from error


def _asked(passphrase: Callable[[], bytes]) -> bytes:
    answer = passphrase()
    if not answer:
        raise UsageError("the passphrase of the signing key is empty", remedy="give one, or use a key without")
    return answer


def _new_private(scheme: str) -> Any:
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519  # noqa: PLC0415 - heavy

    if scheme not in SCHEMES:
        raise UsageError(f"unknown key scheme {scheme!r}; expected one of {', '.join(SCHEMES)}")
    return ed25519.Ed25519PrivateKey.generate() if scheme == "ed25519" else ec.generate_private_key(ec.SECP256R1())


def scheme_of(key: Key) -> str:
    """Return which of ``SCHEMES`` a key is of."""
    return SCHEMES[0] if key.keytype == SCHEMES[0] else SCHEMES[1]


def spki_pem(key: Key) -> str:
    """Return the public key as SPKI PEM: what a file of it holds."""
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415 - heavy
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey  # noqa: PLC0415 - heavy

    public = key.keyval["public"]
    if scheme_of(key) != SCHEMES[0]:
        return str(public).strip() + "\n"
    raw = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public))  # securesystemslib keeps these as hex
    return raw.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()


def named_key(public: Any, where: str) -> SSlibKey:
    """Return a public key of pyca/cryptography under the name that every key has here: the SHA-256 of its SPKI.

    Raises:
        UsageError: it is neither Ed25519 nor ECDSA P-256.
    """
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415 - heavy
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519  # noqa: PLC0415 - heavy

    from auditor.adapters.signing.sslib import SSlibKey  # noqa: PLC0415 - heavy

    p256 = isinstance(public, ec.EllipticCurvePublicKey) and isinstance(public.curve, ec.SECP256R1)
    if not p256 and not isinstance(public, ed25519.Ed25519PublicKey):
        raise UsageError(f"{where}: a {type(public).__name__}; expected Ed25519 or ECDSA P-256")
    spki = public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return SSlibKey.from_crypto(public, keyid=hashlib.sha256(spki).hexdigest())


def _write_new(path: Path, content: bytes, mode: int) -> None:
    """Write a file that appears whole under its name or not at all, and never over another."""
    try:
        descriptor, scratch = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fchmod(file.fileno(), mode)
                os.fsync(file.fileno())
            os.link(scratch, path)
        finally:
            Path(scratch).unlink()
    except OSError as error:
        raise UsageError(f"{path}: cannot be written ({error.strerror})", remedy="give another --output") from error

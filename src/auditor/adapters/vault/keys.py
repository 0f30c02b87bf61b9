"""The key of a vault: 32 random bytes in a file of their own, and the keys that are derived from it.

Rules kept here: the file appears whole, mode 0600, never over another; one that others may read is refused; each use
has a key of its own (RFC 5869), so that what finds a person opens nothing.
"""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from auditor.adapters.signing.keys import others_may_read
from auditor.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class VaultKeys:
    """``finds`` tells persons apart without naming them, ``wraps`` locks the key that each person has."""

    finds: bytes
    wraps: bytes


def make_key(path: Path) -> None:
    """Write a new key. Raises ``UsageError`` when the file is there or cannot be written."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(KEY_BYTES) + "\n")
            file.flush()
            os.fsync(file.fileno())
    except FileExistsError as error:
        raise UsageError(f"{path}: exists; a key is never overwritten", remedy="give another --key") from error
    except OSError as error:
        raise UsageError(f"{path}: cannot be written ({error.strerror})", remedy="give another --key") from error


def load_keys(path: Path) -> VaultKeys:
    """Return the keys that the file at ``path`` gives. Raises ``UsageError``."""
    from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415 - heavy
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF  # noqa: PLC0415 - heavy

    try:
        shared = others_may_read(path)
        content = path.read_bytes()
    except OSError as error:
        raise UsageError(
            f"{path}: the key of the vault cannot be read ({error.strerror})",
            remedy="name the key that `auditor pseudonyms init` made",
        ) from error
    if shared:
        raise UsageError(f"{path}: others may read the key of the vault", remedy="make it mode 0600, and of its owner")
    try:
        key = bytes.fromhex(content.decode("ascii").strip())
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise UsageError(
            f"{path}: no key of a vault, expected {2 * KEY_BYTES} hexadecimal digits",
            remedy="name the key that `auditor pseudonyms init` made",
        )

    def derived(use: bytes) -> bytes:
        return HKDF(SHA256(), KEY_BYTES, salt=None, info=b"auditor vault 1: " + use).derive(key)

    return VaultKeys(derived(b"find"), derived(b"wrap"))

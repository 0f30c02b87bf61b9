"""Opens the signer that a reference names: a key file, a key in AWS KMS, or one on a PKCS#11 token.

Rules kept here: a reference holds no secret; the secret that a key needs comes from a callable and is asked only when
the key needs one; whatever the signer, its key is named by the SHA-256 of its SPKI.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from auditor.adapters.signing.keys import is_encrypted, load_signer
from auditor.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from auditor.adapters.signing.sslib import Signer

FILE, KMS, PKCS11 = "file:", "awskms:", "pkcs11:"
HOW_TO_UNLOCK = "on a terminal you are asked; else use --passphrase-fd or AUDITOR_PASSPHRASE_FILE"


@dataclass(frozen=True, slots=True)
class Reference:
    """What a key reference says: in which kind of store (``file:``, ``awskms:`` or ``pkcs11:``), and where there."""

    store: str
    place: str

    @property
    def path(self) -> Path | None:
        """Return the file of a file key."""
        return Path(self.place) if self.store == FILE else None


def parse_reference(text: str) -> Reference:
    """Return what ``text`` names; what begins with no known store is a path. Raises ``UsageError`` when it is empty."""
    for store in (FILE, KMS, PKCS11):
        if text.startswith(store):
            break
    else:
        store, text = FILE, FILE + text
    place = text if store == PKCS11 else text.removeprefix(store)  # a pkcs11: URI has a grammar of its own
    if not text.removeprefix(store):
        raise UsageError(
            "the key reference is empty", remedy="give a path, awskms:ARN, awskms:alias/NAME, or pkcs11:..."
        )
    return Reference(store, place)


def open_signer(reference: str, secret: Callable[[], bytes] | None = None) -> Signer:
    """Return the signer that ``reference`` names; ``secret`` gives the passphrase of a file or the PIN of a token.

    Raises:
        UsageError: the reference is wrong, its key is of another kind than Ed25519 or P-256, or the secret is.
        EngineError: the service or the token cannot be reached, refuses, or its package is not installed.
    """
    named = parse_reference(reference)
    if named.store == KMS:
        from auditor.adapters.signing.kms import open_kms  # noqa: PLC0415 - heavy

        return open_kms(named.place)
    if named.store == PKCS11:
        from auditor.adapters.signing.pkcs11_token import open_token  # noqa: PLC0415 - an extra

        return open_token(named.place, secret)
    path = Path(named.place)
    if not is_encrypted(path):
        return load_signer(path)
    if secret is None:
        raise UsageError(f"{path}: the key is locked by a passphrase, and none was given", remedy=HOW_TO_UNLOCK)
    return load_signer(path, passphrase=secret)

"""Signs with a P-256 key on a PKCS#11 token (an HSM, a smart card, a YubiKey), named by an RFC 7512 URI.

Rules kept here: the token gets a SHA-256 digest (CKM_ECDSA) and the private half never leaves it; the URI must name one
token and one key, or it is refused; a PIN comes from a callable and a wrong one is never tried again, for tokens lock;
a session lasts for one signature, for tokens end idle ones.
Sources: RFC 7512; PKCS#11 v2.40, sections 2.3.1 and 2.3.6,
https://docs.oasis-open.org/pkcs11/pkcs11-curr/v2.40/os/pkcs11-curr-v2.40-os.html
"""

from __future__ import annotations

import hashlib
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from auditor.adapters.signing.keys import named_key
from auditor.adapters.signing.pkcs11_uri import TokenKey, parse_uri
from auditor.adapters.signing.sslib import Signature, Signer
from auditor.errors import EngineError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from auditor.adapters.signing.sslib import Key, SSlibKey

_REMEDIES = {
    "PinIncorrect": "give the right PIN; each wrong one counts, and the token locks after a few",
    "PinLocked": "the token is locked: let its security officer unlock it",
    "PinExpired": "set a new PIN on the token",
    "PinLenRange": "give the right PIN; its length is not one that the token takes",
    "NoSuchToken": "plug the token in, or correct token, manufacturer, model or serial in the URI",
    "MultipleTokensReturned": "name one token, by token or serial",
    "NoSuchKey": "correct object or id in the URI; the key's public half must be on the token too",
    "MultipleObjectsReturned": "name one key, by object and id",
}
_MISTAKEN = ("PinIncorrect", "PinLenRange", "NoSuchKey", "MultipleTokensReturned", "MultipleObjectsReturned")


class TokenSigner(Signer):
    """Signs with one key on a token, which is logged in to for each signature."""

    def __init__(self, named: TokenKey, pin: Callable[[], bytes], public_key: SSlibKey) -> None:
        self._named = named
        self._pin = pin
        self._public_key = public_key

    @property
    def public_key(self) -> SSlibKey:
        """Return the public half, as the token gave it when the signer was opened."""
        return self._public_key

    @classmethod
    def from_priv_key_uri(cls, priv_key_uri: str, public_key: Key, secrets_handler: Any = None) -> Signer:
        """Refuse: signers are opened by ``auditor.adapters.signing.signers``, which asks the token for the key."""
        raise NotImplementedError

    def sign(self, payload: bytes) -> Signature:
        """Return the DER of an ECDSA signature over the SHA-256 of ``payload``. Raises ``EngineError``."""
        from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature  # noqa: PLC0415 - heavy
        from pkcs11 import Mechanism, ObjectClass  # noqa: PLC0415 - an extra

        digest = hashlib.sha256(payload).digest()
        with _session(self._named, self._pin) as session:
            raw = _found(session, ObjectClass.PRIVATE_KEY, self._named).sign(digest, mechanism=Mechanism.ECDSA)
        half = len(raw) // 2
        signature = encode_dss_signature(int.from_bytes(raw[:half]), int.from_bytes(raw[half:]))
        return Signature(self._public_key.keyid, signature.hex())


def open_token(uri: str, pin: Callable[[], bytes] | None) -> TokenSigner:
    """Return the signer of the key that ``uri`` names, once the token took the PIN and showed both halves of the key.

    Raises:
        UsageError: the URI is none, names no or more than one token or key, the key is not P-256, or the PIN is wrong.
        EngineError: python-pkcs11 is not installed, or the token's module or the token does not work.
    """
    named = parse_uri(uri)
    if pin is None:
        raise UsageError(
            f"{named}: a token needs its PIN, and none was given",
            remedy="on a terminal you are asked; else use --passphrase-fd or AUDITOR_PASSPHRASE_FILE",
        )
    try:
        from pkcs11 import ObjectClass  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise EngineError(
            "python-pkcs11, which talks to the token, is not installed", remedy="install auditor[pkcs11]"
        ) from error
    with _session(named, pin) as session:
        _found(session, ObjectClass.PRIVATE_KEY, named)
        public_key = _public_key(_found(session, ObjectClass.PUBLIC_KEY, named), named)
    return TokenSigner(named, pin, public_key)


def _public_key(half: Any, named: TokenKey) -> SSlibKey:
    from cryptography.hazmat.primitives.serialization import load_der_public_key  # noqa: PLC0415 - heavy
    from pkcs11.util.ec import encode_ec_public_key  # noqa: PLC0415 - an extra

    try:
        public = load_der_public_key(encode_ec_public_key(half))
    except (ValueError, TypeError) as error:
        raise UsageError(f"{named}: the public half on the token is no EC key", remedy="use a P-256 key") from error
    return named_key(public, str(named))


def _found(session: Any, kind: Any, named: TokenKey) -> Any:
    """Return the one EC object of a kind that has the name."""
    from pkcs11 import Attribute, KeyType, MultipleObjectsReturned, NoSuchKey  # noqa: PLC0415 - an extra

    wanted = {Attribute.CLASS: kind, Attribute.KEY_TYPE: KeyType.EC}
    wanted |= {} if named.object is None else {Attribute.LABEL: named.object}
    wanted |= {} if named.id is None else {Attribute.ID: named.id}
    found = list(session.get_objects(wanted))  # to its end: a search that is left open outlives the session
    if len(found) != 1:
        raise MultipleObjectsReturned if found else NoSuchKey
    return found[0]


@contextmanager
def _session(named: TokenKey, pin: Callable[[], bytes]) -> Iterator[Any]:
    """Be logged in to the token; any failure of it names the key and says what to do."""
    import pkcs11  # noqa: PLC0415 - an extra

    failed = ""
    try:
        with _token(pkcs11, named).open(user_pin=pin().decode()) as session:
            yield session
    except pkcs11.PKCS11Error as error:
        failed = type(error).__name__
    except UnicodeDecodeError:
        failed = "PinInvalid"
    if failed:
        kind = UsageError if failed in _MISTAKEN else EngineError
        remedy = _REMEDIES.get(failed, "check the module and that the token is there and works")
        raise kind(f"{named}: the token says {failed}", remedy=remedy)


def _token(pkcs11: Any, named: TokenKey) -> Any:
    """Return the one initialised token that the URI names."""
    wanted = named.token_attributes()
    try:
        module = pkcs11.lib(named.module)
    except RuntimeError as error:
        raise EngineError(
            f"{named.module}: no PKCS#11 module that can be loaded", remedy="install it, or correct module-path"
        ) from error
    found = [token for slot in module.get_slots(token_present=True) for token in _tokens(slot, wanted)]
    if len(found) != 1:
        raise (pkcs11.MultipleTokensReturned if found else pkcs11.NoSuchToken)
    return found[0]


def _tokens(slot: Any, wanted: dict[str, str]) -> list[Any]:
    token = slot.get_token()
    said = {"token": token.label, "manufacturer": token.manufacturer_id, "model": token.model}
    serial = token.serial
    said["serial"] = serial.decode(errors="replace") if isinstance(serial, bytes) else str(serial)
    return [token] if all(said[name] == value for name, value in wanted.items()) else []

"""The one door to securesystemslib: what of it is used here, imported together because it is heavy.

It gives the signer interface, file keys, key parsing, and DSSE's PAE. What of it is not
used, and why: its ``Envelope.from_dict`` takes a list of signatures of any length and knows no wrapper, so reading and
writing the JSON is in ``envelope``; its default key ids are not the SHA-256 of the SPKI that other tools compute.
"""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def _without_boto3() -> Iterator[None]:
    """Let boto3 count as not installed for a while, unless it is loaded already.

    The signer package loads it for a signer that is not used here (docs/adr/0011), and that takes longer than the rest
    of a small run.
    """
    hidden = "boto3" not in sys.modules
    if hidden:
        sys.modules["boto3"] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        if hidden:
            del sys.modules["boto3"]


# securesystemslib is typed, but its signer package re-exports by plain import, which mypy's strict mode does not take.
with _without_boto3():
    from securesystemslib.dsse import Envelope
    from securesystemslib.exceptions import VerificationError as BadSignature
    from securesystemslib.signer import CryptoSigner, Key, Signature, Signer, SSlibKey  # type: ignore[attr-defined]

__all__ = ["BadSignature", "CryptoSigner", "Envelope", "Key", "SSlibKey", "Signature", "Signer"]

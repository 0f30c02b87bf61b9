"""The one door to securesystemslib: what of it is used here, imported together because it is heavy.

It gives the signer interface (file keys now, KMS and PKCS#11 later), key parsing, and DSSE's PAE. What of it is not
used, and why: its ``Envelope.from_dict`` takes a list of signatures of any length and knows no wrapper, so reading and
writing the JSON is in ``envelope``; its default key ids are not the SHA-256 of the SPKI that other tools compute.
"""

import sys

# Its package loads boto3 where that is installed, for a signer that is not used here (docs/adr/0011), and that takes longer
# than the rest of a small run. Hidden while it loads, boto3 counts as not installed there, and nowhere else.
_HIDDEN = "boto3" not in sys.modules
if _HIDDEN:
    sys.modules["boto3"] = None  # type: ignore[assignment]

# securesystemslib is typed, but its signer package re-exports by plain import, which mypy's strict mode does not take.
from securesystemslib.dsse import Envelope
from securesystemslib.exceptions import VerificationError as BadSignature
from securesystemslib.signer import CryptoSigner, Key, Signature, Signer, SSlibKey  # type: ignore[attr-defined]

if _HIDDEN:
    del sys.modules["boto3"]

__all__ = ["BadSignature", "CryptoSigner", "Envelope", "Key", "SSlibKey", "Signature", "Signer"]

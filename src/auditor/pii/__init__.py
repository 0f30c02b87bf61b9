"""Personal data in text: what is looked for, how it is found, and the labelled corpus on which that is measured.

Rules kept here: pure, of its inputs alone; validity is decided by kept libraries (python-stdnum, phonenumbers,
ipaddress, the address grammar of the standard library), while the corpus makes its identifiers with arithmetic of its
own, so that neither is measured by itself. Both the command line and the collectors know this package.
"""

from __future__ import annotations

# Those that have a form of their own, which a library can check.
STRUCTURED = (
    "EMAIL", "PHONE_DE", "PHONE_INTERNATIONAL", "IBAN", "CREDIT_CARD", "SSN_US", "GERMAN_ID", "IP_ADDRESS",
)  # fmt: skip
UNSTRUCTURED = ("ADDRESS", "POSTAL_CODE_DE")
TYPES = STRUCTURED + UNSTRUCTURED

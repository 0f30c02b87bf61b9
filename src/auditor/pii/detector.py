"""The detector: personal data in text, with type and place, and never the text itself.

Rules kept here: a place belongs to one type, the surest first; lines are never read together, so a whole block of lines
can be searched at once, which is what makes it quick.
"""

from __future__ import annotations

from auditor.pii.mail import addresses
from auditor.pii.network import ip_addresses
from auditor.pii.numbers import cards, german_ids, ibans, social_security
from auditor.pii.phones import phones
from auditor.pii.places import postcodes, streets
from auditor.pii.spans import Span, Spans

NOTHING = ""
FINDERS = (
    ("IP_ADDRESS", ip_addresses),
    ("CREDIT_CARD", cards),
    ("SSN_US", social_security),
)
LATER = (("GERMAN_ID", german_ids), ("ADDRESS", streets), ("POSTAL_CODE_DE", postcodes))


def detect(text: str) -> list[Span]:
    """Return the pieces of personal data in ``text``, which ``auditor.pii.plain.plain`` made, in order."""
    spans = Spans()
    for start, end in addresses(text):
        spans.claim(start, end, "EMAIL")
    for start, end, valid in ibans(text):
        spans.claim(start, end, "IBAN" if valid else NOTHING)
    for kind, find in FINDERS:
        for start, end in find(text):
            spans.claim(start, end, kind)
    for start, end, kind in phones(text):
        spans.claim(start, end, kind)
    for kind, find in LATER:
        for start, end in find(text):
            spans.claim(start, end, kind)
    return [one for one in spans if one.type]

"""A labelled corpus: short texts in German and English, in which identifiers and near misses stand at known places.

Rules kept here: the same (seed, number of documents) gives the same corpus on every machine; every type comes equally
often in both languages; an identifier is also written with other spaces, in other digits, and as people disguise it.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

from auditor.pii import TYPES
from auditor.pii.identifiers import CITIES, near_miss, valid

if TYPE_CHECKING:
    from collections.abc import Iterator

LANGUAGES = ("de", "en")
WIDE = {ord(one): ord(one) + 0xFEE0 for one in "0123456789"}
DISGUISED_SHARE, PLACE_SHARE = 0.35, 0.85
SAID = {
    "de": {
        "EMAIL": "Bitte antworten Sie an {}, danke.", "PHONE_DE": "Rückruf unter {} erbeten.",
        "PHONE_INTERNATIONAL": "Im Ausland erreichbar: {} (abends).", "IBAN": "Erstattung auf {} überwiesen.",
        "CREDIT_CARD": "Karte {} wurde doppelt belastet.", "SSN_US": "Die SSN {} steht im Vertrag.",
        "GERMAN_ID": "Personalausweis {} liegt vor.", "IP_ADDRESS": "Anmeldung von {} fehlgeschlagen.",
        "ADDRESS": "Lieferung an {} ist fällig.", "POSTAL_CODE_DE": "Wir wohnen in {} seit März.",
    },
    "en": {
        "EMAIL": "Please write to {}, thanks.", "PHONE_DE": "Call me in Germany on {} please.",
        "PHONE_INTERNATIONAL": "My number is {}, any time.", "IBAN": "Refund to {} was sent.",
        "CREDIT_CARD": "Card {} was charged twice.", "SSN_US": "My SSN is {} as filed.",
        "GERMAN_ID": "German ID card {} was shown.", "IP_ADDRESS": "Login from {} failed.",
        "ADDRESS": "Deliver to {} today.", "POSTAL_CODE_DE": "We moved to {} in May.",
    },
}  # fmt: skip
FILLER = {
    "de": ("Seit gestern lädt die Seite nicht. ", "Übrigens: Bestellung 4711-0815 ist offen. ", "Guten Tag, "),
    "en": ("The page has not loaded since yesterday. ", "Order A-20250114-77 is open. ", "Hello, "),
}


@dataclass(frozen=True, slots=True)
class Label:
    """``text[start:end]`` of its document is an identifier of ``type``, or a near miss; ``plain`` is its usual form."""

    type: str
    start: int
    end: int
    near_miss: bool
    plain: str


@dataclass(frozen=True, slots=True)
class Document:
    """One text with its labels."""

    id: str
    language: str
    text: str
    labels: tuple[Label, ...]


def documents(seed: int, count: int) -> Iterator[Document]:
    """Yield ``count`` documents; ten of them plant each type at least twice and one near miss of each."""
    random = Random(seed)  # noqa: S311 - an example, not a secret
    for number in range(count):
        language = LANGUAGES[(number // len(TYPES)) % len(LANGUAGES)]
        kinds = [
            (TYPES[number % 10], False),
            (TYPES[(number * 3 + 5) % 10], False),
            (TYPES[(number * 7 + 1) % 10], True),
        ]
        random.shuffle(kinds)
        text, labels = "", []
        for kind, missed in kinds:
            text += random.choice(FILLER[language])
            plain = near_miss(kind, random) if missed else valid(kind, random, language)
            written = plain if missed else disguised(plain, kind, random)
            lead, trail = SAID[language][kind].split("{}")
            start = len(text) + len(lead)
            labels.append(Label(kind, start, start + len(written), missed, plain))
            text += f"{lead}{written}{'' if missed else _place(kind, random)}{trail} "
        yield Document(f"doc-{number:06d}", language, text.rstrip(), tuple(labels))


def _place(kind: str, random: Random) -> str:
    """Return what follows an identifier: after most postcodes a place, after some nothing that tells what they are."""
    return f" {random.choice(CITIES)}" if kind == "POSTAL_CODE_DE" and random.random() < PLACE_SHARE else ""


def disguised(plain: str, kind: str, random: Random, *, always: bool = False) -> str:
    """Return ``plain`` as it is, or in one of the other forms in which people and programs write its type."""
    if not always and random.random() >= DISGUISED_SHARE:
        return plain
    if kind == "EMAIL":
        at, dot = random.choice(((" (at) ", "."), ("[at]", "[dot]"), (" at ", " dot "), (" (at) ", " punkt ")))
        local, _, host = plain.partition("@")
        return f"{local}{at}{host.replace('.', dot)}"
    if kind == "IP_ADDRESS":
        return plain.replace(".", "[.]")
    if kind in {"ADDRESS", "POSTAL_CODE_DE"}:
        return plain.replace(" ", "\u00a0")
    compact = plain.replace(" ", "")
    grouped = " ".join(compact[at : at + 4] for at in range(0, len(compact), 4))
    ways = [plain.replace(" ", "\u00a0"), plain.translate(WIDE)]
    if kind in {"IBAN", "CREDIT_CARD"}:
        ways += [compact, grouped, grouped.replace(" ", "\u00a0"), grouped.replace(" ", "-"), " ".join(compact)]
    if kind == "IBAN":
        ways.append(compact.lower())
    if kind == "PHONE_DE" and compact.isdigit():
        ways.append(" ".join(compact))
    if kind == "SSN_US":
        ways.append(plain.replace("-", "\u2011"))
    return random.choice(ways)

"""Postal addresses and postcodes: no form of their own, so words decide, and what they miss is measured and said.

Rules kept here: a street is a name with an ending that streets have, and a house number; a postcode is five digits that
a place name follows, or that a word calls one.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from auditor.pii.spans import before, says

if TYPE_CHECKING:
    from collections.abc import Iterator

# How names of streets end; each is searched for by itself, since a word that is one text is found quickest.
_ENDINGS = (
    "traße", "trasse", "tr.", "weg", "Weg", "latz", "llee", "asse", "ring", "Ring", "amm", "ufer", "Ufer", "aussee",
    "steig", "hof", "arkt",
)  # fmt: skip
_NUMBERED = tuple(
    (ending, re.compile(rf"{re.escape(ending)} {{0,2}}[1-9][0-9]{{0,3}}(?: ?[a-h](?![A-Za-z]))?(?![0-9A-Za-z])"))
    for ending in _ENDINGS
)
_ENGLISH = (
    " Street", " St", " Road", " Rd", " Avenue", " Ave", " Lane", " Ln", " Drive", " Dr", " Way", " Square", " Court",
    " Boulevard", " Blvd", " Terrace", " Crescent",
)  # fmt: skip
_HOUSE = re.compile(r"(?<![0-9A-Za-z])[1-9][0-9]{0,4}[A-Za-z]? (?:[A-Z][a-z]+ ?){1,3}$")
_WORDS = frozenset(("Platz", "Straße", "Strasse", "Str.", "Weg", "Ring", "Markt", "Gasse", "Allee", "Damm", "Ufer"))
_MOST_NAME = 64
POSTCODE_DIGITS = 5
_NAME = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZäöüÄÖÜßé-.")
_POSTCODE = re.compile(r"[0-9](?<![0-9A-Za-z.,].)[0-9]{4}(?<!00...) {1,2}(?P<place>[A-ZÄÖÜ][a-zäöüß]{2,})")
_SAID = re.compile(
    r"(?i:\b(?:plz|postleitzahl|postcode|zip code)\b)[^\w\n]{0,3}(?:[a-z]+ ){0,2}"
    r"(?P<code>(?:0[1-9]|[1-9][0-9])[0-9]{3})(?![0-9A-Za-z])"
)
# Nouns that follow a number and are no place.
_NO_PLACE = frozenset((
    "Stück", "Euro", "Artikel", "Zeilen", "Tickets", "Anfragen", "Kunden", "Punkte", "Meter", "Kilometer", "Bytes",
    "Ereignisse", "Einträge", "Sekunden", "Millisekunden", "Minuten", "Stunden", "Tage", "Nutzer", "Personen",
    "Mitarbeiter", "Dollar", "Items", "Requests", "Records", "Tokens", "Rows", "Events", "Bestellungen", "Datensätze",
    "Aufrufe", "Fehler", "Seiten", "Dokumente", "Exemplare", "Einheiten",
))  # fmt: skip


def streets(text: str) -> Iterator[tuple[int, int]]:
    """Yield the spans of a street with its house number."""
    for ending, numbered in _NUMBERED:
        if ending in text:
            for found in numbered.finditer(text):
                start = found.start()
                while start and text[start - 1] in _NAME:
                    start -= 1
                if text[start].isupper() and text[start : found.start() + len(ending)] not in _WORDS:
                    yield start, found.end()
    for ending in _ENGLISH:
        at = text.find(ending)
        while at >= 0:
            end = at + len(ending)
            house = _HOUSE.search(before(text, at, _MOST_NAME))
            if house and not text[end : end + 1].isalpha():
                yield at - len(house[0]), end
            at = text.find(ending, end)


def postcodes(text: str) -> Iterator[tuple[int, int]]:
    """Yield the spans of German postcodes."""
    for found in _POSTCODE.finditer(text):
        if found["place"] not in _NO_PLACE and not _numbers_other(text, found.start()):
            yield found.start(), found.start() + POSTCODE_DIGITS
    if says(text, ("plz", "postleitzahl", "postcode", "zip code")):
        for found in _SAID.finditer(text):
            yield found.span("code")


def _numbers_other(text: str, at: int) -> bool:
    """Return whether a dash before the digits makes them a part of something else; ``D-`` is of the postcode."""
    return text[at - 1 : at] == "-" and not before(text, at, 3).lstrip(" (,").startswith("D-")

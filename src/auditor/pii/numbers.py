"""Numbers that a check digit or an authority's rules tell from others: IBANs, cards, social security and ID numbers.

Rules kept here: a pattern only proposes, and what it proposes is tried from its longest end to its shortest, since
other numbers may follow; where the rules alone would also take many numbers that are none, a word before has to say so.
Sources: ISO 13616 and ISO/IEC 7812 as python-stdnum keeps them; ICAO 9303, part 3 (check digit, weights 7, 3, 1).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from stdnum import iban, luhn
from stdnum.de import idnr
from stdnum.us import ssn

from auditor.pii.spans import before, ends, first_valid, says

if TYPE_CHECKING:
    from collections.abc import Iterator

DIGITS = frozenset("0123456789")
_LETTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
_MOST_IBAN, _MOST_CARD = 34, 19
# A pattern that begins with a class of characters is searched for many times quicker than one that begins by looking
# back, so each looks back over its first character.
_IBAN = re.compile(r"[A-Za-z](?<![A-Za-z0-9].) ?[A-Za-z] {0,2}[0-9] ?[0-9](?=(?:[ .\-]{0,2}[A-Za-z0-9]){11})")
_CARD = re.compile(r"[2-6](?<![A-Za-z0-9+].)(?=(?:[ .\-]{0,3}[0-9]){12})")
_SSN = re.compile(r"[0-9](?<![A-Za-z0-9\-].)[0-9]{2}-[0-9]{2}-[0-9]{4}(?![A-Za-z0-9\-])")
_SSN_SAID = re.compile(r"(?i)(?:ssn|social security)[^0-9\n]{0,24}?([0-9](?:[ \-]{0,3}[0-9]){8})(?![A-Za-z0-9])")
_TAX = re.compile(r"[1-9](?<![A-Za-z0-9\-].)(?:[ ./\-]{0,3}[0-9]){10}(?![A-Za-z0-9])")
_SINGLE = re.compile(r"(?:^|[^A-Za-z0-9])[0-9][ .\-]$")
_CARD_ID = "CFGHJKLMNPRTVWXYZ"
_IDENTITY = re.compile(
    r"(?i:ausweis|perso|identity card|id card|reisepass|passport)(?i:-?n(?:umme)?r)?(?i: number)?[^\w\n]{0,3}"
    rf"(?i:\w{{1,20}}[^\w\n]{{1,2}}){{0,3}}?([{_CARD_ID}](?: ?[{_CARD_ID}0-9]){{8}}(?: ?[0-9])?)(?![A-Za-z0-9])"
)
_ISSUERS = re.compile(
    r"4(?:\d{15}|\d{18})|5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}|3[47]\d{13}"
    r"|3(?:0[0-5]|[68]\d)\d{11}|6(?:011|5\d\d|4[4-9]\d)\d{12}|35(?:2[89]|[3-8]\d)\d{12}|62\d{14}(?:\d{3})?"
)


def ibans(text: str) -> Iterator[tuple[int, int, bool]]:
    """Yield the spans of IBANs, each with whether it is valid: of one that is not, no part is anything else."""
    at = 0
    while found := _IBAN.search(text, at):
        at = found.end()
        candidates = list(ends(text, found.start(), _MOST_IBAN, DIGITS | _LETTERS, " .-"))
        for valid, test in ((True, _is_iban), (False, _is_built_alike)):
            end = first_valid(text, iter(candidates), found.start(), test)
            if end is not None:
                yield found.start(), end, valid
                at = end
                break


def _is_iban(piece: str) -> bool:
    """Return whether structure and check digits are right, whatever a country's banks are called today."""
    return bool(iban.is_valid(piece, check_country=False))


def _is_built_alike(piece: str) -> bool:
    """Return whether ``piece`` would be an IBAN if its check digits were others."""
    number = iban.compact(piece)
    return bool(iban.is_valid(number[:2] + iban.calc_check_digits(number) + number[4:], check_country=False))


def cards(text: str) -> Iterator[tuple[int, int]]:
    """Yield the spans of card numbers of a known issuer whose check digit holds."""
    at = 0
    while found := _CARD.search(text, at):
        at = found.end()
        candidates = ends(text, found.start(), _MOST_CARD, DIGITS, " .-")
        end = None if _goes_on(text, at - 1) else first_valid(text, candidates, found.start(), _is_card)
        if end is not None:
            yield found.start(), end
            at = end


def _goes_on(text: str, at: int) -> bool:
    """Return whether a single digit stands before the one at ``at``: both are of a number whose digits stand apart."""
    return _SINGLE.search(before(text, at, 4)) is not None


def _is_card(piece: str) -> bool:
    digits = only_digits(piece)
    return _ISSUERS.fullmatch(digits) is not None and len(set(digits)) > 1 and bool(luhn.is_valid(digits))


def social_security(text: str) -> Iterator[tuple[int, int]]:
    """Yield the spans of social security numbers: in their usual form, or in another after a word that says so."""
    for found in _SSN.finditer(text):
        if ssn.is_valid(found[0]):
            yield found.span()
    if says(text, ("ssn", "social security")):
        for found in _SSN_SAID.finditer(text):
            if ssn.is_valid(only_digits(found[1])):
                yield found.span(1)


def german_ids(text: str) -> Iterator[tuple[int, int]]:
    """Yield the spans of tax identification numbers, and of serial numbers of identity cards and passports.

    A serial number has a check digit, or none: so a word before it has to say what it is.
    """
    at = 0
    while found := _TAX.search(text, at):
        at = found.start() + 1
        if not _goes_on(text, found.start()) and idnr.is_valid(only_digits(found[0])):
            yield found.span()
            at = found.end()
    if says(text, ("ausweis", "perso", "identity card", "id card", "passport", "reisepass")) or "ID card" in text:
        for found in _IDENTITY.finditer(text):
            if _is_serial(found[1].replace(" ", "")):
                yield found.span(1)


def _is_serial(serial: str) -> bool:
    return len(serial) == 9 or check_digit(serial[:-1]) == int(serial[-1])  # noqa: PLR2004 - without its check digit


def check_digit(serial: str) -> int:
    """Return the check digit of ICAO 9303: weights 7, 3, 1; a letter counts from 10."""
    return sum(int(one, 36) * (7, 3, 1)[at % 3] for at, one in enumerate(serial)) % 10


def only_digits(text: str) -> str:
    """Return the digits of ``text``."""
    return "".join(one for one in text if one in DIGITS)


def said_before(text: str, at: int, words: re.Pattern[str]) -> bool:
    """Return whether one of ``words`` ends right before ``at``."""
    return words.search(before(text, at)) is not None

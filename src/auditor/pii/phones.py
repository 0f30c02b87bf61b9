"""Telephone numbers, as libphonenumber's data hold them valid: German ones, and those of other countries.

Rules kept here: a number begins with ``+``, ``00`` or, for a German one, ``0``; a date in the German form is none, nor
are less than ten digits in one piece without a country code.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import phonenumbers

from auditor.pii.numbers import DIGITS, only_digits
from auditor.pii.spans import ends

if TYPE_CHECKING:
    from collections.abc import Iterator

# A pattern that begins with a class of characters is found quickest: see auditor.pii.numbers.
_WORLD = re.compile(r"[+0](?<![A-Za-z0-9+].)(?:(?<=\+)|(?<=0) ?0) {0,2}\(?[1-9](?=(?:[ ()./\-]{0,3}[0-9]){6})")
_GERMAN = re.compile(r"0(?<![A-Za-z0-9+.,:/\-].) {0,2}[1-9](?=(?:[ ()./\-]{0,3}[0-9]){5})")
_DATE = re.compile(r"0[1-9]([./\-])[0-3]?[0-9]\1(?:[12][0-9])?[0-9]{2}(?![0-9])")
_BETWEEN = " ()./-"
_MOST_DIGITS = 17
_LEAST_BARE = 10
_GERMANY = 49


def phones(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield the spans of valid numbers, each with its type."""
    yield from _all(text, _WORLD, None)
    yield from _all(text, _GERMAN, "DE")


def _all(text: str, begins: re.Pattern[str], region: str | None) -> Iterator[tuple[int, int, str]]:
    at = 0
    while found := begins.search(text, at):
        at, start = found.end(), found.start()
        if region and _DATE.match(text, start):
            continue
        for end in ends(text, start + (text[start] == "+"), _MOST_DIGITS, DIGITS, _BETWEEN):
            number = None if text[end : end + 1] == "-" else _parsed(text[start:end], region)
            if number is not None:
                yield start, end, "PHONE_DE" if number.country_code == _GERMANY else "PHONE_INTERNATIONAL"
                at = end
                break


def _parsed(piece: str, region: str | None) -> phonenumbers.PhoneNumber | None:
    """Return the valid number that ``piece`` is; a zero in brackets after the country code is not part of it."""
    if region is None:
        digits = only_digits(piece.replace("(0)", ""))
        written = "+" + (digits if piece.startswith("+") else digits[2:])
    else:
        written = only_digits(piece)
        if written == piece and len(written) < _LEAST_BARE:
            return None
    try:
        number = phonenumbers.parse(written, region)
    except phonenumbers.NumberParseException:
        return None
    return number if phonenumbers.is_valid_number(number) else None

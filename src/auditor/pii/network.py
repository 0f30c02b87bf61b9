"""IP addresses of either version; what the machine calls itself, and a version number of four parts, are none."""

from __future__ import annotations

import re
from ipaddress import ip_address
from typing import TYPE_CHECKING

from auditor.pii.numbers import said_before

if TYPE_CHECKING:
    from collections.abc import Iterator

_DOT = r" {0,2}[.\[(](?:(?<=\.)|\.[\])]) {0,2}"
_FOUR = re.compile(
    rf"[0-9](?<![A-Za-z0-9.\-].)[0-9]{{0,2}}(?:{_DOT}[0-9]{{1,3}}){{3}}(?![A-Za-z0-9]|\.[0-9]|-[A-Za-z])"
)
_COLONS = re.compile(r":(?:[0-9A-Fa-f]{1,4}:){6}|::")
_HEX = frozenset("0123456789abcdefABCDEF:")
_MOST, _LEAST = 39, 6
_VERSION = re.compile(
    r"(?i)(?:\bv|\bversion|\bver\.|\brelease|\bfirmware|\bbuild|\bpatch(?:stand)?|\bupdate(?: auf)?|\boid"
    r"|\b(?:chrome|safari|firefox|edg|opr)/) {0,2}[:=]? {0,2}$"
)


def ip_addresses(text: str) -> Iterator[tuple[int, int]]:
    """Yield the spans of IP addresses by which a person may be found."""
    for found in _FOUR.finditer(text):
        if _is_one(re.sub(r"[^0-9.]", "", found[0])) and not said_before(text, found.start(), _VERSION):
            yield found.span()
    at = 0
    while colons := _COLONS.search(text, at):
        start, end = colons.span()
        while start > at and colons.start() - start < _MOST and text[start - 1] in _HEX:
            start -= 1
        while end < len(text) and text[end] in _HEX:
            end += 1
        at = end
        if _LEAST <= end - start <= _MOST and _alone(text, start, end) and _is_one(text[start:end].rstrip(":")):
            yield start, end


def _alone(text: str, start: int, end: int) -> bool:
    """Return whether no word goes on before or after, and there is a digit, which a name of a program may lack."""
    around = text[max(0, start - 1) : start] + text[end : end + 1]
    return not any(one.isalnum() or one == "_" for one in around) and any(one.isdigit() for one in text[start:end])


def _is_one(piece: str) -> bool:
    try:
        found = ip_address(piece)
    except ValueError:
        return False
    return not (found.is_loopback or found.is_unspecified or found.is_multicast or str(found) == "255.255.255.255")

"""E-mail addresses, also in the disguises that people write: ``max (at) example punkt de``.

Rules kept here: the standard library's grammar of RFC 5322 decides on an address; a domain has a dot and ends in
letters that are no file's ending; without brackets, ``at`` and ``dot`` have to be words both.
"""

from __future__ import annotations

import re
from email.errors import MessageError
from email.headerregistry import Address
from functools import lru_cache
from typing import TYPE_CHECKING

from auditor.pii.spans import says

if TYPE_CHECKING:
    from collections.abc import Iterator

_LABEL = r"[A-Za-z0-9äöüÄÖÜß](?:[A-Za-z0-9äöüÄÖÜß\-]{0,61}[A-Za-z0-9äöüÄÖÜß])?"
_AT = re.compile(rf"@ ?(?P<domain>(?:{_LABEL}\.)+[A-Za-z]{{2,24}})(?![A-Za-z0-9])")
_WORDS = re.compile(r"(?i) ?[(\[{<](?:at|ät)[)\]}>] ?| (?:at|ät) ")
_DOT = r" ?[(\[{<](?:dot|punkt)[)\]}>] ?| (?:dot|punkt) "
_ANY_DOT = re.compile(rf"(?i)(?P<domain>{_LABEL}(?:(?:\.|{_DOT}){_LABEL})*(?:\.|{_DOT})[a-z]{{2,24}})(?![A-Za-z0-9])")
_WORD_DOT = re.compile(rf"(?i)(?P<domain>{_LABEL}(?:(?:{_DOT}){_LABEL})*(?:{_DOT})[a-z]{{2,24}})(?![A-Za-z0-9])")
_DOTS = re.compile(rf"(?i){_DOT}")
_LOCAL = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$%*+-^_{|}~.äöüÄÖÜß")
_ASCII = str.maketrans("äöüÄÖÜß", "aouAOUs")
_MOST_LOCAL = 64
_BRACKETED = re.compile(r"[(\[{<][aAäÄ][tT][)\]}>]")
_FILES = frozenset(("png", "jpg", "jpeg", "gif", "svg", "webp", "js", "ts", "css", "py", "json", "log", "txt", "html"))


def addresses(text: str) -> Iterator[tuple[int, int]]:
    """Yield the spans of e-mail addresses."""
    if "@" in text:
        for found in _AT.finditer(text):
            apart = text[found.start() - 1 : found.start()] == " ", found[0][1] == " "
            if apart[0] == apart[1]:
                yield from _address(text, found.start() - apart[0], found)
    if _BRACKETED.search(text) or (says(text, (" at ", " ät ")) and says(text, (" dot ", " punkt "))):
        for found in _WORDS.finditer(text):
            bare = found[0].strip().casefold() in {"at", "ät"}
            domain = (_WORD_DOT if bare else _ANY_DOT).match(text, found.end())
            if domain:
                yield from _address(text, found.start(), domain)


def _address(text: str, at: int, domain: re.Match[str]) -> Iterator[tuple[int, int]]:
    """Yield the span of the address whose local part ends at ``at``, if it is one."""
    start = at
    while start and at - start < _MOST_LOCAL and text[start - 1] in _LOCAL:
        start -= 1
    while start < at and text[start] in ".#-*{|":  # what stands before an address in a sentence
        start += 1
    if start < at and _is_address(text[start:at].translate(_ASCII), _DOTS.sub(".", domain["domain"]).translate(_ASCII)):
        yield start, domain.end()


@lru_cache(maxsize=4096)
def _is_address(local: str, host: str) -> bool:
    if host.rpartition(".")[2].casefold() in _FILES:
        return False
    try:
        found = Address(addr_spec=f"{local}@{host}")
    except (ValueError, IndexError, MessageError):
        return False
    return found.username == local

"""Text as it is searched: one character for the many that look like it, and what is escaped as what it stands for.

Rules kept here: a line stays a line, so that records can be counted before and after; places are those of the text that
is returned.
"""

from __future__ import annotations

import re

_WIDE = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
_SPACES = dict.fromkeys([0xA0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000], " ")
_DASHES = dict.fromkeys([*range(0x2010, 0x2016), 0x2212, 0xFE58, 0xFE63], "-")
_LOOKALIKES = {**_WIDE, **_SPACES, **_DASHES, 0xFE6B: "@", 0x2024: ".", 0x3002: "."}
_ODD = re.compile(
    "[\u00a0\u1680\u2000-\u200a\u2010-\u2015\u2024\u202f\u205f\u2212\u3000\u3002\ufe58-\ufe6b\uff01-\uff5e]"
)
_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
_ESCAPED = re.compile(r"""\\u([0-9a-fA-F]{4})|\\[nrtbf"/]|&#(?:x([0-9a-fA-F]{2})|([0-9]{2,3}));""")
_PERCENT = re.compile(r"%([2-7][0-9A-Fa-f])")


def plain(text: str) -> str:
    """Return ``text`` with JSON, URL and HTML escapes undone, unseen characters left out and look-alikes replaced."""
    if "\\" in text or "&#" in text:
        text = _ESCAPED.sub(_unescaped, text)
    if "%" in text:
        text = _PERCENT.sub(lambda found: chr(int(found[1], 16)), text)
    if not text.isascii():
        text = _UNSEEN.sub("", text)
        if _ODD.search(text):
            text = text.translate(_LOOKALIKES)
    return text


def _unescaped(found: re.Match[str]) -> str:
    """Return what an escape stands for; a line break or a control stands for a space."""
    code = found[1] or found[2]
    if not code and not found[3]:
        return found[0][1] if found[0][1] in '"/' else "  "
    one = chr(int(code, 16) if code else int(found[3]))
    return one if one.isprintable() else " "

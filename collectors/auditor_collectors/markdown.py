"""What a Markdown document holds of what is asked: declared sections and fields, and where its relative links lead.

Rules kept here: the text is parsed as CommonMark with tables (markdown-it-py), so a heading, a link or a field inside
a code block is none; a section is filled when something stands under it, headings, comments and placeholders aside; a
field is a line ``Name: value`` of the text, whatever its emphasis; only what is asked for leaves.
Source: https://spec.commonmark.org/0.31.2/
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from markdown_it.token import Token

PLACEHOLDERS = frozenset({"", "tbd", "tba", "todo", "...", "-", "\u2014"})
EMPHASIS = re.compile(r"[*_`]")
COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
CODE = ("fence", "code_block")


@dataclass(frozen=True, slots=True)
class Content:
    """What was found: whether each section is filled, the first value of each field, the paths that links lead to."""

    sections: dict[str, bool]
    fields: dict[str, str]
    links: tuple[str, ...]


def content_of(text: str, path: str, sections: Collection[str], fields: Collection[str]) -> Content:
    """Return what ``text``, which lies at ``path`` of its repository, holds of ``sections`` and ``fields``.

    A path that a link leads to is relative to the repository's root; one that leads out of it begins with ``..``.
    """
    from markdown_it import MarkdownIt  # noqa: PLC0415 - heavy

    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    return Content(_sections(tokens, sections), _fields(tokens, fields), tuple(sorted(set(_links(tokens, path)))))


def _sections(tokens: Sequence[Token], wanted: Collection[str]) -> dict[str, bool]:
    found: dict[str, bool] = {}
    above: list[tuple[int, str]] = []
    heading = 0
    for token in tokens:
        if token.type == "heading_open":
            heading = int(token.tag[1:])
        elif heading and token.type == "inline":
            title = _plain(token.content)
            above = [*((level, name) for level, name in above if level < heading), (heading, title)]
            if title in wanted:
                found.setdefault(title, False)
        elif token.type == "heading_close":
            heading = 0
        elif _says(token):
            found |= {name: True for _, name in above if name in found}
    return found


def _says(token: Token) -> bool:
    if token.type in CODE:
        return bool(token.content.strip())
    if token.type not in {"inline", "html_block"}:
        return False
    return _plain(COMMENT.sub("", token.content)).lower() not in PLACEHOLDERS


def _fields(tokens: Sequence[Token], wanted: Collection[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for token in tokens:
        for line in token.content.splitlines() if token.type == "inline" else ():
            name, colon, value = _plain(line).partition(":")
            if colon and name.strip() in wanted:
                found.setdefault(name.strip(), value.strip())
    return found


def _links(tokens: Sequence[Token], path: str) -> Iterator[str]:
    for child in (child for token in tokens for child in token.children or ()):
        target = {"link_open": child.attrs.get("href"), "image": child.attrs.get("src")}.get(child.type)
        if target is None:
            continue
        parts = urlsplit(str(target))  # of what markdown-it has escaped, so it parses
        if parts.scheme or parts.netloc or not parts.path:
            continue
        wanted = unquote(parts.path)
        folder = "" if wanted.startswith("/") else posixpath.dirname(path)
        yield posixpath.normpath(posixpath.join(folder, wanted.lstrip("/")))


def _plain(text: str) -> str:
    return EMPHASIS.sub("", text).strip()

"""What mkdocs is told beside mkdocs.yml: the order of the parts, names as anchors, and links that leave the pages.

Rules kept here: a new page needs no entry anywhere, it stands in the part whose folder it is in, by its title; the name of
a refusal or a reason is an anchor, so that ``docs/refusals.md#digest-mismatch`` leads there; a link to a file of the source
becomes its path.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mkdocs.structure.nav import Navigation

PARTS = ("Tutorial", "How-to", "Reference", "Explanation", "Quality", "Decisions")
FOLDERS = {"Adr": "Decisions", "How to": "How-to"}
BELONGS = {"refusals.md": "Reference", "benchmarks.md": "Quality"}
BOOSTS = {"refusals.md": 4, "how-to": 4, "tutorial": 4, "reference": 2, "adr": 0.2, "quality": 0.5}
NAME = re.compile(r"<td><code>([a-z][a-z0-9_-]+)</code></td>")
OUTSIDE = re.compile(r"\[([^\]]+)\]\((?:\.\./)+((?:policies|src|collectors|tests|tools|examples)/[^)]+)\)")


def on_nav(nav: Navigation, **_: Any) -> Navigation:
    """Put the parts in the order in which somebody new needs them, and the pages outside the folders into theirs."""
    parts = {FOLDERS.get(item.title, item.title): item for item in nav.items if item.is_section}
    for title, part in parts.items():
        part.title = title
    for page in [item for item in nav.items if item.is_page and item.file.src_uri in BELONGS]:
        nav.items.remove(page)
        page.parent = parts[BELONGS[page.file.src_uri]]
        page.parent.children.append(page)
    nav.items.sort(key=lambda item: PARTS.index(item.title) if item.is_section else -1)
    return nav


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Name a file of the source instead of linking to it; let a search find what people look for before decisions."""
    page.meta["search"] = {"boost": BOOSTS.get(page.file.src_uri.partition("/")[0], 1)}
    return OUTSIDE.sub(r"\1 (`\2`)", markdown)


def on_page_content(html: str, page: Any, **_: Any) -> str:
    """Make anchors of the names that a message may point to: the first row of each."""
    if page.file.src_uri not in {"refusals.md", "reference/reasons.md"}:
        return html
    seen: set[str] = set()

    def anchored(found: re.Match[str]) -> str:
        name = found[1]
        if name in seen:
            return found[0]
        seen.add(name)
        return f'<td id="{name}"><code>{name}</code></td>'

    return NAME.sub(anchored, html)

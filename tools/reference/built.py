"""``python -m tools.reference.built SITE``: what must hold of the pages that were built.

Rules kept here: a page loads nothing from another host; every anchor that a message can point to is an id of its page.
"""

from __future__ import annotations

import sys
from html.parser import HTMLParser
from pathlib import Path

from auditor.core.glossary import known_names, meanings

# What a browser fetches by itself, by its attribute; a link that a person follows is none of it.
FETCHED = {"script": "src", "img": "src", "iframe": "src", "source": "src", "link": "href"}
SAYS_WHERE_IT_IS = {"canonical", "next", "prev"}  # relations of a link that fetch nothing


class Page(HTMLParser):
    """The ids of a page, and what it fetches from elsewhere."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.foreign: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take note of one element."""
        given = dict(attrs)
        self.ids |= {given["id"] or ""} if "id" in given else set()
        address = given.get(FETCHED.get(tag, ""), "") or ""
        if address.startswith(("http:", "https:", "//")) and given.get("rel") not in SAYS_WHERE_IT_IS:
            self.foreign.append(f"<{tag}> {address}")


def problems(site: Path) -> list[str]:
    """Return what does not hold of the pages in ``site``, as sentences."""
    pages: dict[str, Page] = {}
    for path in sorted(site.rglob("*.html")):
        page = pages[path.relative_to(site).as_posix()] = Page()
        page.feed(path.read_text(encoding="utf-8"))
    found = [f"{name}: fetches {address}" for name, page in pages.items() for address in page.foreign]
    for style in sorted(site.rglob("*.css")):
        text = style.read_text(encoding="utf-8")
        found += [
            f"{style.name}: fetches {part[:60]}"
            for part in text.split("url(")[1:]
            if part.lstrip("\"'").startswith(("http", "//"))
        ]
    for anchor in sorted({one.anchor for name in known_names() for one in meanings(name)}):
        source, _, name = anchor.partition("#")
        page_name = source.removeprefix("docs/").replace(".md", ".html")
        if page_name not in pages or name not in pages[page_name].ids:
            found.append(f"{page_name}: has no id {name}, which `auditor help {name}` points to")
    return found if pages else [f"{site}: no pages there"]


if __name__ == "__main__":
    said = problems(Path(sys.argv[1]))
    sys.stderr.write("".join(f"{one}\n" for one in said))
    sys.exit(bool(said))

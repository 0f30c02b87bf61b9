"""The documentation: generated pages are those of the program, and what is built of them is looked at."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING

from tools.reference import built, site
from tools.reference.pages import FOLDER, pages

from auditor.core.glossary import known_names, meanings

if TYPE_CHECKING:
    from pathlib import Path


def test_the_generated_pages_are_those_that_are_committed() -> None:
    """When this fails: `make reference`."""
    written = pages()
    assert {name: (FOLDER / name).read_text(encoding="utf-8") for name in written} == written


def as_built(folder: Path, more: str = "") -> Path:
    """Write the pages that have anchors as a site has them, with ``more`` in each."""
    (folder / "reference").mkdir(parents=True)
    anchors = {one.anchor for name in known_names() for one in meanings(name)}
    for source in {anchor.partition("#")[0].removeprefix("docs/") for anchor in anchors}:
        rows = "".join(f"<td><code>{one.partition('#')[2]}</code></td>" for one in sorted(anchors) if source in one)
        page = SimpleNamespace(file=SimpleNamespace(src_uri=source))
        (folder / source.replace(".md", ".html")).write_text(site.on_page_content(rows, page=page) + more)
    return folder


def test_every_name_that_a_message_points_to_is_an_anchor(tmp_path: Path) -> None:
    assert built.problems(as_built(tmp_path / "whole")) == []
    page = tmp_path / "whole" / "refusals.html"
    page.write_text(page.read_text().replace('id="digest-mismatch"', ""))
    [said] = built.problems(tmp_path / "whole")
    assert "has no id digest-mismatch" in said
    assert built.problems(tmp_path / "whole" / "reference" / "none")


def test_what_a_page_loads_from_elsewhere_is_found_and_links_are_not(tmp_path: Path) -> None:
    links = '<a href="https://a.example">a</a><link rel="canonical" href="https://b.example">'
    given = f'{links}<script src="//c.example"></script>'
    folder = as_built(tmp_path / "site", given)
    (folder / "style.css").write_text("a { background: url('https://d.example/x.png') } b { src: url(here.woff) }")
    said = built.problems(folder)
    assert sorted({one.rpartition(" ")[2] for one in said if "c.example" in one}) == ["//c.example"]
    assert sum("d.example" in one for one in said) == 1
    assert not any("a.example" in one or "b.example" in one for one in said)


def test_a_link_to_the_source_becomes_its_path() -> None:
    text = "[its text](../../policies/a/b.md) and [a page](../how-to/watch.md)"
    assert site.on_page_markdown(text) == "its text (`policies/a/b.md`) and [a page](../how-to/watch.md)"

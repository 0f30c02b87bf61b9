"""The documentation: generated pages are those of the program, and what is built of them is looked at."""

from __future__ import annotations

import os
import shutil
import subprocess
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from tools.reference import built, manual, site
from tools.reference.pages import FOLDER, pages

from auditor.cli.main import COMMANDS
from auditor.core.glossary import known_names, meanings

if TYPE_CHECKING:
    from pathlib import Path


def test_the_generated_pages_are_those_that_are_committed() -> None:
    """When this fails: `make reference`."""
    written = pages()
    assert {name: (FOLDER / name).read_text(encoding="utf-8") for name in written} == written


def test_the_manual_pages_are_those_that_are_committed() -> None:
    """When this fails: `make reference`."""
    written = manual.manual_pages()
    assert {path.name: path.read_text(encoding="utf-8") for path in manual.FOLDER.iterdir()} == written
    assert len(written) > len(COMMANDS)


def test_mandoc_finds_nothing_wrong_with_a_manual_page_but_that_it_has_no_date() -> None:
    program = shutil.which("mandoc")
    if program is None:
        if os.environ.get("CI"):
            pytest.fail("CI needs mandoc: tools/install-mandoc.sh")
        pytest.skip("no mandoc: tools/install-mandoc.sh")
    pages_of_man = sorted(manual.FOLDER.iterdir())
    command = [program, "-T", "lint", "-W", "warning", *pages_of_man]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    said = done.stdout.splitlines()
    assert [one for one in said if "missing date" not in one] == []
    assert len(said) == len(pages_of_man)  # it did look


def test_roff_prints_a_text_as_it_is() -> None:
    assert manual.text(".so x\n'a \\\\b --c") == "\\&.so x\n\\&'a \\e\\eb \\-\\-c"


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
    page = SimpleNamespace(file=SimpleNamespace(src_uri="how-to/release.md"), meta={})
    assert site.on_page_markdown(text, page=page) == "its text (`policies/a/b.md`) and [a page](../how-to/watch.md)"

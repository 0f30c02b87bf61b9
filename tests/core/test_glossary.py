"""Every name that the program gives as a reason has a meaning, and a row in the page that its anchor names."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from auditor.core.glossary import TABLES, Meaning, known_names, meanings

ROOT = Path(__file__).parents[2]


def test_every_anchor_is_a_row_of_a_page_that_is_there() -> None:
    anchors = {one.anchor for name in known_names() for one in meanings(name)}
    rows = {
        f"{page}#{name}"
        for page in {page for *_, page in TABLES}
        for name in re.findall(r"^\| `([a-z0-9_-]+)` \|", (ROOT / page).read_text(encoding="utf-8"), re.MULTILINE)
    }
    assert anchors == rows


@pytest.mark.parametrize(("name", "count"), [("digest-mismatch", 1), ("role-not-held", 2), ("coverage", 1), ("no", 0)])
def test_a_name_has_the_meaning_of_each_table_that_has_it(name: str, count: int) -> None:
    found = meanings(name)
    assert len(found) == count
    assert all(isinstance(one, Meaning) and one.says and one.anchor.endswith(f"#{name}") for one in found)

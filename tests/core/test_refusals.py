"""One table of refusals: what the program raises, what the page documents, in one order."""

from __future__ import annotations

import re
from pathlib import Path

import auditor
from auditor.core.refusals import REFUSALS

SOURCE = Path(auditor.__file__).parent
PAGE = Path(__file__).parents[2] / "docs" / "refusals.md"


def test_the_page_and_the_table_agree() -> None:
    rows = re.findall(r"^\| `([a-z-]+)` \| (.+) \|$", PAGE.read_text(), re.MULTILINE)
    assert rows == list(REFUSALS.items())


def test_every_name_that_is_raised_is_in_the_table_and_the_other_way_round() -> None:
    text = "".join(path.read_text() for path in sorted(SOURCE.rglob("*.py")))
    raised = set(re.findall(r"VerificationError\(\s*\"([^\"]+)\"", text))
    assert raised == set(REFUSALS)


def test_names_are_kebab_case() -> None:
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)+", name) for name in REFUSALS)

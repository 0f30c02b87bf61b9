"""One table of refusals: what the program raises, what the page documents, in one order."""

from __future__ import annotations

import re
from pathlib import Path

import auditor
from auditor.core.admission import NOT_ADMITTED
from auditor.core.evidence import NOT_COUNTED
from auditor.core.refusals import REFUSALS

SOURCE = Path(auditor.__file__).parent
PAGE = Path(__file__).parents[2] / "docs" / "refusals.md"


def test_the_page_and_the_tables_agree() -> None:
    rows = re.findall(r"^\| `([a-z-]+)` \| (.+) \|$", PAGE.read_text(), re.MULTILINE)
    assert rows == [*REFUSALS.items(), *NOT_ADMITTED.items(), *NOT_COUNTED.items()]


def test_every_reason_that_is_given_is_in_its_table() -> None:
    admit = (SOURCE / "shell" / "admit.py").read_text()
    given = set(re.findall(r"Reason\(\s*f?\"([^\"]+)\"", admit))
    assert {one for one in given if "{" not in one} | {"release-mismatch", "environment-mismatch"} == set(NOT_ADMITTED)
    evidence = (SOURCE / "core" / "evidence.py").read_text()
    assert all(f'"{name}"' in evidence for name in NOT_COUNTED)


def test_every_name_that_is_raised_is_in_the_table_and_the_other_way_round() -> None:
    text = "".join(path.read_text() for path in sorted(SOURCE.rglob("*.py")))
    raised = set(re.findall(r"VerificationError\(\s*\"([^\"]+)\"", text))
    assert raised == set(REFUSALS)


def test_names_are_kebab_case() -> None:
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)+", name) for name in REFUSALS)

"""The report of mutation: what a run of some files changes of it, and what it leaves."""

from __future__ import annotations

from pathlib import Path

import pytest
from tools.mutate.mutant import Mutant, Outcome, read_equivalents
from tools.mutate.python_places import python_mutants
from tools.mutate.report import Row, Section, read_sections, render, section

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "quality" / "mutation.md"
EQUIVALENT = ROOT / "tools" / "mutate" / "equivalent.toml"
SAME = {("b.py", "g", "negated", "if x"): "why"}


def outcome(file: str, change: str, killed: str | None, *, invalid: bool = False) -> Outcome:
    return Outcome(Mutant(file, 7, "g", "negated", change, ""), killed, invalid)


def first() -> Section:
    outcomes = [
        outcome("a.py", "if a | b", None),
        outcome("a.py", "if c", "test_c"),
        outcome("b.py", "if x", None),
        outcome("b.py", "if y", None, invalid=True),
    ]
    return section(outcomes, SAME, "2026-11-24")


def test_a_row_counts_each_mutant_once() -> None:
    one = first()
    assert list(one.rows.values()) == [
        Row("a.py", "2026-11-24", 2, 1, 0, 0, 1),
        Row("b.py", "2026-11-24", 2, 0, 1, 1, 0),
    ]
    assert one.score() == (
        "1 of 2 mutants noticed (50.0 %); beside them 1 that change nothing, and 1 that are refused before they run"
    )


def test_what_is_written_is_read_again() -> None:
    sections = {"rego": first(), "python": section([outcome("c.py", "if z", "t")], SAME, "2026-11-25")}
    page = render(sections, SAME)
    assert read_sections(page) == sections
    assert render(read_sections(page), SAME) == page


def test_a_run_of_some_files_leaves_the_rows_of_the_others() -> None:
    again = section([outcome("a.py", "if c", "test_c")], SAME, "2026-11-25")
    merged = again.over(first(), lambda file: file == "a.py")
    assert merged.rows["a.py"] == Row("a.py", "2026-11-25", 1, 1, 0, 0, 0)
    assert merged.rows["b.py"] == first().rows["b.py"]
    assert merged.alive == {}  # of a.py only what survived in this run
    other = section([outcome("b.py", "if y", "t")], SAME, "2026-11-25").over(first(), lambda file: file == "b.py")
    assert other.alive == first().alive


def test_a_run_of_all_files_forgets_those_that_are_gone() -> None:
    again = section([outcome("a.py", "if c", "test_c")], SAME, "2026-11-25")
    assert again.over(first(), lambda _: True) == again


def test_a_row_of_another_form_is_not_guessed_at() -> None:
    page = render({"rego": first()}, SAME).replace("| 2026-11-24 ", "")
    with pytest.raises((TypeError, ValueError)):
        read_sections(page)


def test_the_page_is_of_this_form_and_lists_what_was_reviewed() -> None:
    page = PAGE.read_text()
    assert render(read_sections(page), read_equivalents(EQUIVALENT)) == page


@pytest.mark.parametrize(
    "file", sorted({key[0] for key in read_equivalents(EQUIVALENT) if key[0].endswith(".py")}), ids=str
)
def test_what_was_reviewed_is_a_mutant_still(file: str) -> None:
    """An entry whose code was changed since was reviewed for other code."""
    mutants = {one.key for one in python_mutants(file, (ROOT / file).read_text())}
    assert {key for key in read_equivalents(EQUIVALENT) if key[0] == file} <= mutants

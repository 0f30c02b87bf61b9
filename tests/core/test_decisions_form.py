"""The form of decisions.json in a bundle that a stranger signed."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

import pytest

from auditor.core.decisions_form import decisions_problem
from auditor.core.summary import summarise
from sealed import document

if TYPE_CHECKING:
    from collections.abc import Callable


def test_what_a_run_writes_is_of_the_form_and_can_be_shown() -> None:
    assert decisions_problem(document()) == ""
    assert summarise(document(), {}).lines[0].why


def grouped(decided: dict[str, Any]) -> None:
    """Put a line above the one there is."""
    decided["lines"].append(decided["lines"][0] | {"line": "b", "controls": [], "members": ["a"]})


def test_a_line_of_lines_needs_no_control() -> None:
    decided = document()
    grouped(decided)
    assert decisions_problem(decided) == ""


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda d: d.pop("findings"), "findings: Field required"),
        (lambda d: d.update(extra=1), "extra: Extra inputs"),
        (lambda d: d["lines"][0].pop("controls"), "lines.0.controls: Field required"),
        (lambda d: d["lines"][0].update(verdict="passed"), "lines.0.verdict"),
        (lambda d: d["findings"][0].update(window={}), "findings.0.window.start"),
        (lambda d: d["lines"].append(deepcopy(d["lines"][0])), "there twice"),
        (lambda d: d["gates"].append(deepcopy(d["gates"][0])), "there twice"),
        (lambda d: d["gates"][0].update(lines=["z"]), "names line 'z'"),
        (lambda d: d["lines"][0].update(members=["z"]), "names line 'z'"),
        (lambda d: d["gates"][0].update(decision="maybe"), "'maybe' is no decision"),
        (lambda d: d["lines"][0].update(controls=[]), "neither controls nor members"),
        (lambda d: d["findings"][0].update(line="z"), "in line 'z'"),
        (lambda d: d["findings"][0].update(control="z"), "finding of 'z'"),
        (lambda d: d["findings"][0].update(reason="because"), "'because' is no reason"),
    ],
)
def test_any_other_form_has_a_problem(change: Callable[[dict[str, Any]], Any], said: str) -> None:
    decided = document()
    change(decided)
    assert said in decisions_problem(decided)


def test_no_object_has_a_problem() -> None:
    assert decisions_problem([]).startswith("the document: ")

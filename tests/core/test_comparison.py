"""Two runs side by side: every way in which a verdict can move has its name, and a step back is one."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from auditor.core.comparison import REGRESSIONS, Measured, Parameter, compare

VERDICTS = ("pass", "fail", "inconclusive", "not_applicable")
KINDS = {
    ("pass", "fail"): "broken",
    ("pass", "inconclusive"): "blind",
    ("pass", "not_applicable"): "changed",
    ("pass", None): "gone",
    ("fail", "pass"): "fixed",
    ("fail", "inconclusive"): "blind",
    ("fail", "not_applicable"): "changed",
    ("fail", None): "changed",
    ("inconclusive", "pass"): "fixed",
    ("inconclusive", "fail"): "broken",
    ("inconclusive", "not_applicable"): "changed",
    ("inconclusive", None): "changed",
    ("not_applicable", "pass"): "changed",
    ("not_applicable", "fail"): "broken",
    ("not_applicable", "inconclusive"): "blind",
    ("not_applicable", None): "changed",
    **{(None, one): "new" for one in VERDICTS},
}


def run(verdict: str | None, observed: Any = 1, limit: Any = 2, **parameters: Any) -> dict[str, Any]:
    """Return decisions with one line of one finding, or none."""
    there = verdict is not None
    line = {"line": "l", "title": "L", "verdict": verdict, "reason": "r", "controls": [{"control": "a.b"}]}
    line["controls"][0]["parameters"] = parameters
    found = {"line": "l", "control": "a.b", "resource": "x", "verdict": verdict, "reason": "r"}
    return {
        "lines": [line] if there else [],
        "findings": [{**found, "observed": observed, "limit": limit}] if there else [],
        "gates": [{"gate": "g", "decision": "go" if verdict == "pass" else "no_go"}],
    }


@pytest.mark.parametrize(("old", "new"), list(product((*VERDICTS, None), (*VERDICTS, None))))
def test_every_move_has_its_name(old: str | None, new: str | None) -> None:
    found = compare(run(old), run(new), {}, {})
    expected = KINDS.get((old, new)) if old != new else None
    assert [one.kind for one in found.lines] == ([expected] if expected else [])
    assert [(one.old, one.new) for one in found.findings] == ([(old, new)] if expected else [])
    assert found.regressed == (expected in REGRESSIONS)
    assert found.changed == (old != new)


def test_a_gate_that_decides_otherwise_is_named() -> None:
    assert compare(run("pass"), run("fail"), {}, {}).gates == (("g", "go", "no_go"),)
    without = {**run("pass"), "gates": []}
    assert compare(without, run("pass"), {}, {}).gates == (("g", None, "go"),)


def test_a_value_that_moved_under_the_same_verdict_is_measured() -> None:
    found = compare(run("pass", observed=1), run("pass", observed=3, limit=4), {}, {})
    assert found.measured == (Measured("l", "a.b", "x", "pass", (1, 2), (3, 4)),)
    assert (found.lines, found.regressed, found.changed) == ((), False, True)


def test_a_value_under_another_verdict_is_told_by_the_verdict_alone() -> None:
    assert compare(run("pass", observed=1), run("fail", observed=3), {}, {}).measured == ()


def test_a_parameter_that_is_set_otherwise_set_or_left_out_is_named() -> None:
    found = compare(run("pass", a=1, b=2, c=3), run("pass", a=1, b=5, d=None), {}, {})
    assert found.parameters == (Parameter("l", "a.b", "b", 2, 5), Parameter("l", "a.b", "c", 3, None))
    assert found.changed


def test_policies_that_differ_appear_or_vanish_are_named() -> None:
    found = compare(run("pass"), run("pass"), {"a": "1", "b": "1", "c": "1"}, {"a": "1", "b": "2", "d": "1"})
    assert found.policies == ("b", "c", "d")
    assert found.changed

"""What a change would have decided: how bundles are counted, and what counts as a step back."""

from __future__ import annotations

from typing import Any

import pytest

from auditor.core.backtest import (
    Backtest,
    Difference,
    GateMoved,
    Lacking,
    Outcome,
    Setting,
    Side,
    differences,
    moved_gates,
    took_back,
)
from auditor.core.comparison import compare
from auditor.core.findings import tables_lacking
from auditor.core.summary import ControlWords
from auditor.model import Verdict

LACKS = (Lacking("l", "a.b", ("t",)),)
SETTING = Setting(None, "a.b", "limit", 1)


def outcome(standing: Any = "compared", **members: Any) -> Outcome:
    return Outcome("b", "b.tar", standing, **members)


def run(verdict: str, reason: str, observed: int, limit: int) -> dict[str, Any]:
    """Return decisions with one line of one finding, and one without findings."""
    lines = [
        {"line": name, "title": name.upper(), "verdict": verdict, "reason": reason, "controls": []} for name in "lm"
    ]
    found = {"line": "l", "control": "a.b", "resource": "x", "verdict": verdict, "reason": reason}
    gates = [{"gate": "g", "decision": "go" if verdict == "pass" else "no_go"}]
    return {"lines": lines, "gates": gates, "findings": [{**found, "observed": observed, "limit": limit}]}


def test_each_side_of_a_difference_is_said_by_its_own_policies() -> None:
    old, new = run("pass", "within_limit", 1_200_000, 1_500_000), run("fail", "over_limit", 1_200_000, 1_000_000)
    found = compare(old, new, {}, {})
    told = tuple(differences(found, Side(old, {"a.b": ControlWords("us")}), Side(new, {})))
    assert [(one.line, one.resource, one.kind) for one in told] == [
        ("l", "", "broken"),
        ("m", "", "broken"),
        ("l", "x", "broken"),
    ]
    assert (told[0].old_said, told[0].new_said) == ("", "")
    assert told[2] == Difference(
        "broken", "l", "L", "a.b", "x", "pass", "fail", "within_limit", "over_limit",
        "P95 1.200 s is within 1.500 s", "P95 1200000 is over the limit 1000000",
    )  # fmt: skip
    assert moved_gates(found) == (GateMoved("g", "go", "no_go"),)


@pytest.mark.parametrize(
    ("new", "kinds", "back"),
    [
        ("fail", ("broken", "gone"), True),
        ("fail", ("blind",), False),
        ("inconclusive", ("blind",), True),
        ("inconclusive", ("broken", "gone"), False),
        ("not_applicable", ("changed",), False),
    ],
)
def test_a_step_back_is_of_a_kind(new: str, kinds: Any, back: Any) -> None:
    found = compare(run("pass", "within_limit", 1, 2), run(new, "over_limit", 1, 2), {}, {})
    assert took_back(found, *kinds) is back


@pytest.mark.parametrize(
    ("members", "regressed"),
    [
        ({}, False),
        ({"broken": True}, True),
        ({"blind": True}, True),
        ({"blind": True, "lacking": LACKS}, False),  # the bundle lacks a table: the change is not to blame
        ({"broken": True, "lacking": LACKS}, True),
    ],
)
def test_what_is_not_decided_for_want_of_a_table_is_no_step_back(members: dict[str, Any], regressed: Any) -> None:
    one = outcome(**members)
    assert one.regressed is regressed
    assert Backtest((), (outcome(), one)).regressed is regressed


@pytest.mark.parametrize(
    ("bundles", "undecided"),
    [
        ([outcome()], False),
        ([outcome(), outcome("undecided")], True),
        ([outcome(lacking=LACKS)], True),
        ([outcome("refused")], False),  # which is worse, and told by its own name
    ],
)
def test_what_could_not_be_asked_is_not_forgotten(bundles: list[Outcome], undecided: Any) -> None:
    assert Backtest((), tuple(bundles)).undecided is undecided


def test_bundles_are_counted_by_how_far_they_could_be_asked() -> None:
    found = Backtest((), (outcome(changed=True), outcome(), outcome("refused"), outcome("failed")))
    assert [found.count(one) for one in ("compared", "unconcerned", "undecided", "refused", "failed")] == [
        2,
        0,
        0,
        1,
        1,
    ]
    assert found.changed
    assert not Backtest((), (outcome("refused"),)).changed


@pytest.mark.parametrize(
    ("settings", "bundles", "without"),
    [
        ((SETTING,), [outcome("unconcerned")], True),
        ((SETTING,), [outcome()], True),  # under another pack, whose profile does not bind it either
        ((SETTING,), [outcome("unconcerned"), outcome(bound=1)], False),
        ((SETTING,), [outcome("refused")], False),  # nobody knows
        ((), [outcome()], False),
    ],
)
def test_a_parameter_that_is_bound_nowhere_has_no_effect(settings: Any, bundles: Any, without: Any) -> None:
    assert Backtest(settings, tuple(bundles)).without_effect is without


def test_a_control_without_its_tables_passes_nothing() -> None:
    found = tables_lacking("l", "a.b", None, ("s", "t"))
    assert (found.verdict, found.reason, found.observed) == (Verdict.INCONCLUSIVE, "tables_lacking", "s, t")

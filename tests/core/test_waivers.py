"""What people signed beside findings: no verdict changes, and a waiver holds only where and while it says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from auditor.core.evidence import NO_STATEMENTS, EvidenceTables, with_earlier_runs
from auditor.core.waivers import verdict_with_adjudications, verdict_with_waivers, with_statements
from auditor.model import Finding, Verdict, Window, epoch_us

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
POLICIES = "d" * 64
WAIVER = {
    "statement": "a" * 64,
    "control": "slo.error_rate",
    "resource": "direct",
    "policy_digest": POLICIES,
    "not_before": epoch_us(NOON),
    "expiry": epoch_us(NOON + HOUR),
}
ADJUDICATION = {"statement": "b" * 64, "line": "errors", "control": "slo.error_rate", "resource": "direct"}


def beside(
    *, verdict: Verdict = Verdict.FAIL, as_of: datetime = NOON, waivable: bool = True, policies: str = POLICIES,
    waiver: dict[str, Any] | None = None, adjudication: dict[str, Any] | None = None,
) -> Finding:  # fmt: skip
    found = Finding(
        "errors", "slo.error_rate", "direct", 1, verdict, "over_limit", 2, 1, 9, Window(NOON - HOUR, NOON), {}
    )
    given = {"waivers": [WAIVER | (waiver or {})], "adjudications": [ADJUDICATION | (adjudication or {})]}
    tables = EvidenceTables(NO_STATEMENTS.tables | given)
    (one,) = with_statements([found], tables, policy_digest=policies, as_of=as_of, waivable=waivable)
    assert one.verdict == verdict
    return one


def test_a_waiver_stands_beside_the_fail_that_it_names() -> None:
    one = beside()
    assert (one.waivers, verdict_with_waivers(one)) == (("a" * 64,), Verdict.PASS)
    assert beside(as_of=NOON + HOUR - timedelta(microseconds=1)).waivers


@pytest.mark.parametrize(
    "other",
    [
        {"as_of": NOON - timedelta(microseconds=1)},
        {"as_of": NOON + HOUR},
        {"policies": "e" * 64},
        {"waivable": False},
        {"waiver": {"control": "slo.p95_latency"}},
        {"waiver": {"resource": "mcp"}},
    ],
)
def test_elsewhere_it_is_as_if_it_were_not_there(other: dict[str, Any]) -> None:
    one = beside(**other)
    assert (one.waivers, verdict_with_waivers(one)) == ((), Verdict.FAIL)


@pytest.mark.parametrize("verdict", [Verdict.PASS, Verdict.INCONCLUSIVE, Verdict.NOT_APPLICABLE])
def test_only_a_fail_is_waived_or_adjudicated(verdict: Verdict) -> None:
    one = beside(verdict=verdict)
    assert (one.waivers, one.adjudications, verdict_with_waivers(one)) == ((), (), verdict)


def test_an_adjudication_is_of_one_line_control_and_resource() -> None:
    assert beside(waivable=False).adjudications == ("b" * 64,)
    for member in ("line", "control", "resource"):
        assert beside(adjudication={member: "other"}).adjudications == ()


def test_several_waivers_are_named_in_order() -> None:
    found = Finding("l", "slo.error_rate", "direct", 1, Verdict.FAIL, "x", 2, 1, 9, Window(NOON - HOUR, NOON), {})
    rows = [WAIVER | {"statement": digest * 64} for digest in "ca"]
    tables = EvidenceTables(NO_STATEMENTS.tables | {"waivers": rows})
    (one,) = with_statements([found], tables, policy_digest=POLICIES, as_of=NOON, waivable=True)
    assert one.waivers == ("a" * 64, "c" * 64)


def test_an_adjudicated_trigger_counts_as_not_fired_for_the_status_alone() -> None:
    one = beside()
    assert (one.verdict, verdict_with_adjudications(one)) == (Verdict.FAIL, Verdict.PASS)
    assert verdict_with_adjudications(beside(adjudication={"line": "other"})) is Verdict.FAIL


def test_earlier_runs_are_laid_beside_what_was_signed() -> None:
    found = with_earlier_runs(NO_STATEMENTS, [{"run": "a"}], [{"leaf": 1}])
    assert (found.tables["prior_verdicts"], found.tables["ledger_places"]) == ([{"run": "a"}], [{"leaf": 1}])
    assert found.tables["sign_offs"] == NO_STATEMENTS.tables["sign_offs"]

"""Lines, gates and the status of a release, rolled up from findings by the shipped policies."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from auditor.adapters.policies.pack import load_pack
from auditor.adapters.policies.profile import Profile
from auditor.adapters.policies.profile_document import ProfileDocument
from auditor.adapters.rego.wasm import WasmEngine
from auditor.core.graph import topological_order
from auditor.model import Finding, GateDecision, LineVerdict, Verdict, Window
from auditor.shell.roll_up import roll_up
from auditor.shipped import policies_dir

if TYPE_CHECKING:
    from collections.abc import Iterator

AS_OF = datetime(2026, 3, 1, 12, tzinfo=UTC)
WINDOW = Window(AS_OF - timedelta(hours=1), AS_OF)
WORDS = {"pass": "within_limit", "fail": "over_limit", "inconclusive": "no_data", "not_applicable": "no_personal_data"}


@pytest.fixture(scope="module")
def engine() -> Iterator[WasmEngine]:
    with WasmEngine(load_pack(policies_dir())) as opened:
        yield opened


def bound(name: str, **more: Any) -> dict[str, Any]:
    window = {"anchor": "as_of", "start_seconds": -3600, "end_seconds": 0}
    return {"id": name, "title": name, "control": "slo.p95_latency", "window": window, "checklist": [name], **more}


def profile(
    *lines: dict[str, Any], gates: list[dict[str, Any]] | None = None, anchors: tuple[str, ...] = ()
) -> Profile:
    whole = {"id": "g", "title": "G", "kind": "go_no_go", "lines": [lines[0]["id"]]}
    document = ProfileDocument.model_validate(
        {
            "id": "small",
            "version": 1,
            "title": "Small",
            "validity_seconds": 60,
            "anchors": list(anchors),
            "sources": {},
            "lines": list(lines),
            "gates": gates or [whole],
        }
    )
    order = topological_order({one.id: (*one.members, *one.when) for one in document.lines})
    return Profile(document, "0" * 64, {}, order, {one.id: one for one in document.lines})


def finding(line: str, verdict: str, **more: Any) -> Finding:
    stated = {"reason": WORDS[verdict], "observed": None, "limit": None, "sample_size": None, "window": WINDOW} | more
    return Finding(line, "slo.p95_latency", "x", 1, Verdict(verdict), **stated)


def decided(
    engine: WasmEngine, one: Profile, *findings: Finding, anchors: dict[str, datetime] | None = None
) -> tuple[dict[str, LineVerdict], tuple[GateDecision, ...]]:
    found: dict[str, tuple[Finding, ...]] = {}
    for each in findings:
        found[each.line] = (*found.get(each.line, ()), each)
    return roll_up(one, found, engine, AS_OF, anchors or {})


@pytest.mark.parametrize(
    ("condition", "verdict", "reason"),
    [
        ("pass", "not_applicable", "condition_not_met"),
        ("fail", "pass", "within_limit"),
        ("inconclusive", "inconclusive", "condition_unknown"),
        ("not_applicable", "inconclusive", "condition_unknown"),
    ],
)
def test_a_conditional_line_applies_when_its_condition_fails(engine, condition, verdict, reason):
    one = profile(bound("a", when=["b"]), bound("b"))
    lines, _ = decided(engine, one, finding("a", "pass"), finding("b", condition))
    assert (lines["a"].verdict, lines["a"].reason) == (verdict, reason)


def test_a_conditional_group_takes_its_members_when_it_applies(engine):
    group = {"id": "all", "title": "All", "members": ["a"], "when": ["b", "c"]}
    one = profile(group, bound("a"), bound("b"), bound("c"))
    lines, _ = decided(engine, one, finding("a", "fail"), finding("b", "pass"), finding("c", "fail"))
    assert (lines["all"].verdict, lines["all"].reason) == ("fail", "over_limit")


@pytest.mark.parametrize(("settles", "provisional"), [(0, False), (3600, True), (1, True)])
def test_a_pass_on_what_has_not_settled_is_provisional_all_the_way_up(engine, settles, provisional):
    one = profile({"id": "all", "title": "All", "members": ["a"]}, bound("a", settles_seconds=settles))
    lines, (gate,) = decided(engine, one, finding("a", "pass"))
    assert (lines["a"].provisional, lines["all"].provisional, gate.provisional) == (provisional,) * 3
    assert gate.decision == "go"


def test_a_fail_is_never_provisional_nor_is_what_has_settled(engine):
    one = profile(bound("a", settles_seconds=3600), bound("b", settles_seconds=3600))
    settled = Window(AS_OF - timedelta(hours=3), AS_OF - timedelta(hours=1))
    lines, _ = decided(engine, one, finding("a", "fail"), finding("b", "pass", window=settled))
    assert not lines["a"].provisional
    assert not lines["b"].provisional


@pytest.mark.parametrize(
    ("after", "decision", "verdict"),
    [
        (timedelta(minutes=5), "go", "pass"),
        (timedelta(seconds=299), "no_go", "inconclusive"),
     (None, "no_go", "inconclusive")],
)  # fmt: skip
def test_a_point_settles_before_it_is_a_go(engine, after, decision, verdict):
    gate = {"id": "g", "title": "G", "kind": "go_no_go", "lines": ["a"], "after": "phase_2_end", "settle_seconds": 300}
    one = profile(bound("a"), gates=[gate], anchors=("phase_2_end",))
    anchors = {} if after is None else {"phase_2_end": AS_OF - after}
    _, (found,) = decided(engine, one, finding("a", "pass"), anchors=anchors)
    assert (found.decision, found.verdict) == (decision, verdict)


STATUS = {
    "id": "status", "title": "Status", "kind": "status", "lines": ["all"],
    "hard": ["slo"], "triggers": ["fires"], "no_go": ["point"], "executed": ["rollback"],
}  # fmt: skip


def release(engine: WasmEngine, **changes: Any) -> tuple[dict[str, LineVerdict], GateDecision]:
    """Decide a release of which everything passes but what ``changes`` say."""
    names = ("soft", "slo", "fires", "point", "rollback")
    whole = {"id": "all", "title": "All", "members": list(names)}
    ends = [
        {"id": f"is_{one}", "title": one, "checklist": [one], "decided_by": "status", "status": one}
        for one in ("successful", "partial", "failed")
    ]
    last = {"id": "signed", "title": "Signed", "checklist": ["224"], "decided_by": "verification", "sign_off": "signed"}
    given = dict.fromkeys(names, ("pass", {})) | changes
    findings = [finding(name, verdict, **more) for name, (verdict, more) in given.items()]
    lines, (gate,) = decided(engine, profile(whole, *map(bound, names), *ends, last, gates=[STATUS]), *findings)
    return lines, gate


@pytest.mark.parametrize(
    ("changes", "status", "verdict", "rule"),
    [
        ({}, "successful", "pass", "all_lines_pass"),
        ({"soft": ("not_applicable", {})}, "successful", "pass", "all_lines_pass"),
        ({"soft": ("inconclusive", {})}, "partial", "inconclusive", "line_unknown"),
        ({"soft": ("fail", {})}, "partial", "fail", "line_failed"),
        ({"soft": ("fail", {"waivers": ("a" * 64,)})}, "partial", "fail", "line_failed"),
        ({"slo": ("fail", {})}, "failed", "fail", "hard_line_failed"),
        ({"slo": ("inconclusive", {})}, "partial", "inconclusive", "line_unknown"),
        ({"fires": ("fail", {})}, "failed", "fail", "trigger_fired"),
        ({"fires": ("fail", {"adjudications": ("a" * 64,)})}, "partial", "fail", "line_failed"),
        ({"point": ("pass", {"reason": "no_go_recorded"})}, "failed", "fail", "no_go_decided"),
        ({"rollback": ("fail", {})}, "failed", "fail", "rollback_executed"),
    ],
)
def test_exactly_one_status_with_its_rule(engine, changes, status, verdict, rule):
    lines, gate = release(engine, **changes)
    assert (gate.decision, gate.verdict, gate.rule) == (status, verdict, rule)
    reached = [name for name in ("successful", "partial", "failed") if lines[f"is_{name}"].verdict == "pass"]
    assert reached == [status]
    assert {lines[f"is_{one}"].reason for one in {"successful", "partial", "failed"} - {status}} == {"other_status"}
    assert (lines["signed"].verdict, lines["signed"].reason) == ("inconclusive", "decided_at_verification")

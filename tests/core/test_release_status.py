"""Where a release stands: each thing in its place, and nothing that the run did not say."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from auditor.core.release_status import BlockingLine, OwedSignature, PendingLine, release_status
from auditor.core.summary import LineEntry

NOW = datetime(2025, 1, 14, 9, 6, tzinfo=UTC)
OPENS, CLOSES, AS_OF = "2025-01-14T08:00:00Z", "2025-01-14T08:25:00Z", "2025-01-14T08:20:00Z"


def line(name: str, verdict: str, reason: str, control: str = "slo.p95_latency", **parameters: Any) -> dict[str, Any]:
    return {
        "line": name,
        "title": name.upper(),
        "checklist": [name.removeprefix("line_")],
        "verdict": verdict,
        "reason": reason,
        "provisional": False,
        "controls": [{"control": control, "parameters": parameters}],
        "members": [],
    }


def group(name: str, verdict: str, *members: str) -> dict[str, Any]:
    return line(name, verdict, "member_failed") | {"controls": [], "members": list(members)}


def finding(name: str, *, known: bool = True) -> dict[str, Any]:
    return {"line": name, "window": {"start": OPENS, "end": CLOSES} if known else None}


SIGNED = "approvals.signed_by_role"
LINES = [
    group("line_1", "fail", "line_2", "line_3", "line_4", "line_2"),
    line("line_2", "fail", "over_limit"),
    line("line_3", "pass", "within_limit") | {"provisional": True},
    line("line_4", "inconclusive", "unsigned", SIGNED, line="line_4", role="cto"),
    line("line_5", "inconclusive", "not_elapsed"),
    line("line_6", "inconclusive", "not_elapsed"),
    line("line_7", "inconclusive", "not_elapsed", SIGNED, line="line_7", role="dpo"),
    line("line_8", "inconclusive", "decision_missing", "decisions.recorded", line="line_8"),
    line("line_9", "inconclusive", "decision_missing", "decisions.made_by_role", line="line_8", role="lead"),
    line("line_10", "inconclusive", "rejected", SIGNED, line="line_10", role="cto"),
    line("line_11", "pass", "approved", SIGNED, line="line_11", role="cto"),
    group("line_12", "inconclusive", "line_5"),
]
GATES = [
    {"gate": "before", "title": "Before", "kind": "go_no_go", "decision": "go", "lines": ["line_3"], "rule": ""},
    {
        "gate": "rollback",
        "title": "Roll back",
        "kind": "rollback",
        "decision": "continue",
        "lines": ["line_3"],
        "rule": "",
    },
    {"gate": "one", "title": "One", "kind": "go_no_go", "decision": "no_go", "lines": ["line_1"], "rule": ""},
    {
        "gate": "status",
        "title": "S",
        "kind": "status",
        "decision": "partial",
        "lines": ["line_1"],
        "rule": "line_failed",
    },
]
FINDINGS = [finding("line_4"), finding("line_5"), finding("line_6", known=False), finding("line_8", known=False)]


def status(gates: list[dict[str, Any]] = GATES) -> Any:
    entries = [LineEntry(one["line"], one["title"], one["verdict"], "[ ]", (), ("because",)) for one in LINES]
    return release_status({"asOf": AS_OF, "lines": LINES, "gates": gates, "findings": FINDINGS}, entries)


def test_the_first_gate_that_is_no_go_is_the_one_that_waits_and_each_line_blocks_once():
    found = status()
    assert (found.gate, found.status, found.rule) == ("one", "partial", "line_failed")
    assert found.gates[0] == ("before", "Before", "go")
    assert found.blocking == (
        BlockingLine("line_2", "2", "LINE_2", "fail", ("because",)),
        BlockingLine("line_4", "4", "LINE_4", "inconclusive", ("because",)),
    )


def test_a_signature_is_owed_by_a_role_in_its_time():
    owed = status().owed
    assert owed == (
        OwedSignature("line_4", "4", "LINE_4", "cto", OPENS, CLOSES, decision=False),
        OwedSignature("line_7", "7", "LINE_7", "dpo", None, None, decision=False),
        OwedSignature("line_8", "8", "LINE_8", "lead", None, None, decision=True),
    )
    times = [datetime(2025, 1, 14, 7, 59, 59, tzinfo=UTC), datetime(2025, 1, 14, 8, tzinfo=UTC), NOW]
    assert [owed[0].is_open(at) for at in times] == [False, True, False]
    assert [owed[0].is_over(at) for at in times] == [False, False, True]
    assert not any(one.is_open(at) or one.is_over(at) for one in owed[1:] for at in times)


@pytest.mark.parametrize(
    ("end", "closes"),
    [
        ("2025-01-14T08:19:50Z", "2025-01-14T08:19:50Z"),
        ("2025-01-14T08:20:00Z", None),
        ("2025-01-14T08:20:10Z", None),
        ("2025-01-14T08:20:20Z", "2025-01-14T08:20:20Z"),
    ],
)
def test_a_window_that_goes_on_with_the_run_has_no_end(end, closes):
    findings = [{"line": "line_4", "window": {"start": OPENS, "end": end}}]
    entries = [LineEntry(one["line"], one["title"], one["verdict"], "[ ]", (), ()) for one in LINES]
    found = release_status({"asOf": AS_OF, "lines": LINES, "gates": GATES, "findings": findings}, entries)
    assert found.owed[0].closes == closes
    assert found.owed[0].is_open(NOW) == (closes is None)


def test_what_is_not_known_yet_is_known_at_the_end_of_its_window():
    found = status()
    assert found.pending == (PendingLine("line_5", "5", "LINE_5", CLOSES), PendingLine("line_6", "6", "LINE_6", None))
    assert found.known_next == CLOSES
    assert found.provisional == ("line_3",)


def test_when_every_gate_is_a_go_nothing_blocks():
    found = status(GATES[:2])
    assert (found.gate, found.blocking, found.status, found.rule) == (None, (), None, "")

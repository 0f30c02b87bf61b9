"""``decisions.json`` to the last member: what is archived is what was decided, in the profile's order."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from auditor.core.decisions import assemble, gate_controls, scope_document
from auditor.model import Finding, GateDecision, LineVerdict, Scope, Verdict, Window

AS_OF = datetime(2026, 3, 1, 12, tzinfo=UTC)
WINDOW = Window(datetime(2026, 3, 1, 10, tzinfo=UTC), AS_OF)
SCOPE = Scope("s", "e", "r", "p")
CONTROL = SimpleNamespace(control=SimpleNamespace(id="slo.p95"), parameters={"limit": 5})
LINES = [
    SimpleNamespace(id="b", checklist=["52"], members=[], decided_by=None, sign_off=None, role=None, latched=True),
    SimpleNamespace(id="a", checklist=[], members=["b"], decided_by=None, sign_off=None, role=None, latched=False),
]
PROFILE = SimpleNamespace(
    sha256="0" * 64,
    document=SimpleNamespace(id="small", lines=LINES, gates=[SimpleNamespace(title="Go")]),
    bound={"b": (CONTROL,), "a": ()},
)
FAILED = Finding("b", "slo.p95", "y", 2, Verdict.FAIL, "over_limit", 9, 5, 40, WINDOW, {"resource": "y"})
PASSED = Finding("b", "slo.p95", "x", 1, Verdict.PASS, "within_limit", 1, 5, 41, WINDOW, {"resource": "x"})
EARLIER = Finding("b", "coverage.seen", "z", 1, Verdict.PASS, "observed", 1, 1, None, WINDOW, {"resource": "z"})
VERDICTS = {
    "a": LineVerdict("a", "A", Verdict.FAIL, "over_limit"),
    "b": LineVerdict("b", "B", Verdict.FAIL, "over_limit"),
}
GATE = GateDecision("go", "go_no_go", "no_go", Verdict.FAIL, ("a",), provisional=True)


def test_the_document_is_what_was_decided():
    prior = {"run": "a" * 64, "profile": "p", "as_of": 1_500_000, "line": "run", "verdict": "pass", "reason": ""}
    found = assemble(SCOPE, AS_OF, PROFILE, VERDICTS, [GATE], {"b": [FAILED, PASSED, EARLIER]}, Verdict.FAIL, [prior])
    assert (found.result, found.gates) == (Verdict.FAIL, (GATE,))
    assert found.lines == (VERDICTS["b"], VERDICTS["a"])
    assert found.findings == (EARLIER, PASSED, FAILED)
    (row,) = found.document["history"]
    assert row == {
        "run": "a" * 64,
        "profile": "p",
        "asOf": "1970-01-01T00:00:01.500000Z",
        "line": "run",
        "verdict": "pass",
        "reason": "",
    }
    assert {name: value for name, value in found.document.items() if name not in {"findings", "history"}} == {
        "schemaVersion": 1,
        "scope": {"system": "s", "environment": "e", "release": "r", "phase": "p"},
        "asOf": "2026-03-01T12:00:00Z",
        "profile": {"id": "small", "sha256": "0" * 64},
        "result": "fail",
        "gates": [
            {
                "gate": "go",
                "title": "Go",
                "kind": "go_no_go",
                "decision": "no_go",
                "verdict": "fail",
                "provisional": True,
                "rule": "",
                "lines": ["a"],
            }
        ],
        "lines": [
            {
                "line": "b",
                "title": "B",
                "checklist": ["52"],
                "verdict": "fail",
                "reason": "over_limit",
                "provisional": False,
                "controls": [{"control": "slo.p95", "parameters": {"limit": 5}}],
                "members": [],
                "decidedBy": None,
                "signOff": None,
                "role": None,
                "latched": True,
            },
            {
                "line": "a",
                "title": "A",
                "checklist": [],
                "verdict": "fail",
                "reason": "over_limit",
                "provisional": False,
                "controls": [],
                "members": ["b"],
                "decidedBy": None,
                "signOff": None,
                "role": None,
                "latched": False,
            },
        ],
    }
    assert found.document["findings"][2] == {
        "line": "b",
        "control": "slo.p95",
        "resource": "y",
        "members": 2,
        "verdict": "fail",
        "reason": "over_limit",
        "observed": 9,
        "limit": 5,
        "sampleSize": 40,
        "window": {"start": "2026-03-01T10:00:00Z", "end": "2026-03-01T12:00:00Z"},
        "evidence": {"resource": "y"},
        "waivers": [],
        "adjudications": [],
    }
    assert [one["resource"] for one in found.document["findings"]] == ["z", "x", "y"]


def test_a_scope_is_four_words():
    assert scope_document(SCOPE) == {"system": "s", "environment": "e", "release": "r", "phase": "p"}


def test_the_controls_of_a_gate_are_those_of_its_lines_and_their_members() -> None:
    def line(name: str, controls: list[str], members: list[str]) -> dict[str, Any]:
        return {"line": name, "controls": [{"control": one} for one in controls], "members": members}

    document = {
        "lines": [
            line("all", [], ["one", "two"]),
            line("one", ["a.b"], []),
            line("two", ["c.d", "a.b"], ["one"]),
            line("other", ["e.f"], []),
        ],
        "gates": [{"gate": "go", "lines": ["all"]}, {"gate": "stop", "lines": ["other", "one"]}],
    }
    assert gate_controls(document, "go") == {"a.b", "c.d"}
    assert gate_controls(document, "stop") == {"a.b", "e.f"}
    with pytest.raises(KeyError):
        gate_controls(document, "none")

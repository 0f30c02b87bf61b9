"""The completed checklist: every row in its place, every box as decided, and nothing ticked that did not pass."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from auditor.core.checklist import ChecklistEntry, checklist_entries, fill_in
from auditor.core.summary import LineEntry

DOCUMENT = """# A list

### Phase 1 (30 minutes)

- [ ] **Group**

  - [ ] P95 Latency ≤ 1.5s ✓
- [ ] **Critical**: >50% of requests failing
- **Decision**: [ ] GO [ ] NO-GO
- **Timestamp**: ******\\_\\_\\_******
- **CTO**: **************\\_************** Date: **\\_\\_\\_**
"""
ROWS = {"limit_1": 3, "line_1": 5, "line_2": 7, "line_3": 8, "line_4": 9, "line_5": 10, "line_6": 11}
AT = 1_736_845_620_000_000  # 2025-01-14T09:07:00Z


def entry(row: int, verdict: str, **more: Any) -> ChecklistEntry:
    stated: dict[str, Any] = {
        "number": "1", "line": f"line_{row}", "title": "Title", "reason": "within_limit",
        "box": "[x]" if verdict == "pass" else "[ ]",
        "why": ("because",), "provisional": False, "signed": (),
    }  # fmt: skip
    return ChecklistEntry(row=row, verdict=verdict, **(stated | more))


def filled(*entries: ChecklistEntry) -> list[str]:
    return fill_in(DOCUMENT, entries, "report.md#").splitlines()


def test_without_entries_the_document_is_what_it_was():
    assert fill_in(DOCUMENT, (), "report.md#") == DOCUMENT


@pytest.mark.parametrize(
    ("verdict", "box", "row"),
    [
        ("pass", "[x]", "  - [x] P95 Latency ≤ 1.5s ✓ — **pass**: because [line_7](report.md#line_7)"),
        ("fail", "[ ]", "  - [ ] P95 Latency ≤ 1.5s — **fail**: because [line_7](report.md#line_7)"),
        ("inconclusive", "[ ]", "  - [ ] P95 Latency ≤ 1.5s — **inconclusive**: because [line_7](report.md#line_7)"),
        (
            "not_applicable",
            "[n/a]",
            "  - [n/a] P95 Latency ≤ 1.5s — **not applicable**: because [line_7](report.md#line_7)",
        ),
    ],
)
def test_a_printed_tick_stays_only_beside_a_pass(verdict, box, row):
    rows = filled(entry(7, verdict, box=box))
    assert rows[6] == row
    assert [rows[i] for i in range(len(rows)) if i != 6] == [
        one for i, one in enumerate(DOCUMENT.splitlines()) if i != 6
    ]


def test_a_trigger_says_whether_it_fired():
    assert filled(entry(8, "fail", box="FIRED"))[7].startswith(
        "- [FIRED] **Critical**: >50% of requests failing — **fail**"
    )
    assert filled(entry(8, "pass", box="not fired"))[7].startswith("- [not fired] **Critical**")


@pytest.mark.parametrize(
    ("reason", "choice"),
    [
        ("go_recorded", "[x] GO [ ] NO-GO"),
        ("no_go_recorded", "[ ] GO [x] NO-GO"),
        ("go_over_failing_criteria", "[ ] GO [ ] NO-GO"),
        ("decision_missing", "[ ] GO [ ] NO-GO"),
    ],
)
def test_a_decision_is_ticked_as_it_was_recorded(reason, choice):
    assert f"**Decision**: {choice} — " in filled(entry(9, "pass", reason=reason))[8]


def test_names_and_dates_are_written_where_there_is_room():
    signed = (("anna", "2025-01-14T09:07:00Z"),)
    rows = filled(entry(10, "pass", title="Timestamp", signed=signed), entry(11, "pass", title="CTO", signed=signed))
    assert rows[9].startswith("- **Timestamp**: 2025-01-14T09:07:00Z — **pass**")
    assert rows[10].startswith("- **CTO**: anna Date: 2025-01-14T09:07:00Z — **pass**")


def test_what_was_not_decided_on_live_traffic_says_so():
    row = filled(entry(7, "pass", traffic=("canary", "synthetic"), provisional=True))[6]
    assert "— **pass**, on canary and synthetic traffic, provisional until" in row


def test_without_a_signature_the_room_stays():
    assert filled(entry(11, "inconclusive"))[10].startswith(
        "- **CTO**: **************\\_************** Date: **\\_\\_\\_** — "
    )


def test_a_heading_keeps_its_words_and_the_note_follows():
    rows = filled(entry(3, "pass", line="limit_1", provisional=True, why=()))
    assert rows[2:5] == [
        "### Phase 1 (30 minutes)",
        "",
        "> **pass**, provisional until its sources have settled [limit_1](report.md#limit_1)",
    ]
    assert len(rows) == len(DOCUMENT.splitlines()) + 2


def line(name: str, *members: str) -> dict[str, Any]:
    return {"line": name, "checklist": [name[-1]], "reason": "signed", "provisional": False, "members": list(members)}


def test_entries_stand_in_the_documents_order_with_who_signed_what_they_rest_on():
    document = {
        "lines": [line("line_2"), line("line_1", "line_2", "other", "line_2"), line("other")],
        "findings": [
            {"line": "line_2", "resource": "line_2 by cto", "evidence": {"line": "line_2", "role": "cto"}},
            {"line": "other", "resource": "point", "evidence": {"resource": "point", "role": "lead"}},
        ],
    }
    sign_offs = [
        {"line": "line_2", "role": "cto", "person": "bo", "signed_at": AT + 1, "withdrawn_at": None},
        {"line": "line_2", "role": "cto", "person": "cy", "signed_at": AT, "withdrawn_at": AT + 2},
        {"line": "line_2", "role": "owner", "person": "dee", "signed_at": AT, "withdrawn_at": None},
        {"line": "point", "role": "lead", "person": "anna", "signed_at": AT, "withdrawn_at": None},
    ]
    worded = [LineEntry(one["line"], "T", "pass", "[x]", ("1",), ("why",)) for one in document["lines"]]
    found = checklist_entries(ROWS, document, worded, sign_offs)
    assert [(one.row, one.line, one.number) for one in found] == [(5, "line_1", "1"), (7, "line_2", "2")]
    signed = (("anna", "2025-01-14T09:07:00Z"), ("bo", "2025-01-14T09:07:00.000001Z"))
    assert (found[0].signed, found[1].signed) == (signed, signed[1:])
    canary = checklist_entries(ROWS, document, worded, sign_offs, {"line_2": ("canary",)})[1]
    assert (canary.traffic, canary.document()["traffic"]) == (("canary",), ["canary"])
    status = [line("line_1") | {"reason": "other_status"}]
    (other,) = checklist_entries(ROWS, {"lines": status, "findings": []}, [replace(worded[1], mark="[n/a]")])
    assert other.box == "[ ]"
    assert found[0].document()["signed"][0] == {"person": "anna", "signedAt": "2025-01-14T09:07:00Z"}

"""The form of the completed checklist: exactly what is written, each of its type."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from auditor.core.checklist_form import ChecklistForm

SIGNED = {"person": "p1", "signedAt": "2025-01-14T12:00:00Z"}
ENTRY = {
    "number": "52", "row": 1, "line": "line_52", "title": "P95 latency", "verdict": "pass", "reason": "within_limit",
    "box": "[x]", "why": ["generation: within 1.5 s"], "provisional": False, "traffic": ["canary"], "signed": [SIGNED],
}  # fmt: skip
DOCUMENT = {
    "schemaVersion": 1,
    "scope": {"system": "support", "environment": "production", "release": "r1", "phase": "live"},
    "asOf": "2025-01-14T12:00:00Z",
    "profile": {"id": "production-deployment", "sha256": "0" * 64},
    "status": {"status": "partial", "rule": "no_improvement"},
    "lines": [ENTRY],
}


def test_what_is_written_is_of_the_form():
    assert ChecklistForm.model_validate(DOCUMENT).model_dump(mode="json") == DOCUMENT
    assert ChecklistForm.model_validate(DOCUMENT | {"status": None}).status is None


@pytest.mark.parametrize(
    "changes",
    [
        {"schemaVersion": 2},
        {"more": 1},
        {"status": {"status": "splendid", "rule": ""}},
        {"lines": [ENTRY | {"box": "[?]"}]},
        {"lines": [ENTRY | {"row": 0}]},
        {"lines": [ENTRY | {"number": ""}]},
        {"lines": [ENTRY | {"verdict": "ok"}]},
        {"lines": [ENTRY | {"signed": [SIGNED | {"name": "Jane"}]}]},
    ],
)
def test_what_is_otherwise_is_refused(changes):
    with pytest.raises(ValidationError):
        ChecklistForm.model_validate(DOCUMENT | changes)

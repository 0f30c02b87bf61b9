"""The form of checklist.json is that of what is written, and of nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from auditor.core.checklist import ChecklistEntry
from auditor.core.checklist_form import ChecklistForm
from sealed import document

ENTRY = ChecklistEntry(
    3, "12", "line_12", "Title", "pass", "within_limit", "[x]", ("why",), False,
    (("anna", "2025-01-14T09:07:00Z"),), ("canary",),
)  # fmt: skip


def checklist(**members: Any) -> dict[str, Any]:
    decided = {name: document()[name] for name in ("schemaVersion", "scope", "asOf", "profile")}
    return decided | {"status": None, "lines": [ENTRY.document() | members]}


def test_what_is_written_is_of_the_form() -> None:
    written = checklist()
    assert ChecklistForm.model_validate(written).model_dump() == written
    status = written | {"status": {"status": "partial", "rule": "line_unknown"}}
    assert ChecklistForm.model_validate(status).model_dump() == status


@pytest.mark.parametrize("change", [{"box": "x"}, {"verdict": "passed"}, {"row": 0}, {"extra": 1}, {"traffic": ["no"]}])
def test_any_other_entry_is_not(change: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        ChecklistForm.model_validate(checklist(**change))

"""The record of a release: exactly its members, each of its form."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from auditor.core.release_record import RecordForm

RECORD: dict[str, Any] = {
    "schemaVersion": 1,
    "scope": {"system": "support", "environment": "production", "release": "r1", "phase": ""},
    "profile": {"id": "production-deployment", "sha256": "a" * 64},
    "openedAt": "2025-01-13T12:00:00Z",
    "closed": None,
}
CLOSED = {
    "at": "2025-01-21T12:30:00Z",
    "bundle": "run-1",
    "statement": "b" * 64,
    "status": "successful",
    "rule": "all_lines_pass",
}


@pytest.mark.parametrize("closed", [None, CLOSED, CLOSED | {"status": None, "rule": None}])
def test_a_record_is_what_it_was_when_it_is_read_again(closed: dict[str, Any] | None) -> None:
    stated = RECORD | {"closed": closed}
    assert RecordForm.model_validate(stated).model_dump(mode="json") == stated


@pytest.mark.parametrize(
    "change",
    [
        {"schemaVersion": 2},
        {"schemaVersion": "1"},
        {"openedAt": "yesterday"},
        {"profile": {"id": "p", "sha256": "short"}},
        {"closed": CLOSED | {"at": 5}},
        {"more": 1},
    ],
)
def test_any_other_form_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        RecordForm.model_validate(RECORD | change)

"""What people sign: exact members, and no statement that could mean two things."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from auditor.core.people import (
    ADJUDICATION,
    ASSENT,
    DISSENT,
    MODELS,
    SIGN_OFF,
    WAIVER,
    WAIVER_APPROVAL,
    PersonPredicate,
    leaf_kind,
    run_subject,
)
from auditor.core.statement import read_statement, statement_bytes
from auditor.errors import VerificationError
from auditor.statement_tables import DECISIONS
from people_said import DIGEST, SIGNED

if TYPE_CHECKING:
    from collections.abc import Mapping


def read(kind: str, change: Mapping[str, Any]) -> PersonPredicate:
    predicate = MODELS[kind].model_validate_json(json.dumps(SIGNED[kind]))
    document = json.loads(statement_bytes(run_subject("bundle", DIGEST), kind, predicate))
    document["predicate"].update(change)
    found = read_statement(document, MODELS).predicate
    assert isinstance(found, PersonPredicate)
    return found


@pytest.mark.parametrize("kind", MODELS)
def test_what_is_written_is_read(kind: str) -> None:
    assert read(kind, {}).model_dump(mode="json") == SIGNED[kind]


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        (SIGN_OFF, {"decision": "WITHDRAWN"}),
        (SIGN_OFF, {"withdraws": DIGEST}),
        (SIGN_OFF, {"decision": "MAYBE"}),
        (SIGN_OFF, {"decision": "NOT_APPLICABLE", "comment": ""}),
        (SIGN_OFF, {"decision": "NOT_APPLICABLE", "comment": " \n"}),
        (SIGN_OFF, {"acknowledges": [DIGEST, DIGEST]}),
        (SIGN_OFF, {"validUntil": "2026-03-01T12:00:00Z"}),
        (SIGN_OFF, {"person": ""}),
        (SIGN_OFF, {"timeSigned": "2026-03-01T12:00:00"}),
        (WAIVER, {"expiry": "2026-03-01T12:00:00Z"}),
        (WAIVER, {"resource": "*"}),
        (WAIVER, {"control": "slo.*"}),
        (WAIVER, {"reason": ""}),
        (WAIVER_APPROVAL, {"waiver": "a"}),
        (ADJUDICATION, {"decision": "TRUE_POSITIVE"}),
        (ADJUDICATION, {"line": None}),
    ],
)
def test_what_could_mean_two_things_is_refused(kind: str, change: dict[str, Any]) -> None:
    with pytest.raises(VerificationError) as refused:
        read(kind, change)
    assert refused.value.code == "predicate-malformed"


def test_a_withdrawal_is_a_leaf_of_its_own_kind() -> None:
    withdrawal = read(SIGN_OFF, {"decision": "WITHDRAWN", "withdraws": DIGEST})
    assert leaf_kind(withdrawal, SIGN_OFF) == "withdrawal"
    kinds = [leaf_kind(read(kind, {}), kind) for kind in MODELS]
    assert kinds == ["sign-off", "waiver", "waiver", "adjudication"]


def test_that_a_line_does_not_apply_is_said_with_a_reason_and_is_neither_assent_nor_dissent() -> None:
    said = read(SIGN_OFF, {"decision": "NOT_APPLICABLE", "comment": "there is no status page"})
    assert leaf_kind(said, SIGN_OFF) == "sign-off"
    assert "NOT_APPLICABLE" not in ASSENT | DISSENT
    assert "NOT_APPLICABLE" in DECISIONS

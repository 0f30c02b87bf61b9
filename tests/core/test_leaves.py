"""Leaves: one form, and what they say of their statements is what those say."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.core.canonical import canonical_json
from auditor.core.filing import check_filed, leaf_of
from auditor.core.leaves import (
    AbandonedPredicate,
    Leaf,
    abandoned_statement,
    read_abandoned,
    read_leaf,
    read_run_started,
    run_started_statement,
)
from auditor.core.people import SIGN_OFF, WAIVER, WAIVER_APPROVAL
from auditor.core.statement import statement_bytes
from auditor.errors import VerificationError
from ledgers import ORIGIN, run_document, scope, start
from people_said import DIGEST, SIGNED

LEAF: dict[str, Any] = {
    "schemaVersion": 1,
    "kind": "run-started",
    "system": "support",
    "environment": "production",
    "release": "r1",
    "statement": "d" * 64,
    "keyId": "e" * 64,
    "closes": None,
}
STARTED = Leaf.model_validate(LEAF)
KEY = "e" * 64


def code(call: Any, *arguments: Any) -> str:
    with pytest.raises(VerificationError) as caught:
        call(*arguments)
    return caught.value.code


def abandoned(**changes: Any) -> Any:
    predicate = {
        "schemaVersion": 1,
        "ledger": ORIGIN,
        "sequence": 0,
        "reason": "lost",
        "timeAbandoned": "2026-03-01T13:00:00Z",
    } | changes
    return json.loads(abandoned_statement(AbandonedPredicate.model_validate(predicate), STARTED.statement))


def run() -> Any:
    document = run_document()
    document["predicate"]["scope"] = scope("r1")
    return document


def said(predicate_type: str, **changes: Any) -> Any:
    from auditor.core.people import MODELS

    predicate = MODELS[predicate_type].model_validate(SIGNED[predicate_type] | changes)
    return json.loads(statement_bytes([{"name": "bundle", "digest": {"sha256": DIGEST}}], predicate_type, predicate))


def test_a_leaf_is_read_as_it_was_written() -> None:
    assert read_leaf(STARTED.content(), "leaf") == STARTED


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        STARTED.content() + b"\n",
        canonical_json(LEAF | {"schemaVersion": 2}),
        canonical_json(LEAF | {"schemaVersion": True}),
        canonical_json(LEAF | {"kind": "other"}),
        canonical_json(LEAF | {"statement": "D" * 64}),
        canonical_json(LEAF | {"more": 1}),
        canonical_json({name: one for name, one in LEAF.items() if name != "closes"}),
        canonical_json(LEAF | {"closes": 0}),
        canonical_json(LEAF | {"kind": "run"}),
        canonical_json(LEAF | {"kind": "abandoned", "closes": -1}),
        canonical_json(LEAF | {"kind": "run", "closes": 1.5}),
        json.dumps(LEAF).encode(),
    ],
)
def test_a_leaf_of_another_form_is_refused(content: bytes) -> None:
    assert code(read_leaf, content, "leaf") == "ledger-leaf-malformed"


def test_a_start_tells_what_it_is_about_in_its_subjects_too() -> None:
    document = json.loads(run_started_statement(start(1)))
    assert read_run_started(document) == start(1)
    document["subject"][1]["digest"]["sha256"] = DIGEST
    assert code(read_run_started, document) == "subject-mismatch"


def test_an_abandonment_is_of_one_start() -> None:
    assert read_abandoned(abandoned(), STARTED.statement).reason == "lost"
    assert code(read_abandoned, abandoned(), "f" * 64) == "subject-mismatch"


@pytest.mark.parametrize(
    ("document", "closed", "kind"),
    [
        (json.loads(run_started_statement(start(1))), None, "run-started"),
        (run(), (0, STARTED), "run"),
        (abandoned(), (0, STARTED), "abandoned"),
        (said(SIGN_OFF), None, "sign-off"),
        (said(SIGN_OFF, decision="WITHDRAWN", withdraws=DIGEST), None, "withdrawal"),
        (said(WAIVER), None, "waiver"),
        (said(WAIVER_APPROVAL), None, "waiver"),
    ],
)
def test_the_leaf_follows_from_the_statement(document: Any, closed: Any, kind: str) -> None:
    leaf = leaf_of(document, DIGEST, KEY, closed)
    assert (leaf.kind, leaf.statement, leaf.keyId) == (kind, DIGEST, KEY)
    assert (leaf.system, leaf.environment, leaf.release) == ("support", "production", "r1")
    assert leaf.closes == (0 if closed else None)
    check_filed(leaf, document, [STARTED], ORIGIN, "leaf")


@pytest.mark.parametrize("document", [run(), abandoned()])
def test_what_ends_a_run_names_the_run(document: Any) -> None:
    assert code(leaf_of, document, DIGEST, KEY) == "ledger-closes-wrong"
    leaf = leaf_of(document, DIGEST, KEY, (0, STARTED))
    assert code(check_filed, leaf, document, [], ORIGIN, "leaf") == "ledger-closes-wrong"


def test_an_abandonment_filed_elsewhere_is_refused() -> None:
    document = abandoned()
    leaf = leaf_of(document, DIGEST, KEY, (0, STARTED))
    assert code(check_filed, leaf, document, [STARTED], "audit.example/else", "leaf") == "ledger-leaf-contradicts"
    document = abandoned(sequence=1)
    leaf = leaf_of(document, DIGEST, KEY, (0, STARTED))
    assert code(check_filed, leaf, document, [STARTED], ORIGIN, "leaf") == "ledger-leaf-contradicts"


@given(st.sampled_from(["kind", "system", "environment", "release"]), st.sampled_from(["waiver", "other"]))
def test_whatever_a_leaf_says_otherwise_than_its_statement_is_refused(member: str, value: str) -> None:
    document = said(SIGN_OFF)
    leaf = leaf_of(document, DIGEST, KEY).model_copy(update={member: value})
    assert code(check_filed, leaf, document, [], ORIGIN, "leaf") == "ledger-leaf-contradicts"

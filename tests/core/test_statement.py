"""The in-toto statement of a run: exact members, exact forms."""

from __future__ import annotations

import copy
import hashlib
import json
from typing import TYPE_CHECKING, Any

import pytest

from auditor.core.run_predicate import RUN_PREDICATE, RunPredicate, read_run_statement, run_statement
from auditor.core.statement import STATEMENT_TYPE, subject
from auditor.errors import VerificationError

if TYPE_CHECKING:
    from collections.abc import Callable

DIGEST = "0" * 64
PREDICATE: dict[str, Any] = {
    "schemaVersion": 1,
    "bundleId": "support-llm-production-20260301t120000z-00c0ffee",
    "scope": {"system": "support-llm", "environment": "production", "release": "3f2a9c1", "phase": ""},
    "asOf": "2026-03-01T12:00:00Z",
    "timeCreated": "2026-03-01T12:05:00.000001Z",
    "profile": {"id": "small", "sha256": DIGEST},
    "gates": [{"gate": "go", "kind": "go_no_go", "decision": "go", "verdict": "pass"}],
    "result": "pass",
    "validUntil": "2026-03-02T12:00:00Z",
    "files": [
        {
            "name": "data/decisions.json",
            "sha256": DIGEST,
            "size": 2,
            "mediaType": "application/json",
            "dataClass": "internal",
        }
    ],
    "policyDigest": DIGEST,
    "approval": "unapproved",
    "trust": None,
    "producer": {"name": "auditor", "version": "0.1.0", "keyId": DIGEST, "development": True},
    "environment": {"duckdb": "1.4.0"},
    "replay": {"sqlEngine": "duckdb 1.4.0", "regoEngine": "wasm", "settings": {}, "decisionsDigest": DIGEST},
    "chain": None,
    "privacy": {"vault": None, "scheme": "digest-128"},
}
SUBJECTS = [subject("manifest-sha256.txt", b"one"), subject("tagmanifest-sha256.txt", b"two")]


def statement(change: Callable[[dict[str, Any]], Any] = lambda _: None) -> dict[str, Any]:
    document = {
        "_type": STATEMENT_TYPE,
        "subject": SUBJECTS,
        "predicateType": RUN_PREDICATE,
        "predicate": copy.deepcopy(PREDICATE),
    }
    change(document)
    return document


def test_what_is_written_is_read() -> None:
    content = run_statement(SUBJECTS, RunPredicate.model_validate(PREDICATE))
    document = json.loads(content)
    assert sorted(document) == ["_type", "predicate", "predicateType", "subject"]
    assert document["predicate"] == PREDICATE
    assert read_run_statement(document) == (SUBJECTS, RunPredicate.model_validate(PREDICATE))


TRUST = {"id": "acme", "version": 3, "statement": DIGEST}
CHAIN = {"ledger": "ledger.example/production", "sequence": 7, "previousStatement": None}


@pytest.mark.parametrize(
    ("change", "taken"),
    [
        ({"trust": TRUST, "approval": "approved", "chain": CHAIN}, True),
        ({"trust": TRUST}, True),
        ({"approval": "approved"}, False),
        ({"chain": CHAIN}, False),
        ({"trust": TRUST | {"version": 0}}, False),
        ({"trust": TRUST, "chain": CHAIN | {"sequence": -1}}, False),
    ],
)
def test_approval_and_chain_come_with_a_trust_policy(change: dict[str, Any], *, taken: bool) -> None:
    document = statement(lambda d: d["predicate"].update(change))
    if taken:
        assert read_run_statement(document)[1].trust is not None
    else:
        with pytest.raises(VerificationError, match="predicate member"):
            read_run_statement(document)


def test_a_subject_carries_both_digests() -> None:
    assert subject("manifest-sha256.txt", b"x") == {
        "name": "manifest-sha256.txt",
        "digest": {"sha256": hashlib.sha256(b"x").hexdigest(), "sha512": hashlib.sha512(b"x").hexdigest()},
    }


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda d: d.update(extra=1), "statement-malformed"),
        (lambda d: d.pop("subject"), "statement-malformed"),
        (lambda d: d.update(subject={}), "statement-malformed"),
        (lambda d: d["predicate"].update(schemaVersion=True), "predicate-malformed"),
        (lambda d: d["predicate"].update(schemaVersion=1.0), "predicate-malformed"),
        (lambda d: d.update(subject=["manifest-sha256.txt"]), "statement-malformed"),
        (lambda d: d.update(_type="https://in-toto.io/Statement/v0.1"), "statement-malformed"),
        (lambda d: d.update(_type=None), "statement-malformed"),
        (lambda d: d.update(predicateType="https://slsa.dev/provenance/v1"), "predicate-type-unknown"),
        (lambda d: d.update(predicateType=RUN_PREDICATE + "/"), "predicate-type-unknown"),
        (lambda d: d.update(predicate=[]), "predicate-malformed"),
        (lambda d: d["predicate"].update(extra=1), "predicate-malformed"),
        (lambda d: d["predicate"]["scope"].update(extra="x"), "predicate-malformed"),
        (lambda d: d["predicate"]["scope"].update(system=1), "predicate-malformed"),
        (lambda d: d["predicate"].update(schemaVersion=2), "predicate-malformed"),
        (lambda d: d["predicate"].update(result="compliant"), "predicate-malformed"),
        (lambda d: d["predicate"].update(approval="approved"), "predicate-malformed"),
        (lambda d: d["predicate"].update(chain={}), "predicate-malformed"),
        (lambda d: d["predicate"].update(gates=[]), "predicate-malformed"),
        (lambda d: d["predicate"].update(files=[]), "predicate-malformed"),
        (lambda d: d["predicate"]["files"][0].update(size=-1), "predicate-malformed"),
        (lambda d: d["predicate"]["files"][0].update(size=True), "predicate-malformed"),
        (lambda d: d["predicate"]["files"][0].update(size="2"), "predicate-malformed"),
        (lambda d: d["predicate"]["producer"].update(development=1), "predicate-malformed"),
        (lambda d: d["predicate"].update(policyDigest=DIGEST.replace("0", "A")), "predicate-malformed"),
        (lambda d: d["predicate"].update(policyDigest=DIGEST + "\n"), "predicate-malformed"),
        (lambda d: d["predicate"].update(bundleId="../elsewhere"), "predicate-malformed"),
        (lambda d: d["predicate"].update(bundleId="a\n"), "predicate-malformed"),
        (lambda d: d["predicate"].update(asOf="2026-03-01T12:00:00"), "predicate-malformed"),
        (lambda d: d["predicate"].update(asOf="2026-03-01T12:00:00+00:00"), "predicate-malformed"),
        (lambda d: d["predicate"].update(asOf="2026-02-30T12:00:00Z"), "predicate-malformed"),
        (lambda d: d["predicate"].update(validUntil="tomorrow"), "predicate-malformed"),
    ],
)
def test_anything_else_is_refused(change: Callable[[dict[str, Any]], Any], code: str) -> None:
    with pytest.raises(VerificationError) as caught:
        read_run_statement(statement(change))
    assert caught.value.code == code


@pytest.mark.parametrize("member", sorted(PREDICATE))
def test_every_member_of_the_predicate_is_needed(member: str) -> None:
    with pytest.raises(VerificationError) as caught:
        read_run_statement(statement(lambda d: d["predicate"].pop(member)))
    assert caught.value.code == "predicate-malformed"


@pytest.mark.parametrize("document", [None, [], "x", 1])
def test_no_object_is_no_statement(document: object) -> None:
    with pytest.raises(VerificationError) as caught:
        read_run_statement(document)
    assert caught.value.code == "statement-malformed"

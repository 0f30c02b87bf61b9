"""A Simple Verification Result says what was verified, and no more."""

from __future__ import annotations

import json
from typing import Any

import pytest

from auditor.core.run_predicate import GateMember, RunPredicate
from auditor.core.verification_result import SVR_PREDICATE, Proven, SvrPredicate, svr_statement

SUBJECTS = [{"name": "manifest-sha256.txt", "digest": {"sha256": "0" * 64}}]
AT = "2026-03-01T12:00:00Z"
ALWAYS = ["AUDITOR_SIGNATURE_VERIFIED", "AUDITOR_FILES_VERIFIED"]
DECIDED = [
    "AUDITOR_DECISIONS_REPLAYED",
    "AUDITOR_RESULT_FAIL",
    "AUDITOR_GATE_SLO_NO_GO",
    "AUDITOR_GATE_ROLL_BACK_ROLLBACK",
]


def statement(proven: Proven) -> dict[str, Any]:
    gates = [
        GateMember(gate="slo", kind="go_no_go", decision="no_go", verdict="fail"),
        GateMember(gate="roll-back", kind="rollback", decision="rollback", verdict="fail"),
    ]
    profile = {"id": "small", "sha256": "1" * 64}
    run = RunPredicate.model_construct(policyDigest="2" * 64, result="fail", gates=gates)
    object.__setattr__(run, "profile", type("Profile", (), profile))
    made: dict[str, Any] = json.loads(svr_statement(SUBJECTS, run, proven, "0.1.0", AT))
    return made


def test_it_is_a_statement_about_the_files_of_the_run() -> None:
    made = statement(Proven(replayed=True))
    assert (made["subject"], made["predicateType"]) == (SUBJECTS, SVR_PREDICATE)
    predicate = SvrPredicate.model_validate(made["predicate"])
    assert (predicate.timeCreated, predicate.verifier.version) == (AT, "0.1.0")
    assert predicate.verifier.policy.model_dump() == {"name": "small", "digest": {"sha256": "2" * 64}}


@pytest.mark.parametrize(
    ("proven", "properties"),
    [
        (Proven(replayed=False), ALWAYS),  # no verdict: nobody decided it again
        (Proven(replayed=True), ALWAYS + DECIDED),
        (
            Proven(replayed=True, recompiled=True, authorised=True, ledger=True, anchored=True, approved=("slo",)),
            [
                *ALWAYS, "AUDITOR_SIGNER_AUTHORISED", "AUDITOR_TIMESTAMP_VERIFIED", "AUDITOR_LEDGER_VERIFIED",
                "AUDITOR_LEDGER_ANCHORED", "AUDITOR_POLICIES_RECOMPILED", *DECIDED,
                "AUDITOR_GATE_SLO_POLICIES_APPROVED",
            ],
        ),
    ],
    ids=["files", "replayed", "all"],
)  # fmt: skip
def test_a_property_is_there_only_when_it_was_verified(proven: Proven, properties: list[str]) -> None:
    assert statement(proven)["predicate"]["properties"] == properties

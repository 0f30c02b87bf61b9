"""One valid predicate of each kind of statement that a person signs, for tests to change."""

from __future__ import annotations

from typing import Any

from auditor.core.people import ADJUDICATION, SIGN_OFF, WAIVER, WAIVER_APPROVAL

DIGEST = "a" * 64
SAID: dict[str, Any] = {
    "schemaVersion": 1,
    "scope": {"system": "support", "environment": "production", "release": "r1", "phase": ""},
    "run": DIGEST,
    "person": "ada",
    "role": "security",
    "timeSigned": "2026-03-01T12:00:00Z",
}
SIGNED: dict[str, dict[str, Any]] = {
    SIGN_OFF: SAID
    | {
        "line": "217",
        "decision": "APPROVED",
        "withdraws": None,
        "acknowledges": [],
        "shown": {"result": "pass", "failed": 0, "inconclusive": 0, "summary": DIGEST},
        "comment": "",
        "validUntil": "2026-03-02T12:00:00Z",
    },
    WAIVER: SAID
    | {
        "control": "slo.error_rate",
        "resource": "direct",
        "policyDigest": DIGEST,
        "reason": "known, ticket 12",
        "notBefore": "2026-03-01T12:00:00Z",
        "expiry": "2026-03-08T12:00:00Z",
    },
    WAIVER_APPROVAL: SAID | {"waiver": DIGEST, "comment": "agreed"},
    ADJUDICATION: SAID
    | {
        "line": "rollback.errors",
        "control": "rollback.errors_brief",
        "resource": "all",
        "decision": "FALSE_POSITIVE",
        "reason": "the load test",
    },
}

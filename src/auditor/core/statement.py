"""The in-toto statement of a run: its subjects are the two manifests, its predicate what was decided, on what, by what.

Rules kept here: members are exact, in the statement (other verifiers refuse foreign ones) and in the predicate; the
bytes that are signed are made once and never re-encoded.
Source: in-toto Statement v1, https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from auditor.core.canonical import canonical_json
from auditor.errors import VerificationError
from auditor.model import isoformat

STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
RUN_PREDICATE = "https://auditor.example/attestation/run/v1"
PAYLOAD_TYPE = "application/vnd.in-toto+json"
STATEMENT_MEMBERS = {"_type", "subject", "predicateType", "predicate"}


def _instant(text: str) -> str:
    """Refuse an instant that is not written as ``auditor.model.isoformat`` writes it."""
    try:
        same = isoformat(datetime.fromisoformat(text)) == text
    except (ValueError, OverflowError):
        same = False
    if not same:
        raise ValueError("not an RFC 3339 instant in UTC, as in 2026-01-31T12:00:00Z")
    return text


Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Instant = Annotated[str, AfterValidator(_instant)]
BundleId = Annotated[str, Field(pattern=r"^[a-z0-9](?:[a-z0-9._-]{0,126}[a-z0-9_-])?$")]


class _Exact(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class ScopeMember(_Exact):
    """What was audited."""

    system: str
    environment: str
    release: str
    phase: str


class ProfileMember(_Exact):
    """Which profile decided."""

    id: str
    sha256: Digest


class GateMember(_Exact):
    """One gate as decided."""

    gate: str
    kind: str
    decision: str
    verdict: str


class FileMember(_Exact):
    """One file under data/; ``size`` in bytes."""

    name: str
    sha256: Digest
    size: int = Field(ge=0)
    mediaType: str
    dataClass: str


class ProducerMember(_Exact):
    """What made the bundle, and the key that signed it."""

    name: str
    version: str
    keyId: Digest
    development: bool


class ReplayMember(_Exact):
    """What is needed to decide again, and the digest it must come to."""

    sqlEngine: str
    regoEngine: str
    settings: dict[str, str]
    decisionsDigest: Digest


class PrivacyMember(_Exact):
    """Where pseudonyms are kept (none yet) and how identifiers were reduced."""

    vault: str | None
    scheme: str


class RunPredicate(_Exact):
    """The run predicate, schema version 1. ``chain`` and trust come with the ledger and the trust policy."""

    schemaVersion: Literal[1]
    bundleId: BundleId
    scope: ScopeMember
    asOf: Instant
    timeCreated: Instant
    profile: ProfileMember
    gates: list[GateMember] = Field(min_length=1)
    result: Literal["pass", "fail", "inconclusive", "not_applicable"]
    validUntil: Instant
    files: list[FileMember] = Field(min_length=1)
    policyDigest: Digest
    approval: Literal["unapproved"]
    producer: ProducerMember
    environment: dict[str, str]
    replay: ReplayMember
    chain: None
    privacy: PrivacyMember


def subject(name: str, content: bytes) -> dict[str, Any]:
    """Return the resource descriptor of a manifest file, with both digests."""
    digest = {"sha256": hashlib.sha256(content).hexdigest(), "sha512": hashlib.sha512(content).hexdigest()}
    return {"name": name, "digest": digest}


def run_statement(subjects: list[dict[str, Any]], predicate: RunPredicate) -> bytes:
    """Return the statement's bytes, RFC 8785."""
    return canonical_json(
        {
            "_type": STATEMENT_TYPE,
            "subject": subjects,
            "predicateType": RUN_PREDICATE,
            "predicate": predicate.model_dump(mode="json"),
        }
    )


def read_run_statement(document: Any) -> tuple[list[dict[str, Any]], RunPredicate]:
    """Return subjects and predicate of a parsed statement. Raises ``VerificationError``."""
    if not isinstance(document, dict) or document.keys() != STATEMENT_MEMBERS:
        found = sorted(document) if isinstance(document, dict) else type(document).__name__
        raise VerificationError(
            "statement-malformed", f"the statement has {found}, expected {sorted(STATEMENT_MEMBERS)}"
        )
    if document["_type"] != STATEMENT_TYPE:
        raise VerificationError("statement-malformed", f"_type is {document['_type']!r}, expected {STATEMENT_TYPE}")
    if document["predicateType"] != RUN_PREDICATE:
        raise VerificationError(
            "predicate-type-unknown", f"predicateType is {document['predicateType']!r}, expected {RUN_PREDICATE}"
        )
    try:
        predicate = RunPredicate.model_validate(document["predicate"])
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "predicate"
        raise VerificationError("predicate-malformed", f"predicate member {where}: {first['msg']}") from error
    if not isinstance(document["subject"], list):
        raise VerificationError("statement-malformed", "subject is no list")
    return document["subject"], predicate

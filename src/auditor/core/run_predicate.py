"""The predicate of a run: what was decided, on what, by what; its subjects are the two manifests of its bundle."""

from __future__ import annotations

from typing import Any, Literal, cast

from pydantic import Field, model_validator

from auditor.core.statement import (
    PREDICATE_BASE,
    BundleId,
    Digest,
    Exact,
    Instant,
    ScopeMember,
    VersionOne,
    read_statement,
    statement_bytes,
)

RUN_PREDICATE = f"{PREDICATE_BASE}/run/v1"


class ProfileMember(Exact):
    """Which profile decided."""

    id: str
    sha256: Digest


class GateMember(Exact):
    """One gate as decided."""

    gate: str
    kind: str
    decision: str
    verdict: str


class FileMember(Exact):
    """One file under data/; ``size`` in bytes."""

    name: str
    sha256: Digest
    size: int = Field(ge=0)
    mediaType: str
    dataClass: str


class ProducerMember(Exact):
    """What made the bundle, and the key that signed it."""

    name: str
    version: str
    keyId: Digest
    development: bool


class ReplayMember(Exact):
    """What is needed to decide again, and the digest it must come to."""

    sqlEngine: str
    regoEngine: str
    settings: dict[str, str]
    decisionsDigest: Digest


class TrustMember(Exact):
    """The trust policy under which the run was made: its id, version and the SHA-256 of its statement."""

    id: str
    version: int = Field(ge=1)
    statement: Digest


class ChainMember(Exact):
    """Where the run stands: the ledger's origin, its own run-started leaf, and the statement of the run before it."""

    ledger: str = Field(min_length=1)
    sequence: int = Field(ge=0)
    previousStatement: Digest | None


class PrivacyMember(Exact):
    """Where pseudonyms are kept (none yet) and how identifiers were reduced."""

    vault: str | None
    scheme: str


class RunPredicate(Exact):
    """The run predicate, schema version 1. Without a trust policy ``trust`` and ``chain`` are null.

    ``approval`` is what the trust policy said of every gate when the run was sealed; a relying party asks its own.
    """

    schemaVersion: VersionOne
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
    approval: Literal["approved", "unapproved"]
    trust: TrustMember | None
    producer: ProducerMember
    environment: dict[str, str]
    replay: ReplayMember
    chain: ChainMember | None
    privacy: PrivacyMember

    @model_validator(mode="after")
    def _trusted(self) -> RunPredicate:
        if self.trust is None and (self.approval == "approved" or self.chain is not None):
            raise ValueError("approval and chain need a trust policy")
        return self


def run_statement(subjects: list[dict[str, Any]], predicate: RunPredicate) -> bytes:
    """Return the statement's bytes, RFC 8785."""
    return statement_bytes(subjects, RUN_PREDICATE, predicate)


def read_run_statement(document: Any) -> tuple[list[dict[str, Any]], RunPredicate]:
    """Return subjects and predicate of a parsed statement of a run. Raises ``VerificationError``."""
    statement = read_statement(document, {RUN_PREDICATE: RunPredicate})
    return statement.subjects, cast("RunPredicate", statement.predicate)

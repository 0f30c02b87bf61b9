"""The leaves of a ledger, and the two statements that only a ledger has: a run began, a run was abandoned.

Rules kept here: a leaf names its statement by the digest of the signed payload, never of a signature; what a leaf says
of its statement (kind, scope) must be what the statement says, or a run could be filed under another release; only a
run and an abandonment close something, and each of them does.
"""

from __future__ import annotations

from typing import Any, Literal, NamedTuple, Self, cast

from pydantic import Field, ValidationError, model_validator

from auditor.core.canonical import StrictJSONError, canonical_json, strict_json
from auditor.core.run_predicate import ProfileMember
from auditor.core.statement import (
    PREDICATE_BASE,
    Digest,
    Exact,
    Instant,
    ScopeMember,
    VersionOne,
    read_statement,
    statement_bytes,
)
from auditor.errors import VerificationError

RUN_STARTED_PREDICATE = f"{PREDICATE_BASE}/run-started/v1"
ABANDONED_PREDICATE = f"{PREDICATE_BASE}/abandoned/v1"
CLOSING = ("run", "abandoned")
MAX_LEAF_BYTES = 64 << 10

Kind = Literal["run-started", "run", "abandoned", "sign-off", "withdrawal", "waiver", "adjudication"]


class Leaf(Exact):
    """One leaf. ``statement`` is the SHA-256 of the signed payload, ``closes`` the sequence of a run-started leaf."""

    schemaVersion: VersionOne
    kind: Kind
    system: str
    environment: str
    release: str
    statement: Digest
    keyId: Digest
    closes: int | None = Field(ge=0)

    @model_validator(mode="after")
    def _closes_what_it_may(self) -> Self:
        if (self.closes is not None) != (self.kind in CLOSING):
            raise ValueError("closes is the sequence of a run-started leaf in a run or abandoned leaf, else null")
        return self

    def content(self) -> bytes:
        """Return the bytes that are hashed into the tree, RFC 8785."""
        return canonical_json(self.model_dump(mode="json"))


class Entry(NamedTuple):
    """A leaf and its place in the ledger, from 0."""

    sequence: int
    leaf: Leaf


class RunStartedPredicate(Exact):
    """A run began: signed and filed before anything is collected; ``nonce`` (128 bits, hex) makes each its own."""

    schemaVersion: VersionOne
    scope: ScopeMember
    profile: ProfileMember
    policyDigest: Digest
    configurationDigest: Digest
    asOf: Instant | None
    timeStarted: Instant
    nonce: str = Field(pattern=r"^[0-9a-f]{32}$")


class AbandonedPredicate(Exact):
    """A run that began will give no verdict: which leaf of which ledger began it, and why it ends so."""

    schemaVersion: VersionOne
    ledger: str
    sequence: int = Field(ge=0)
    reason: str = Field(min_length=1, max_length=2000)
    timeAbandoned: Instant


def read_leaf(content: bytes, where: str) -> Leaf:
    """Return the leaf in ``content``, canonical. Raises ``VerificationError`` (``ledger-leaf-malformed``)."""
    try:
        leaf = Leaf.model_validate(strict_json(content, max_bytes=MAX_LEAF_BYTES))
    except StrictJSONError as error:
        raise VerificationError("ledger-leaf-malformed", f"{where}: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        member = ".".join(str(part) for part in first["loc"]) or "leaf"
        raise VerificationError("ledger-leaf-malformed", f"{where}: {member}: {first['msg']}") from error
    if leaf.content() != content:
        raise VerificationError("ledger-leaf-malformed", f"{where}: not the canonical form of a leaf")
    return leaf


def run_started_statement(predicate: RunStartedPredicate) -> bytes:
    """Return the statement's bytes; its subjects are the profile, the policies and the configuration."""
    return statement_bytes(_subjects_of_start(predicate), RUN_STARTED_PREDICATE, predicate)


def read_run_started(document: Any) -> RunStartedPredicate:
    """Return what a parsed run-started statement says. Raises ``VerificationError``."""
    statement = read_statement(document, {RUN_STARTED_PREDICATE: RunStartedPredicate})
    predicate = cast("RunStartedPredicate", statement.predicate)
    _same_subjects(statement.subjects, _subjects_of_start(predicate))
    return predicate


def abandoned_statement(predicate: AbandonedPredicate, started: str) -> bytes:
    """Return the statement's bytes; its subject is the run-started statement, by its digest."""
    return statement_bytes(_subjects_of_abandoned(started), ABANDONED_PREDICATE, predicate)


def read_abandoned(document: Any, started: str) -> AbandonedPredicate:
    """Return what a parsed abandoned statement says of the statement ``started``. Raises ``VerificationError``."""
    statement = read_statement(document, {ABANDONED_PREDICATE: AbandonedPredicate})
    _same_subjects(statement.subjects, _subjects_of_abandoned(started))
    return cast("AbandonedPredicate", statement.predicate)


def _subjects_of_start(predicate: RunStartedPredicate) -> list[dict[str, Any]]:
    return [
        _subject("profile", predicate.profile.sha256),
        _subject("policies", predicate.policyDigest),
        _subject("configuration", predicate.configurationDigest),
    ]


def _subjects_of_abandoned(started: str) -> list[dict[str, Any]]:
    return [_subject("run-started", started)]


def _subject(name: str, sha256: str) -> dict[str, Any]:
    return {"name": name, "digest": {"sha256": sha256}}


def _same_subjects(found: list[dict[str, Any]], expected: list[dict[str, Any]]) -> None:
    if found != expected:
        names = ", ".join(one["name"] for one in expected)
        raise VerificationError(
            "subject-mismatch", f"the subjects of the statement are not those of its predicate ({names})"
        )

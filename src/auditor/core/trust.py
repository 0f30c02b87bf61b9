"""The trust policy: who may sign what, when, and what is approved where. A signed document outside every bundle.

Rules kept here: members are exact; whatever may change while old evidence must stay valid carries its own period, so
that an approval that held at the gate still holds in year five, and one that was added later holds from then on;
nothing is allowed by leaving it out. What no type can say is in ``auditor.core.trust_rules``, questions are in
``auditor.core.authority``, signatures and keys in ``auditor.adapters.trust``.
Instants are RFC 3339 UTC; a period holds from ``notBefore`` to ``notAfter``, both included, as in X.509 (RFC 5280).
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal, TypeVar

from pydantic import Field

from auditor.core.canonical import canonical_json
from auditor.core.leaves import ABANDONED_PREDICATE, RUN_STARTED_PREDICATE
from auditor.core.run_predicate import RUN_PREDICATE
from auditor.core.statement import PREDICATE_BASE, Digest, Exact, Instant, VersionOne, statement_bytes, subject
from auditor.model import isoformat

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

TRUST_PREDICATE = f"{PREDICATE_BASE}/trust-policy/v1"
ENROLMENT_PREDICATE = f"{PREDICATE_BASE}/enrolment/v1"
# What a machine states. Its key may sign nothing else, so a kind of statement that is added later is refused to it.
MACHINE_PREDICATES = frozenset({RUN_PREDICATE, RUN_STARTED_PREDICATE, ABANDONED_PREDICATE})
MACHINE_ROLES = frozenset({"runner"})
MAX_SECONDS = 315_360_000  # ten years of 365 days
MAX_COUNT = 999_999  # six digits name a version's file

Name = Annotated[str, Field(pattern=r"^[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9_-])?$")]
Text = Annotated[str, Field(min_length=1, max_length=500, pattern=r"^[^\x00-\x1f\x7f]+$")]
Pem = Annotated[str, Field(max_length=16_384, pattern=r"^-----BEGIN [A-Z ]+-----\n")]


class Dated(Exact):
    """Something that holds for a period; without ``notAfter`` it holds until a later version ends it."""

    notBefore: Instant
    notAfter: Instant | None

    def holds(self, at: datetime) -> bool:
        """Say whether it held at the instant ``at``."""
        return within(self.notBefore, self.notAfter, at)


class RoleMember(Dated):
    """A role that a key's person (or machine) has."""

    role: Name


class KeyMember(Exact):
    """A key: ``keyId`` is the SHA-256 of its SPKI; ``person`` is null for a machine."""

    keyId: Digest
    pem: Pem
    scheme: Literal["ed25519", "ecdsa-p256"]
    person: Text | None
    roles: list[RoleMember]
    predicates: list[Text]
    environments: list[Name]
    notBefore: Instant
    notAfter: Instant
    revokedAt: Instant | None
    revokedBecause: Text | None


class DeputyMember(Exact):
    """A person who has another's role for a time."""

    role: Name
    person: Text
    notBefore: Instant
    notAfter: Instant


class AuthorityMember(Exact):
    """A time-stamp authority: its root, and any intermediate, as certificates."""

    name: Name
    certificates: list[Pem] = Field(min_length=1)
    development: bool
    notBefore: Instant
    notAfter: Instant


class MaximaMember(Exact):
    """How late a run may be stamped after its as-of, and how long a waiver may last, in seconds."""

    tokenAgeSeconds: int = Field(gt=0, le=MAX_SECONDS)
    waiverSeconds: int = Field(gt=0, le=MAX_SECONDS)


class LedgerMember(Exact):
    """The one ledger of an environment."""

    origin: Text
    pem: Pem


class WitnessMember(Exact):
    """A witness that cosigns the ledger's checkpoints."""

    name: Text
    pem: Pem


class ProfileApproval(Dated):
    """A profile that may decide a gate."""

    id: Name


class PolicyApproval(Dated):
    """The digest over everything under data/policies that may decide a gate."""

    sha256: Digest


class ControlApproval(Dated):
    """A control without which a gate is not decided."""

    control: Text


class SignOffMember(Dated):
    """A line that a role must sign before a gate is passed."""

    line: Text
    role: Name


class PackApproval(Dated):
    """A compiled pack: the digest of its sources, that of its Wasm, and the OPA that compiled it."""

    sources: Digest
    wasm: Digest
    opa: Text


class GateApproval(Exact):
    """What may decide one gate, and who must sign for it."""

    gate: Text
    profiles: list[ProfileApproval]
    policyDigests: list[PolicyApproval]
    mandatoryControls: list[ControlApproval]
    signOffs: list[SignOffMember]
    triples: list[PackApproval]


class EnvironmentMember(Exact):
    """An environment: the clocks it believes (by name), its ledger, its gates."""

    name: Name
    production: bool
    timestampAuthorities: list[Name]
    ledger: LedgerMember | None
    witnesses: list[WitnessMember]
    witnessThreshold: int = Field(ge=0, le=MAX_COUNT)
    gates: list[GateApproval]


class TrustPolicy(Exact):
    """The trust policy, schema version 1. ``previous`` is the statement digest of the version before."""

    schemaVersion: VersionOne
    id: Name
    version: int = Field(ge=1, le=MAX_COUNT)
    validFrom: Instant
    previous: Digest | None
    owners: list[Digest] = Field(min_length=1)
    timestampAuthorities: list[AuthorityMember]
    keys: list[KeyMember] = Field(min_length=1)
    deputies: list[DeputyMember]
    distinct: list[Annotated[list[Name], Field(min_length=2, max_length=2)]]
    maxima: MaximaMember
    environments: list[EnvironmentMember]


class EnrolmentPredicate(Exact):
    """What is signed with a new key to show who holds it; null is a machine, ``challenge`` is the owner's."""

    schemaVersion: VersionOne
    trust: Name
    person: Text | None
    keyId: Digest
    pem: Pem
    challenge: Annotated[str, Field(pattern=r"^[0-9a-f]{32,128}$")]
    timeSigned: Instant


def within(not_before: str, not_after: str | None, at: datetime) -> bool:
    """Say whether ``at`` (aware) lies in a period of this policy, both ends included."""
    return instant(not_before) <= at and (not_after is None or at <= instant(not_after))


def instant(text: str) -> datetime:
    """Return an instant of a policy as a datetime."""
    return datetime.fromisoformat(text)


_Member = TypeVar("_Member", bound=Dated)


def holding(members: Iterable[_Member], at: datetime) -> list[_Member]:
    """Return the members that held at ``at``, in their order."""
    return [member for member in members if member.holds(at)]


def trust_subject(predicate: TrustPolicy | EnrolmentPredicate, name: str) -> dict[str, Any]:
    """Return the subject of a statement that is about nothing but its own predicate: its RFC 8785 bytes."""
    return subject(name, canonical_json(predicate.model_dump(mode="json")))


def trust_statement(policy: TrustPolicy) -> bytes:
    """Return the statement of a trust policy, RFC 8785. Its SHA-256 is the policy's digest."""
    return statement_bytes([trust_subject(policy, policy.id)], TRUST_PREDICATE, policy)


def enrolment_statement(enrolment: EnrolmentPredicate) -> bytes:
    """Return the statement of an enrolment, RFC 8785."""
    return statement_bytes([trust_subject(enrolment, enrolment.keyId)], ENROLMENT_PREDICATE, enrolment)


def written(at: datetime) -> str:
    """Return an instant as a policy writes it, in whole seconds."""
    return isoformat(at.replace(microsecond=0))

"""Questions to a trust policy: may this key sign this, then; who has which role; what is approved where.

Rules kept here: no clock: ``at`` is the trusted time of what is judged (of its token), never today, so what was valid
then stays valid evidence and what was revoked before then does not; what the policy does not say is refused, so an
empty list refuses everything. Each function raises ``VerificationError`` with the name of the refusal.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from auditor.core.trust import holding, instant, within
from auditor.errors import VerificationError
from auditor.model import isoformat

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from auditor.core.trust import AuthorityMember, EnvironmentMember, GateApproval, KeyMember, TrustPolicy

ASK_OWNER = "have an owner of the trust policy change it, if it should be allowed"


class Triple(NamedTuple):
    """A compiled pack: SHA-256 over its sources, SHA-256 of its Wasm, version of the OPA that compiled it."""

    sources: str
    wasm: str
    opa: str


def signing_key(
    policy: TrustPolicy, key_id: str, predicate_type: str, at: datetime, *, environment: str | None
) -> KeyMember:
    """Return the key ``key_id`` if it could sign ``predicate_type`` about ``environment`` at ``at``.

    ``environment`` is None only for what is about no environment: a trust policy, an enrolment.

    Raises:
        VerificationError: ``key-unknown``, ``key-not-for-predicate``, ``key-not-for-environment``,
            ``key-outside-validity``, ``key-revoked``.
    """
    key = known_key(policy, key_id)
    whose = f"key {key_id[:16]} ({key.person or 'a machine'})"
    if predicate_type not in key.predicates:
        raise VerificationError(
            "key-not-for-predicate", f"{whose} may not sign {predicate_type}; it may sign {_listed(key.predicates)}"
        )
    if environment is not None and environment not in key.environments:
        raise VerificationError(
            "key-not-for-environment",
            f"{whose} may not sign for environment {environment!r}; it may for {_listed(key.environments)}",
        )
    if not within(key.notBefore, key.notAfter, at):
        raise VerificationError(
            "key-outside-validity",
            f"{whose} is valid from {key.notBefore} to {key.notAfter}; it was used at {isoformat(at)}",
        )
    if key.revokedAt is not None and at >= instant(key.revokedAt):
        raise VerificationError(
            "key-revoked",
            f"{whose} is revoked from {key.revokedAt} on ({key.revokedBecause}); it was used at {isoformat(at)}",
        )
    return key


def known_key(policy: TrustPolicy, key_id: str) -> KeyMember:
    """Return the key ``key_id``, whatever it may do. Raises ``VerificationError`` (``key-unknown``)."""
    for key in policy.keys:
        if key.keyId == key_id:
            return key
    raise VerificationError(
        "key-unknown", f"key {key_id[:16]!r} is not in trust policy {policy.id!r} v{policy.version}", remedy=ASK_OWNER
    )


def roles_of(policy: TrustPolicy, key: KeyMember, at: datetime) -> frozenset[str]:
    """Return the roles that the key's holder had at ``at``: the key's own, and those held for another as a deputy."""
    own = {one.role for one in holding(key.roles, at)}
    if key.person is not None:
        own |= {
            one.role for one in policy.deputies if one.person == key.person and within(one.notBefore, one.notAfter, at)
        }
    return frozenset(own)


def check_role(policy: TrustPolicy, key: KeyMember, role: str, at: datetime) -> None:
    """Refuse a signature in a role that the key's holder did not have. Raises ``role-not-held``."""
    held = roles_of(policy, key, at)
    if role not in held:
        raise VerificationError(
            "role-not-held",
            f"key {key.keyId[:16]} ({key.person or 'a machine'}) was not {role!r} at {isoformat(at)}, "
            f"but {_listed(held)}",
            remedy=ASK_OWNER,
        )


def environment_of(policy: TrustPolicy, name: str) -> EnvironmentMember:
    """Return an environment. Raises ``VerificationError`` (``environment-unknown``)."""
    for environment in policy.environments:
        if environment.name == name:
            return environment
    known = _listed([one.name for one in policy.environments])
    raise VerificationError(
        "environment-unknown", f"environment {name!r} is not in the trust policy, which has {known}", remedy=ASK_OWNER
    )


def gate_of(policy: TrustPolicy, environment: str, gate: str) -> GateApproval:
    """Return what is said of a gate. Raises ``VerificationError`` (``environment-unknown``, ``gate-unknown``)."""
    member = environment_of(policy, environment)
    for one in member.gates:
        if one.gate == gate:
            return one
    known = _listed([one.gate for one in member.gates])
    raise VerificationError(
        "gate-unknown", f"gate {gate!r} is not approved in environment {environment!r}, which has {known}"
    )


def gate_approval(
    policy: TrustPolicy,
    environment: str,
    gate: str,
    *,
    profile_id: str,
    policy_digest: str,
    controls: Collection[str],
    triple: Triple,
    at: datetime,
) -> GateApproval:
    """Return what is said of the gate, if all that decided it was approved at ``at``.

    ``controls`` are the ids of the controls that the run evaluated for this gate; ``triple`` is its compiled pack.

    Raises:
        VerificationError: ``environment-unknown``, ``gate-unknown``, ``profile-unapproved``, ``policy-unapproved``,
            ``control-missing``, ``pack-unapproved``.
    """
    approved = gate_of(policy, environment, gate)
    where = f"environment {environment!r}, gate {gate!r} at {isoformat(at)}"
    profiles = [one.id for one in holding(approved.profiles, at)]
    if profile_id not in profiles:
        raise VerificationError(
            "profile-unapproved",
            f"{where}: profile {profile_id!r} is not approved; approved: {_listed(profiles)}",
            remedy=ASK_OWNER,
        )
    if policy_digest not in {one.sha256 for one in holding(approved.policyDigests, at)}:
        raise VerificationError(
            "policy-unapproved",
            f"{where}: the policies, profile and parameters with digest {policy_digest} are not approved",
            remedy=ASK_OWNER,
        )
    missing = {one.control for one in holding(approved.mandatoryControls, at)} - set(controls)
    if missing or not controls:
        raise VerificationError(
            "control-missing", f"{where}: the run did not evaluate {_listed(missing) if missing else 'any control'}"
        )
    if triple not in {Triple(one.sources, one.wasm, one.opa) for one in holding(approved.triples, at)}:
        raise VerificationError(
            "pack-unapproved",
            f"{where}: no approved pack has sources {triple.sources[:16]}, Wasm {triple.wasm[:16]}, OPA {triple.opa}",
            remedy=ASK_OWNER,
        )
    return approved


def required_sign_offs(approved: GateApproval, at: datetime) -> tuple[tuple[str, str], ...]:
    """Return the (line, role) that must be signed for a gate at ``at``."""
    return tuple((one.line, one.role) for one in holding(approved.signOffs, at))


def timestamp_authorities(policy: TrustPolicy, environment: str) -> tuple[AuthorityMember, ...]:
    """Return the time-stamp authorities that an environment believes; each only within its own period.

    Raises ``VerificationError`` (``environment-unknown``).
    """
    member = environment_of(policy, environment)
    return tuple(
        one
        for one in policy.timestampAuthorities
        if one.name in member.timestampAuthorities and not (member.production and one.development)
    )


def _listed(names: Collection[str]) -> str:
    return ", ".join(sorted(names)) or "nothing"

"""The rules that a trust policy keeps beyond its form, and that a version keeps towards the one before it.

Rules kept here: every breach is told, and at once; a machine's key states runs and never approves; an owner is a
person; a production environment believes no development clock; no version drops a key, takes a revocation back or
allows anything for a time before it was valid itself. Whether a key id is that of its PEM is for
``auditor.adapters.trust``, which knows cryptography.
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from auditor.core.trust import MACHINE_PREDICATES, MACHINE_ROLES, TRUST_PREDICATE, Dated, instant
from auditor.model import isoformat

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from auditor.core.trust import DeputyMember, EnvironmentMember, GateApproval, KeyMember, TrustPolicy

_Identity = tuple[str, str, str]
FOREVER = datetime.max.replace(tzinfo=UTC)


def trust_problems(policy: TrustPolicy) -> list[str]:
    """Return every rule that ``policy`` breaks, in words; none for a good one."""
    return [*_names(policy), *_owners(policy), *_keys(policy), *_periods(policy), *_environments(policy)]


def succession_problems(before: TrustPolicy, before_digest: str, after: TrustPolicy) -> list[str]:
    """Return why ``after`` does not follow from ``before``, whose statement has the digest ``before_digest``."""
    problems = []
    if after.id != before.id:
        problems.append(f"is trust policy {after.id!r}, the one before is {before.id!r}")
    if after.version != before.version + 1:
        problems.append(f"is version {after.version}, expected {before.version + 1}")
    if after.previous != before_digest:
        problems.append("does not name the version before it by its digest")
    if instant(after.validFrom) < instant(before.validFrom):
        problems.append(f"is valid from {after.validFrom}, before the version before it ({before.validFrom})")
    kept = {key.keyId: key for key in after.keys}
    for key in before.keys:
        problems += _kept(key, kept.get(key.keyId))
    return [*problems, *_back_dated(before, after)]


def _names(policy: TrustPolicy) -> Iterator[str]:
    yield from _twice("key", (key.keyId for key in policy.keys))
    yield from _twice("owner", policy.owners)
    yield from _twice("time-stamp authority", (one.name for one in policy.timestampAuthorities))
    yield from _twice("environment", (one.name for one in policy.environments))
    yield from _twice("ledger", (one.ledger.origin for one in policy.environments if one.ledger))
    yield from _twice("ledger key", (one.ledger.pem for one in policy.environments if one.ledger))
    for environment in policy.environments:
        yield from _twice(f"environment {environment.name!r}: gate", (gate.gate for gate in environment.gates))
        yield from _twice(f"environment {environment.name!r}: witness", (one.name for one in environment.witnesses))
        yield from _twice(f"environment {environment.name!r}: witness key", (one.pem for one in environment.witnesses))
    if (policy.previous is None) != (policy.version == 1):
        yield f"version {policy.version} names {'no' if policy.previous is None else 'a'} version before it"
    for one, other in policy.distinct:
        if one == other:
            yield f"role {one!r} is said to be distinct from itself"


def _owners(policy: TrustPolicy) -> Iterator[str]:
    keys = {key.keyId: key for key in policy.keys}
    usable = False
    for owner in policy.owners:
        key = keys.get(owner)
        if key is None:
            yield f"owner {owner[:16]} has no key here"
        elif key.person is None:
            yield f"owner {owner[:16]} is a machine's key; an owner is a person"
        elif TRUST_PREDICATE not in key.predicates:
            yield f"owner {owner[:16]} may not sign a trust policy (predicate {TRUST_PREDICATE})"
        else:
            usable = usable or key.revokedAt is None
    if not usable:
        yield "no owner has a key that is not revoked, so no next version could be signed"


def _keys(policy: TrustPolicy) -> Iterator[str]:
    known = {one.name for one in policy.environments}
    approving = {one.role for environment in policy.environments for gate in environment.gates for one in gate.signOffs}
    for role in sorted(approving & MACHINE_ROLES):
        yield f"role {role!r} is a machine's and cannot sign off"
    for key in policy.keys:
        where = f"key {key.keyId[:16]}"
        yield from (f"{where}: unknown environment {one!r}" for one in key.environments if one not in known)
        if (key.revokedAt is None) != (key.revokedBecause is None):
            yield f"{where}: a revocation needs both a time and a reason"
        yield from _of_kind(key, where)
        yield from _twice(f"{where}: predicate", key.predicates)
    people = {key.person for key in policy.keys}
    for deputy in policy.deputies:
        if deputy.person not in people:
            yield f"deputy {deputy.person!r} for {deputy.role!r} has no key"
        if deputy.role in MACHINE_ROLES:
            yield f"deputy {deputy.person!r}: role {deputy.role!r} is a machine's"


def _of_kind(key: KeyMember, where: str) -> Iterator[str]:
    """Yield what a machine's key, or a person's, may not have."""
    roles = sorted({one.role for one in key.roles})
    if key.person is None:
        yield from (
            f"{where}: a machine's key with the approving role {one!r}" for one in roles if one not in MACHINE_ROLES
        )
        yield from (
            f"{where}: a machine's key may not sign {one}" for one in key.predicates if one not in MACHINE_PREDICATES
        )
        return
    yield from (f"{where}: a person's key with the machine's role {one!r}" for one in roles if one in MACHINE_ROLES)
    both = {one in MACHINE_PREDICATES for one in key.predicates}
    if len(both) > 1:
        yield f"{where}: one key may not sign both a machine's statements and a person's"


def _periods(policy: TrustPolicy) -> Iterator[str]:
    for key in policy.keys:
        yield from _backwards(f"key {key.keyId[:16]}", key.notBefore, key.notAfter)
        yield from _ended(f"key {key.keyId[:16]}: role", key.roles)
    for authority in policy.timestampAuthorities:
        yield from _backwards(f"time-stamp authority {authority.name!r}", authority.notBefore, authority.notAfter)
    for deputy in policy.deputies:
        yield from _backwards(f"deputy {deputy.person!r} for {deputy.role!r}", deputy.notBefore, deputy.notAfter)
    for environment in policy.environments:
        for gate in environment.gates:
            yield from _ended(f"environment {environment.name!r}: gate {gate.gate!r}", _dated(gate))


def _environments(policy: TrustPolicy) -> Iterator[str]:
    authorities = {one.name: one for one in policy.timestampAuthorities}
    for environment in policy.environments:
        where = f"environment {environment.name!r}"
        yield from _clocks(environment, where, {name: one.development for name, one in authorities.items()})
        if environment.witnessThreshold > len(environment.witnesses):
            named = len(environment.witnesses)
            yield f"{where}: {environment.witnessThreshold} witnesses must cosign, {named} are named"
        if environment.witnesses and environment.ledger is None:
            yield f"{where}: has witnesses, but no ledger that they cosign"


def _clocks(environment: EnvironmentMember, where: str, development: dict[str, bool]) -> Iterator[str]:
    yield from _twice(f"{where}: time-stamp authority", environment.timestampAuthorities)
    for name in environment.timestampAuthorities:
        if name not in development:
            yield f"{where}: unknown time-stamp authority {name!r}"
        elif development[name] and environment.production:
            yield f"{where}: the development time-stamp authority {name!r} in a production environment"


def _dated(gate: GateApproval) -> list[Dated]:
    return [*gate.profiles, *gate.policyDigests, *gate.mandatoryControls, *gate.signOffs, *gate.triples]


def _ended(where: str, members: Iterable[Dated]) -> Iterator[str]:
    for one in members:
        if one.notAfter is not None:
            yield from _backwards(where, one.notBefore, one.notAfter)


def _backwards(where: str, not_before: str, not_after: str) -> Iterator[str]:
    if instant(not_after) < instant(not_before):
        yield f"{where}: ends at {not_after}, before it begins at {not_before}"


def _twice(what: str, names: Iterable[str]) -> Iterator[str]:
    for name, count in Counter(names).items():
        if count > 1:
            yield f"{what} {name.splitlines()[-1][:64]!r} is there {count} times"


def _kept(before: KeyMember, after: KeyMember | None) -> Iterator[str]:
    """Yield how a key's past was rewritten."""
    where = f"key {before.keyId[:16]}"
    if after is None:
        yield f"{where} is gone; a key is revoked and never dropped, else what it signed could not be checked"
        return
    for member in ("pem", "scheme", "person"):
        if getattr(before, member) != getattr(after, member):
            yield f"{where}: another {member} than before"
    if instant(after.notBefore) < instant(before.notBefore):
        yield f"{where}: begins at {after.notBefore}, earlier than before ({before.notBefore})"
    if before.revokedAt is not None and (
        after.revokedAt is None or instant(after.revokedAt) > instant(before.revokedAt)
    ):
        yield f"{where}: its revocation at {before.revokedAt} is taken back or put off"


def _back_dated(before: TrustPolicy, after: TrustPolicy) -> Iterator[str]:
    """Yield what ``after`` newly allows for a time before its own ``validFrom``."""
    ends: dict[_Identity, datetime] = {}
    for identity, one in _allowed(before):
        ends[identity] = max(_end(one), ends.get(identity, _end(one)))
    start = instant(after.validFrom)
    for identity, one in _allowed(after):
        known = ends.get(identity)
        if known is None and instant(one.notBefore) < start:
            yield f"{identity[0]}: is added to hold from {one.notBefore}, before this version ({after.validFrom})"
        if known is not None and known < start and _end(one) > known:
            yield f"{identity[0]}: had ended at {isoformat(known)} and is made to hold on"


def _end(one: Dated | DeputyMember | KeyMember) -> datetime:
    return FOREVER if one.notAfter is None else instant(one.notAfter)


def _allowed(policy: TrustPolicy) -> Iterator[tuple[_Identity, Dated | DeputyMember | KeyMember]]:
    """Yield everything that holds for a period, with what makes it the same one in two versions."""
    for key in policy.keys:
        yield (f"key {key.keyId[:16]}", key.keyId, ""), key
        yield from (_identified(f"key {key.keyId[:16]}: role", key.keyId, one) for one in key.roles)
    yield from (_identified("deputy", "", one) for one in policy.deputies)
    for environment in policy.environments:
        for gate in environment.gates:
            where = f"environment {environment.name!r}, gate {gate.gate!r}"
            yield from (_identified(where, type(one).__name__, one) for one in _dated(gate))


def _identified(where: str, kind: str, one: Dated | DeputyMember) -> tuple[_Identity, Dated | DeputyMember]:
    values = {name: value for name, value in one.model_dump().items() if name != "notAfter"}
    return (f"{where} {_said(values)}", kind, repr(sorted(values.items()))), one


def _said(values: dict[str, str]) -> str:
    return " ".join(value[:64] for name, value in values.items() if name != "notBefore")

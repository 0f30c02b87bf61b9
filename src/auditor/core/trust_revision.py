"""What an owner may change in a trust policy: each change gives the next draft, and nothing is signed here.

Rules kept here: the past is ended and never deleted, so that what was signed under it can still be judged; approving
twice changes nothing; a change that does not apply is told and not passed over. The rules of the whole are checked when
a draft is signed (``auditor.shell.trust_changes``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import ValidationError

from auditor.core.statement import Exact
from auditor.core.trust import (
    TRUST_PREDICATE,
    Dated,
    EnvironmentMember,
    KeyMember,
    LedgerMember,
    MaximaMember,
    RoleMember,
    TrustPolicy,
    WitnessMember,
    holding,
    instant,
    written,
)
from auditor.errors import UsageError, raise_all

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from datetime import datetime

MINIMUM_PREFIX = 8
_Model = TypeVar("_Model", bound=Exact)
_Member = TypeVar("_Member", bound=Dated)


@dataclass(frozen=True, slots=True)
class Period:
    """From when, and until when, something that is added shall hold; instants are aware."""

    start: datetime
    end: datetime | None = None

    @property
    def members(self) -> dict[str, str | None]:
        """Return it as a policy writes it."""
        return {"notBefore": written(self.start), "notAfter": None if self.end is None else written(self.end)}


def formed(model: type[_Model], what: str, /, **members: Any) -> _Model:
    """Return a member of a policy made of what a person gave. Raises ``UsageError`` that lists every problem."""
    try:
        return model.model_validate(members)
    except ValidationError as error:
        problems = [f"{'.'.join(map(str, one['loc'])) or what}: {one['msg']}" for one in error.errors()]
        raise_all(UsageError, f"{what} is not of the form that a trust policy has", problems)
        raise


def first_version(name: str, owner: KeyMember, maxima: MaximaMember, at: datetime) -> TrustPolicy:
    """Return version 1 of a trust policy with its one owner, which allows nothing yet."""
    lists = ("timestampAuthorities", "deputies", "distinct", "environments")
    return formed(
        TrustPolicy,
        f"trust policy {name!r}",
        schemaVersion=1,
        id=name,
        version=1,
        validFrom=written(at),
        previous=None,
        owners=[owner.keyId],
        keys=[owner],
        maxima=maxima,
        **{one: [] for one in lists},
    )


def next_version(before: TrustPolicy, digest: str, at: datetime) -> TrustPolicy:
    """Return the version after ``before`` (statement digest ``digest``) with nothing changed yet."""
    valid_from = max(written(at), before.validFrom, key=instant)
    return before.model_copy(update={"version": before.version + 1, "previous": digest, "validFrom": valid_from})


def add(policy: TrustPolicy, member: str, added: Any) -> TrustPolicy:
    """Return ``policy`` with ``added`` at the end of its list ``member``."""
    return policy.model_copy(update={member: [*getattr(policy, member), added]})


def find_key(policy: TrustPolicy, prefix: str) -> KeyMember:
    """Return the one key whose id begins with ``prefix`` (8 hex digits or more). Raises ``UsageError``."""
    found = [key for key in policy.keys if key.keyId.startswith(prefix.lower())]
    if len(found) != 1 or len(prefix) < MINIMUM_PREFIX:
        raise UsageError(
            f"key {prefix!r}: {len(found)} keys of trust policy {policy.id!r} begin so, expected one",
            remedy=f"give at least {MINIMUM_PREFIX} digits of a key id that `auditor trust show` lists",
        )
    return found[0]


def add_role(policy: TrustPolicy, key: KeyMember, role: str, period: Period) -> TrustPolicy:
    """Return ``policy`` with one more role of ``key``."""
    if any(one.role == role for one in holding(key.roles, period.start)):
        raise UsageError(f"key {key.keyId[:16]} has the role {role!r} already")
    return _with_key(policy, key, roles=[*key.roles, formed(RoleMember, f"role {role!r}", role=role, **period.members)])


def widen(
    policy: TrustPolicy, key: KeyMember, predicates: Collection[str], environments: Collection[str]
) -> TrustPolicy:
    """Return ``policy`` in which ``key`` may also sign ``predicates`` and for ``environments``."""
    kinds = [*key.predicates, *(one for one in predicates if one not in key.predicates)]
    places = [*key.environments, *(one for one in environments if one not in key.environments)]
    return _with_key(policy, key, predicates=kinds, environments=places)


def add_owner(policy: TrustPolicy, key: KeyMember) -> TrustPolicy:
    """Return ``policy`` whose next version the holder of ``key`` may sign too."""
    if key.keyId in policy.owners:
        raise UsageError(f"key {key.keyId[:16]} is an owner of trust policy {policy.id!r} already")
    return add(widen(policy, key, [TRUST_PREDICATE], []), "owners", key.keyId)


def revoke_key(policy: TrustPolicy, key: KeyMember, since: datetime, because: str) -> TrustPolicy:
    """Return ``policy`` with ``key`` revoked from ``since`` on, and no owner any more."""
    if key.revokedAt is not None and instant(key.revokedAt) <= since:
        raise UsageError(f"key {key.keyId[:16]} is revoked already, from {key.revokedAt} on ({key.revokedBecause})")
    draft = _with_key(policy, key, revokedAt=written(since), revokedBecause=because)
    return drop_owner(draft, key) if key.keyId in policy.owners else draft


def drop_owner(policy: TrustPolicy, key: KeyMember) -> TrustPolicy:
    """Return ``policy`` without the owner ``key``, which stays a key."""
    if key.keyId not in policy.owners:
        raise UsageError(f"key {key.keyId[:16]} is no owner of trust policy {policy.id!r}")
    return policy.model_copy(update={"owners": [one for one in policy.owners if one != key.keyId]})


def end_role(policy: TrustPolicy, key: KeyMember, role: str, at: datetime) -> TrustPolicy:
    """Return ``policy`` in which ``key`` has ``role`` until ``at``."""
    roles = end(key.roles, lambda one: one.role == role, at, f"key {key.keyId[:16]}: role {role!r}")
    return _with_key(policy, key, roles=roles)


def end_deputy(policy: TrustPolicy, role: str, person: str, at: datetime) -> TrustPolicy:
    """Return ``policy`` in which ``person`` stands in for ``role`` until ``at``."""
    now = written(at)
    deputies = [
        one.model_copy(update={"notAfter": now})
        if (one.role, one.person) == (role, person) and instant(one.notBefore) <= at < instant(one.notAfter)
        else one
        for one in policy.deputies
    ]
    if deputies == policy.deputies:
        raise UsageError(f"{person!r} is no deputy for {role!r} at {now}")
    return policy.model_copy(update={"deputies": deputies})


def find_environment(policy: TrustPolicy, name: str) -> EnvironmentMember:
    """Return an environment to change. Raises ``UsageError``."""
    for one in policy.environments:
        if one.name == name:
            return one
    known = ", ".join(one.name for one in policy.environments) or "none"
    raise UsageError(
        f"environment {name!r} is not in trust policy {policy.id!r}, which has {known}",
        remedy="add it with `auditor trust add environment`",
    )


def change_environment(policy: TrustPolicy, name: str, **members: Any) -> TrustPolicy:
    """Return ``policy`` with other members of the environment ``name``. Raises ``UsageError``."""
    before = find_environment(policy, name)
    changed = [one.model_copy(update=members) if one is before else one for one in policy.environments]
    return policy.model_copy(update={"environments": changed})


def add_environment(
    policy: TrustPolicy,
    name: str,
    *,
    production: bool,
    authorities: Sequence[str] = (),
    ledger: Mapping[str, Any] | None = None,
    witnesses: Sequence[Mapping[str, Any]] = (),
    threshold: int | None = None,
) -> TrustPolicy:
    """Return ``policy`` with the environment ``name``, or with more clocks, witnesses or a first ledger in it.

    Raises ``UsageError`` where it would become production, or its ledger another.
    """
    draft = policy
    if all(one.name != name for one in policy.environments):
        empty: dict[str, Any] = {"timestampAuthorities": [], "witnesses": [], "gates": [], "ledger": None}
        what = f"environment {name!r}"
        draft = add(
            policy,
            "environments",
            formed(EnvironmentMember, what, name=name, production=production, witnessThreshold=0, **empty),
        )
    before = find_environment(draft, name)
    if production and not before.production:
        raise UsageError(f"environment {name!r} is there and no production", remedy="name another environment")
    if ledger is not None and before.ledger is not None:
        raise UsageError(f"environment {name!r} has its ledger: {before.ledger.origin}", remedy="it keeps that one")
    return change_environment(
        draft,
        name,
        timestampAuthorities=[*before.timestampAuthorities, *authorities],
        ledger=before.ledger if ledger is None else formed(LedgerMember, "the ledger", **ledger),
        witnesses=[*before.witnesses, *(formed(WitnessMember, "the witness", **one) for one in witnesses)],
        witnessThreshold=before.witnessThreshold if threshold is None else threshold,
    )


def end(members: Sequence[_Member], matches: Callable[[_Member], bool], at: datetime, what: str) -> list[_Member]:
    """Return ``members``, the matching ones ended at ``at``; one that begins later ends as it begins.

    Raises ``UsageError`` where none is ended by that.
    """
    after = [ended_at(one, at) if matches(one) else one for one in members]
    if after == list(members):
        raise UsageError(f"{what} holds at {written(at)} that could be ended")
    return after


def ended_at(member: _Member, at: datetime) -> _Member:
    """Return ``member`` ended at ``at``, if it had not ended before."""
    if member.notAfter is not None and instant(member.notAfter) <= at:
        return member
    return member.model_copy(update={"notAfter": max(written(at), member.notBefore, key=instant)})


def _with_key(policy: TrustPolicy, key: KeyMember, **members: Any) -> TrustPolicy:
    changed = key.model_copy(update=members)
    return policy.model_copy(update={"keys": [changed if one is key else one for one in policy.keys]})

"""What a trust policy allows, in words for a person, and what in it deserves a second look.

Rules kept here: what is said is said at one instant, which is named; nothing is left out because it has ended; a
note is no refusal.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from auditor.core.authority import roles_of, timestamp_authorities
from auditor.core.trust import holding, instant, within
from auditor.model import isoformat

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from auditor.core.trust import EnvironmentMember, GateApproval, KeyMember, TrustPolicy

SOON = timedelta(days=60)


def describe(policy: TrustPolicy, at: datetime) -> list[str]:
    """Return, line by line, who may sign what and what is approved where, at ``at``."""
    return [
        f"trust policy {policy.id!r}, version {policy.version}, valid from {policy.validFrom}; read at {isoformat(at)}",
        f"a run is stamped within {policy.maxima.tokenAgeSeconds} s of its as-of",
        f"a waiver lasts {policy.maxima.waiverSeconds} s at most",
        *_keys(policy, at),
        *(f"never one person: {one} and {other}" for one, other in policy.distinct),
        *(line for environment in policy.environments for line in _environment(policy, environment, at)),
    ]


def notes(policy: TrustPolicy, at: datetime) -> list[str]:
    """Return what an owner should know: what ends soon, and what nobody can do."""
    return [
        *_owner_notes(policy, at),
        *_key_notes(policy, at),
        *(note for environment in policy.environments for note in _environment_notes(policy, environment, at)),
    ]


def _keys(policy: TrustPolicy, at: datetime) -> Iterator[str]:
    for key in policy.keys:
        state = _state(key, at)
        kinds = ", ".join(one.rsplit("/", 2)[-2] for one in key.predicates) or "nothing"
        where = f" for {', '.join(key.environments)}" if key.environments else ""
        roles = f" as {', '.join(sorted(roles_of(policy, key, at)))}" if roles_of(policy, key, at) else ""
        owner = ", owner" if key.keyId in policy.owners else ""
        yield f"key {key.keyId[:16]} {key.person or '(machine)'}{owner}: {state}; signs {kinds}{where}{roles}"
    for one in policy.deputies:
        yield f"deputy {one.person} for {one.role}, {one.notBefore} to {one.notAfter}"


def usable(key: KeyMember, at: datetime) -> bool:
    """Say whether a signature of ``key`` at ``at`` would count, whatever it is under."""
    revoked = key.revokedAt is not None and instant(key.revokedAt) <= at
    return not revoked and within(key.notBefore, key.notAfter, at)


def _state(key: KeyMember, at: datetime) -> str:
    if key.revokedAt is not None:
        return f"revoked from {key.revokedAt} on ({key.revokedBecause})"
    valid = "valid" if within(key.notBefore, key.notAfter, at) else "NOT VALID NOW:"
    return f"{valid} {key.notBefore} to {key.notAfter}"


def _environment(policy: TrustPolicy, environment: EnvironmentMember, at: datetime) -> Iterator[str]:
    kind = "production" if environment.production else "no production"
    yield f"environment {environment.name} ({kind})"
    clocks = ", ".join(one.name for one in timestamp_authorities(policy, environment.name))
    yield f"  clocks: {clocks or 'none, so no run and no sign-off is accepted'}"
    ledger = environment.ledger.origin if environment.ledger else "none"
    yield f"  ledger: {ledger}; {environment.witnessThreshold} of {len(environment.witnesses)} witnesses must cosign"
    if not environment.gates:
        yield "  no gate: everything is refused"
    for gate in environment.gates:
        yield from _gate(gate, at)


def _gate(gate: GateApproval, at: datetime) -> Iterator[str]:
    yield f"  gate {gate.gate}"
    yield f"    profiles: {_listed([one.id for one in holding(gate.profiles, at)])}"
    yield f"    policies: {_listed([one.sha256[:16] for one in holding(gate.policyDigests, at)])}"
    packs = [f"{one.wasm[:16]} by OPA {one.opa}" for one in holding(gate.triples, at)]
    yield f"    compiled: {_listed(packs)}"
    yield f"    controls: {_listed([one.control for one in holding(gate.mandatoryControls, at)], 'none is mandatory')}"
    signed = [f"{one.line} by {one.role}" for one in holding(gate.signOffs, at)]
    yield f"    sign-offs: {_listed(signed, 'none is required')}"


def _owner_notes(policy: TrustPolicy, at: datetime) -> Iterator[str]:
    able = [key for key in policy.keys if key.keyId in policy.owners and usable(key, at)]
    if len(able) < 2:  # noqa: PLR2004 - one owner and another
        yield f"{len(able)} owner can sign the next version: a lost key would end this policy; add another owner"


def _key_notes(policy: TrustPolicy, at: datetime) -> Iterator[str]:
    for key in policy.keys:
        whose = f"key {key.keyId[:16]} ({key.person or 'a machine'})"
        if key.revokedAt is None and at <= instant(key.notAfter) < at + SOON:
            yield f"{whose} ends at {key.notAfter}: enrol the next one"
        if not key.predicates:
            yield f"{whose} may sign nothing"
        elif not key.environments and key.keyId not in policy.owners:
            yield f"{whose} may sign for no environment"
    for authority in policy.timestampAuthorities:
        if at <= instant(authority.notAfter) < at + SOON:
            yield f"time-stamp authority {authority.name} ends at {authority.notAfter}"


def _environment_notes(policy: TrustPolicy, environment: EnvironmentMember, at: datetime) -> Iterator[str]:
    where = f"environment {environment.name}"
    if environment.production and environment.ledger is None:
        yield f"{where}: production without a ledger, so a run that was dropped is not seen"
    if environment.production and not environment.witnessThreshold:
        yield f"{where}: no witness must cosign, so a cut or forked ledger shows only against an anchor kept elsewhere"
    held = {role for key in policy.keys if usable(key, at) for role in roles_of(policy, key, at)}
    for gate in environment.gates:
        for missing in ("profiles", "policyDigests", "triples"):
            if not holding(getattr(gate, missing), at):
                yield f"{where}, gate {gate.gate}: nothing in {missing} holds, so every run is refused"
        for one in holding(gate.signOffs, at):
            if one.role not in held:
                yield f"{where}, gate {gate.gate}: nobody is {one.role}, who must sign {one.line}"


def _listed(values: list[str], otherwise: str = "nothing is approved") -> str:
    return ", ".join(values) or otherwise

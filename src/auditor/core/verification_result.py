"""The in-toto Simple Verification Result: that a bundle was verified, what of it, and what it decided.

Rules kept here: a property is there only when it was verified, and its absence says nothing; a verdict is a property
only when it was decided again; the subjects are those of the run's own statement, so that who holds the bundle can tell
that it is this one.
Source: https://github.com/in-toto/attestation/blob/main/spec/predicates/svr.md (version 0.1)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import Field

from auditor.core.statement import Digest, Exact, Instant, statement_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from auditor.core.run_predicate import RunPredicate

SVR_PREDICATE = "https://in-toto.io/attestation/svr/v0.1"
# Another version when other things are verified, or the same otherwise: the specification asks for it.
VERIFIER = "https://auditor.example/verifier/v1"
PREFIX = "AUDITOR_"


class DigestSet(Exact):
    """The digest of the policies, as the run's predicate has it."""

    sha256: Digest


class PolicyMember(Exact):
    """Under which profile and policies the run was decided: a resource descriptor, as an extension of the verifier."""

    name: str
    digest: DigestSet


class VerifierMember(Exact):
    """Who verified: the program, by the version of what it verifies, and the version of the program."""

    id: str
    version: str
    policy: PolicyMember


class SvrPredicate(Exact):
    """The predicate, version 0.1."""

    verifier: VerifierMember
    timeCreated: Instant
    properties: list[str] = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class Proven:
    """What a verification proved beyond signature and files. ``approved`` are gates whose policies are approved."""

    replayed: bool
    recompiled: bool = False
    authorised: bool = False
    ledger: bool = False
    anchored: bool = False
    approved: tuple[str, ...] = ()


def svr_statement(
    subjects: list[dict[str, Any]], run: RunPredicate, proven: Proven, version: str, verified_at: str
) -> bytes:
    """Return the statement's bytes, RFC 8785; ``verified_at`` is RFC 3339."""
    policy = PolicyMember(name=run.profile.id, digest=DigestSet(sha256=run.policyDigest))
    predicate = SvrPredicate(
        verifier=VerifierMember(id=VERIFIER, version=version, policy=policy),
        timeCreated=verified_at,
        properties=[PREFIX + one for one in _properties(run, proven)],
    )
    return statement_bytes(subjects, SVR_PREDICATE, predicate)


def _properties(run: RunPredicate, proven: Proven) -> Iterator[str]:
    yield from ("SIGNATURE_VERIFIED", "FILES_VERIFIED")
    told = (
        (proven.authorised, ("SIGNER_AUTHORISED", "TIMESTAMP_VERIFIED")),
        (proven.ledger, ("LEDGER_VERIFIED",)),
        (proven.anchored, ("LEDGER_ANCHORED",)),
        (proven.recompiled, ("POLICIES_RECOMPILED",)),
        (proven.replayed, ("DECISIONS_REPLAYED", f"RESULT_{run.result.upper()}")),
    )
    for there, names in told:
        yield from names if there else ()
    for gate in run.gates if proven.replayed else ():
        yield f"GATE_{_word(gate.gate)}_{_word(gate.decision)}"
    for name in proven.approved:
        yield f"GATE_{_word(name)}_POLICIES_APPROVED"


def _word(name: str) -> str:
    return "".join(letter if letter.isalnum() else "_" for letter in name).upper()

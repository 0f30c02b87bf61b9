"""Checks a bundle against a trust policy and a ledger: time, authority, approval, what people signed, and its place.

Rules kept here: everything is asked as of the token's time, so what held then still holds in year five; what the bundle
says of its own approval must be what the policy says; the rows of what people signed are built again from the original
envelopes; with a ledger, no statement about the release may be missing, and the run must be filed where it says.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, cast

from auditor.adapters.bundle import layout
from auditor.adapters.policies.pack import LOCK, compiled_triple, lock_opa
from auditor.adapters.trust.opening import judge, open_signed
from auditor.core.canonical import canonical_json
from auditor.core.evidence import with_earlier_runs
from auditor.core.leaves import RUN_STARTED_PREDICATE, Leaf, RunStartedPredicate
from auditor.core.release_history import release_history
from auditor.core.run_predicate import RUN_PREDICATE
from auditor.errors import ControlError, VerificationError
from auditor.model import Scope, isoformat
from auditor.shell.approval import unapproved_gates
from auditor.shell.prior_runs import check_complete, check_prior, opened_under, places
from auditor.shell.statements import build_evidence, filed_statements

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from auditor.adapters.bundle.reader import CheckedBundle
    from auditor.adapters.ledger.reader import LedgerView
    from auditor.adapters.signing.envelope import OpenedEnvelope
    from auditor.adapters.trust.reader import LoadedTrust
    from auditor.core.authority import Triple
    from auditor.core.run_predicate import RunPredicate


@dataclass(frozen=True, slots=True)
class Standing:
    """What a trust policy says of a run: since when its signature exists, and why gates are not approved, if any."""

    signed_at: datetime
    unapproved: Mapping[str, VerificationError]


def check_signer(opened: OpenedEnvelope, predicate: RunPredicate, trust: LoadedTrust) -> datetime:
    """Return the trusted time of a run's signature, if its key could seal this run then.

    Raises:
        VerificationError: the name of the first refusal, in the order of ``docs/refusals.md``.
    """
    _, signed_at = judge(opened, trust, RUN_PREDICATE, predicate.scope.environment, layout.ATTESTATION)
    _check_age(predicate, signed_at, trust)
    _check_trust(predicate, trust)
    return signed_at


def check_standing(bundle: CheckedBundle, trust: LoadedTrust, signed_at: datetime) -> Standing:
    """Check a bundle, whose signature and files hold, against the trust policy; raises as ``check_signer``."""
    predicate = bundle.predicate
    unapproved = unapproved_gates(trust, bundle.document, predicate.policyDigest, _triple(bundle), signed_at)
    if predicate.approval == "approved" and unapproved:
        raise next(iter(unapproved.values()))
    _check_evidence(bundle, trust)
    return Standing(signed_at, unapproved)


def _check_age(predicate: RunPredicate, signed_at: datetime, trust: LoadedTrust) -> None:
    as_of = datetime.fromisoformat(predicate.asOf)
    if signed_at < as_of:
        raise VerificationError(
            "timestamp-before-as-of",
            f"{layout.ATTESTATION}: stamped at {isoformat(signed_at)}, but speaks of {predicate.asOf}",
        )
    longest = trust.policy.maxima.tokenAgeSeconds
    if signed_at - as_of > timedelta(seconds=longest):
        raise VerificationError(
            "timestamp-too-late",
            f"{layout.ATTESTATION}: stamped at {isoformat(signed_at)}, more than {longest} s after its as-of "
            f"{predicate.asOf}",
            remedy="a verdict that is sealed so late may have been chosen among others; evaluate again",
        )


def _check_trust(predicate: RunPredicate, trust: LoadedTrust) -> None:
    """Refuse a bundle that was sealed under another policy, or a later version, than the one given."""
    named = predicate.trust
    if named is None:
        return
    policy = trust.policy
    if named.id != policy.id:
        raise VerificationError(
            "trust-contradicted", f"sealed under trust policy {named.id!r}, the one given is {policy.id!r}"
        )
    if named.version > policy.version:
        raise VerificationError(
            "trust-rollback",
            f"sealed under version {named.version} of {named.id!r}, the one given is version {policy.version}",
            remedy="get the latest version from its owner",
        )
    if trust.digests.get(named.version, named.statement) != named.statement:
        raise VerificationError(
            "trust-contradicted", f"sealed under another version {named.version} of {named.id!r} than the one known"
        )


def _triple(bundle: CheckedBundle) -> Triple:
    """Return what was compiled: sources, Wasm and OPA, from the digests that the manifest lists."""
    prefix = f"{layout.POLICIES}/"
    files = {name.removeprefix(prefix): digest for name, digest in bundle.files.items() if name.startswith(prefix)}
    try:
        return compiled_triple(files, lock_opa((bundle.root / layout.POLICIES / LOCK).read_bytes(), LOCK))
    except (OSError, ControlError) as error:
        raise VerificationError("pack-unapproved", f"{layout.POLICIES}: no compiled pack ({error})") from error


def _check_evidence(bundle: CheckedBundle, trust: LoadedTrust) -> None:
    """Build the rows of people's statements and of earlier runs again; compare them with those that policies read."""
    scope = bundle.predicate.scope
    prior = check_prior(bundle, opened_under(trust, scope.environment))
    said = build_evidence(evidence_envelopes(bundle), trust, scope)
    again = canonical_json(with_earlier_runs(said, prior, places(bundle.predicate.chain)).document())
    if again != (bundle.root / layout.EVIDENCE_TABLES).read_bytes():
        raise VerificationError(
            "evidence-differs", f"{layout.EVIDENCE_TABLES}: not what the signed statements beside it come to"
        )


def evidence_envelopes(bundle: CheckedBundle) -> dict[str, bytes]:
    """Return the original envelopes of a bundle, by the digest in their name. Raises ``VerificationError``."""
    names = [
        one
        for one in bundle.present
        if one.startswith(f"{layout.EVIDENCE}/")
        and one != layout.EVIDENCE_TABLES
        and not one.startswith(f"{layout.PRIOR}/")
    ]
    digests = {name: name.removeprefix(f"{layout.EVIDENCE}/").removesuffix(layout.STATEMENT_SUFFIX) for name in names}
    for name, digest in digests.items():
        if layout.statement_name(digest) != name:
            raise VerificationError("evidence-misnamed", f"{name}: not the name of a signed statement")
    return {digest: (bundle.root / name).read_bytes() for name, digest in digests.items()}


def check_chain(bundle: CheckedBundle, trust: LoadedTrust, view: LedgerView, leaves: Sequence[Leaf]) -> None:
    """Check the place of a run in a ledger that was verified; ``leaves`` are its leaves.

    Raises:
        VerificationError: one of ``chain-``, ``evidence-omitted``, ``evidence-foreign`` or ``evidence-altered``, or of
            the statement with which the run began; ``prior-missing`` or ``prior-foreign``.
    """
    predicate, chain = bundle.predicate, bundle.predicate.chain
    if chain is None:
        raise VerificationError("chain-missing", "the run names no ledger, and its environment has one")
    if chain.ledger != view.origin:
        raise VerificationError("chain-elsewhere", f"the run is of ledger {chain.ledger}, the one given {view.origin}")
    scope = Scope(**predicate.scope.model_dump())
    history = release_history(leaves, scope)
    record = next((one for one in history.runs if one.started.sequence == chain.sequence), None)
    if record is None:
        raise VerificationError(
            "chain-not-started", f"leaf {chain.sequence} of {view.origin} begins no run of this release"
        )
    _check_started(bundle, trust, view.envelope(record.started.leaf.statement), chain.sequence)
    if record.closed is None or record.closed.leaf.kind != "run":
        raise VerificationError(
            "chain-not-filed", f"the run that leaf {chain.sequence} begins is {record.state}, not filed as sealed"
        )
    if record.closed.leaf.statement != bundle.statement:
        raise VerificationError("chain-other-run", f"leaf {record.closed.sequence} files another run than this one")
    closed = [one.closed for one in history.in_state("run") if one.closed and one.closed.sequence < chain.sequence]
    previous = max(closed).leaf.statement if closed else None
    if chain.previousStatement != previous:
        raise VerificationError("chain-previous-mismatch", "the run before this one is not the one that it names")
    sealed = {one.leaf.statement for one in closed}
    check_complete(sealed, bundle.document["history"])
    for run in sorted({row["run"] for row in bundle.document["history"]} - sealed):
        raise VerificationError("prior-foreign", f"run {run[:16]} was not filed as sealed before this one began")
    _check_complete(bundle, view, leaves, chain.sequence)


def _check_started(bundle: CheckedBundle, trust: LoadedTrust, envelope: bytes, sequence: int) -> None:
    """Refuse a run that is not the one that was announced: another profile, other policies, another as-of."""
    predicate = bundle.predicate
    where = f"leaf {sequence}"
    signed = open_signed(
        envelope, trust, {RUN_STARTED_PREDICATE: RunStartedPredicate}, predicate.scope.environment, where
    )
    begun = cast("RunStartedPredicate", signed.statement.predicate)
    for member in announced_otherwise(begun, predicate):
        raise VerificationError("chain-start-mismatch", f"{where}: began with another {member} than was decided")


def announced_otherwise(begun: RunStartedPredicate, predicate: RunPredicate) -> list[str]:
    """Return the members of a sealed run that are not as they were announced before it began."""
    stated = {
        "scope": (begun.scope, predicate.scope),
        "profile": (begun.profile, predicate.profile),
        "policyDigest": (begun.policyDigest, predicate.policyDigest),
        "asOf": (begun.asOf or predicate.asOf, predicate.asOf),
    }
    return [member for member, (announced, found) in stated.items() if announced != found]


def _check_complete(bundle: CheckedBundle, view: LedgerView, leaves: Sequence[Leaf], sequence: int) -> None:
    filed = set(filed_statements(leaves, bundle.predicate.scope, sequence))
    taken = evidence_envelopes(bundle)
    for digest in sorted(filed - taken.keys()):
        raise VerificationError(
            "evidence-omitted", f"statement {digest[:16]} was filed before the run began, and is not in the bundle"
        )
    for digest in sorted(taken.keys() - filed):
        raise VerificationError(
            "evidence-foreign", f"statement {digest[:16]} is in the bundle, and was not filed before the run began"
        )
    for digest in sorted(filed):
        if taken[digest] != view.envelope(digest):
            raise VerificationError(
                "evidence-altered", f"statement {digest[:16]} is not in the envelope in which it was filed"
            )

"""A run under a trust policy: filed before it collects, decided over what people signed, closed whatever comes of it.

Rules kept here: without a trust policy there is no such run, and everything says ``unapproved``; the key, the clock and
the ledger must be the policy's own before anything is collected; a run that fails is filed as abandoned with its
reason, and one that is killed is left open for everyone to see.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from auditor.adapters.bundle.manifest import policy_digest_of
from auditor.adapters.ledger.directory import LedgerDirectory
from auditor.adapters.policies.pack import compiled_triple, digests, pack_files
from auditor.core.authority import environment_of, signing_key
from auditor.core.evidence import with_earlier_runs
from auditor.core.leaves import RUN_STARTED_PREDICATE
from auditor.core.prior_verdicts import place_rows
from auditor.core.run_predicate import RUN_PREDICATE, ProfileMember
from auditor.core.statement import ScopeMember
from auditor.errors import UsageError
from auditor.shell.approval import unapproved_gates
from auditor.shell.chain import Chain, Started, abandon, begin, close
from auditor.shell.clock import utc_now
from auditor.shell.prior_runs import NO_PRIOR_RUNS, PriorRuns, opened_under, statements_of, take_in
from auditor.shell.reliance import check_ledger_of
from auditor.shell.statements import build_evidence

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from auditor.adapters.policies.pack import Pack
    from auditor.adapters.policies.profile import Profile
    from auditor.adapters.signing.sslib import Signer
    from auditor.adapters.signing.timestamps import Timestamper
    from auditor.adapters.trust.reader import LoadedTrust
    from auditor.core.evidence import EvidenceTables
    from auditor.errors import VerificationError
    from auditor.model import Scope


@dataclass(frozen=True, slots=True)
class LedgerChoice:
    """The ledger's folder and its private key."""

    path: Path
    signer: Signer


@dataclass(frozen=True, slots=True)
class TrustedRun:
    """A run that a trust policy governs; ``started`` is null where its environment has no ledger."""

    trust: LoadedTrust
    scope: Scope
    timestamper: Timestamper
    production: bool
    statements: Mapping[str, bytes]
    evidence: EvidenceTables
    started: Started | None
    prior: PriorRuns = NO_PRIOR_RUNS

    def unapproved(
        self, document: dict[str, Any], pack: Pack, policy_digest: str, at: datetime
    ) -> dict[str, VerificationError]:
        """Return why each gate of the decisions is not approved, if any."""
        files = digests(pack.root, [pack.root / name for name in pack_files(pack.root)])
        return unapproved_gates(self.trust, document, policy_digest, compiled_triple(files, pack.opa), at)

    def trust_member(self) -> dict[str, Any]:
        """Return which trust policy this is, as the run's predicate names it."""
        policy = self.trust.policy
        return {"id": policy.id, "version": policy.version, "statement": self.trust.digest}

    def chain_member(self) -> dict[str, Any] | None:
        """Return where the run stands in the ledger, as its predicate says it."""
        if self.started is None:
            return None
        return {
            "ledger": self.started.origin,
            "sequence": self.started.sequence,
            "previousStatement": self.started.previous,
        }


@contextmanager
def trusted_run(
    trust: LoadedTrust,
    scope: Scope,
    signer: Signer,
    timestamper: Timestamper,
    ledger: LedgerChoice | None,
    *,
    pack: Pack,
    profile: Profile,
    configuration_digest: str,
    mappings: bytes,
    as_of: datetime | None,
    bundles: Path | None = None,
    previous: Sequence[Path] = (),
) -> Iterator[tuple[TrustedRun, Closer]]:
    """Begin a run, and give it with what closes it; whatever ends the run otherwise files it as abandoned.

    Earlier runs of the release are taken in: from the bundles ``previous``, and those in the folder ``bundles``.

    Raises:
        VerificationError: the trust policy does not let this key seal runs here now, the ledger does not hold, or an
            earlier run does not.
        UsageError: the environment has a ledger and none was given, or the other way round; an earlier run is missing.
        EngineError: the signer, the clock or the disk failed.
    """
    now = utc_now()
    environment = environment_of(trust.policy, scope.environment)
    for predicate in (RUN_PREDICATE, RUN_STARTED_PREDICATE):
        signing_key(trust.policy, signer.public_key.keyid, predicate, now, environment=scope.environment)
    member = ScopeMember(system=scope.system, environment=scope.environment, release=scope.release, phase=scope.phase)
    if (environment.ledger is None) != (ledger is None):
        raise UsageError(
            f"environment {scope.environment!r} of trust policy {trust.policy.id} has "
            + ("no ledger" if ledger else "a ledger, so its runs are filed there"),
            remedy="leave --ledger out" if ledger else "give --ledger and --ledger-key",
        )
    chain, started = None, None
    if ledger is not None:
        check_ledger_of(trust, scope.environment, ledger.path)
        chain = Chain(LedgerDirectory(ledger.path), ledger.signer, signer, timestamper)
        started = begin(
            chain,
            scope,
            ProfileMember(id=profile.document.id, sha256=profile.sha256),
            policy_digest=policy_digest_of(pack.root, pack_files(pack.root), mappings),
            configuration_digest=configuration_digest,
            as_of=as_of,
            now=now,
        )
    closer = Closer(chain, started)
    try:
        statements = started.statements if started else {}
        prior = _prior(started, previous, bundles, trust, member)
        chain_of = [] if started is None else place_rows(started.origin, started.sequence, started.previous)
        evidence = with_earlier_runs(build_evidence(statements, trust, member), prior.rows, chain_of)
        run = TrustedRun(trust, scope, timestamper, environment.production, statements, evidence, started, prior)
        yield run, closer
    except BaseException as error:
        closer.abandon(error)
        raise


def _prior(
    started: Started | None, previous: Sequence[Path], bundles: Path | None, trust: LoadedTrust, scope: ScopeMember
) -> PriorRuns:
    """Return the earlier runs that the run takes in: all that the ledger knows, else those that are named."""
    named = statements_of(previous)
    needed = named if started is None else started.sealed
    unknown = sorted({*named} - {*needed})
    if unknown:
        raise UsageError(
            f"--previous names run {unknown[0]}, which the ledger has not sealed for this release",
            remedy="name bundles of earlier runs of this release, or none",
        )
    beside = sorted(bundles.iterdir()) if bundles is not None and bundles.is_dir() else []
    return take_in(needed, [*beside, *previous], opened_under(trust, scope.environment), scope)


@dataclass(slots=True)
class Closer:
    """Closes a run in the ledger, once."""

    chain: Chain | None
    started: Started | None

    def sealed(self, attestation: bytes) -> None:
        """File the run as sealed: ``attestation`` is its signed statement. Raises as ``trusted_run``."""
        if self.chain is not None and self.started is not None:
            close(self.chain, self.started, attestation)
            self.chain = None

    def abandon(self, error: BaseException) -> None:
        """File the run as abandoned because of ``error``; what fails in doing so is noted on it."""
        if self.chain is None or self.started is None:
            return
        reason = f"{type(error).__name__}: {error}".strip() or "it was interrupted"
        started = self.started
        try:
            abandon(self.chain, started, reason, utc_now())
        except Exception as second:  # noqa: BLE001 - the first error is what is told; the run stays open in the ledger
            error.add_note(f"the run stays open in the ledger at leaf {started.sequence}, for {second}")
        self.chain = None

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
from auditor.core.leaves import RUN_STARTED_PREDICATE
from auditor.core.run_predicate import RUN_PREDICATE, ProfileMember
from auditor.core.statement import ScopeMember
from auditor.errors import UsageError
from auditor.shell.approval import unapproved_gates
from auditor.shell.chain import Chain, Started, abandon, begin, close
from auditor.shell.clock import utc_now
from auditor.shell.reliance import check_ledger_of
from auditor.shell.statements import build_evidence

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
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
) -> Iterator[tuple[TrustedRun, Closer]]:
    """Begin a run, and give it with what closes it; whatever ends the run otherwise files it as abandoned.

    Raises:
        VerificationError: the trust policy does not let this key seal runs here now, or the ledger does not hold.
        UsageError: the environment has a ledger and none was given, or the other way round.
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
        evidence = build_evidence(statements, trust, member)
        run = TrustedRun(trust, scope, timestamper, environment.production, statements, evidence, started)
        yield run, closer
    except BaseException as error:
        closer.abandon(error)
        raise


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

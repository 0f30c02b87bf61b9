"""Where a run stands in the ledger: it is filed before anything is collected, and closed when it is sealed or given up.

Rules kept here: the run-started leaf commits to release, profile, policies and configuration before the facts are
known, so that no run can be tried again in silence; a run that fails is closed as abandoned, with the reason, and one
that is killed stays open; what people stated is taken in up to that leaf, from the ledger and from nowhere else.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from auditor.adapters.ledger.reader import read_ledger
from auditor.adapters.signing.envelope import sign
from auditor.core.leaves import (
    AbandonedPredicate,
    RunStartedPredicate,
    abandoned_statement,
    run_started_statement,
)
from auditor.core.release_history import release_history
from auditor.core.statement import ScopeMember
from auditor.model import Scope, isoformat
from auditor.shell.ledger import file_statement
from auditor.shell.statements import filed_envelopes

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from auditor.adapters.ledger.directory import LedgerDirectory
    from auditor.adapters.signing.sslib import Signer
    from auditor.adapters.signing.timestamps import Timestamper
    from auditor.core.run_predicate import ProfileMember

MAX_REASON = 2000


@dataclass(frozen=True, slots=True)
class Chain:
    """A ledger to file in: its folder, its key, and who signs and stamps the statements that are filed."""

    ledger: LedgerDirectory
    ledger_signer: Signer
    signer: Signer
    timestamper: Timestamper


@dataclass(frozen=True, slots=True)
class Started:
    """A run that was filed as begun: leaf, statement, those of the runs sealed before it, what people stated so far.

    ``sealed`` are of the same release, in the order in which they were filed.
    """

    origin: str
    sequence: int
    statement: str
    sealed: tuple[str, ...]
    statements: Mapping[str, bytes]

    @property
    def previous(self) -> str | None:
        """The statement of the run before this one."""
        return self.sealed[-1] if self.sealed else None


def begin(
    chain: Chain,
    scope: Scope,
    profile: ProfileMember,
    *,
    policy_digest: str,
    configuration_digest: str,
    as_of: datetime | None,
    now: datetime,
) -> Started:
    """File that a run begins. ``configuration_digest`` is of what it collects, or of the snapshot that it decides.

    Raises:
        VerificationError: the ledger does not hold what was signed.
        UsageError: there is no ledger, or the key is not its.
        EngineError: the signer, the clock or the disk failed.
    """
    member = ScopeMember(system=scope.system, environment=scope.environment, release=scope.release, phase=scope.phase)
    predicate = RunStartedPredicate(
        schemaVersion=1,
        scope=member,
        profile=profile,
        policyDigest=policy_digest,
        configurationDigest=configuration_digest,
        asOf=None if as_of is None else isoformat(as_of),
        timeStarted=isoformat(now),
        nonce=secrets.token_hex(16),
    )
    chain.ledger.heal(chain.ledger_signer)
    envelope = sign(run_started_statement(predicate), chain.signer, chain.timestamper)
    sequence = file_statement(chain.ledger.path, envelope, chain.ledger_signer).sequence
    view = read_ledger(chain.ledger.path)
    history = release_history(view.leaves[:sequence], scope)
    closed = sorted(one.closed for one in history.in_state("run") if one.closed is not None)
    sealed = tuple(one.leaf.statement for one in closed)
    return Started(
        view.origin, sequence, view.leaves[sequence].statement, sealed, filed_envelopes(view, member, sequence)
    )


def close(chain: Chain, started: Started, attestation: bytes) -> None:
    """File the run whose signed statement ``attestation`` is. Raises as ``begin``."""
    file_statement(chain.ledger.path, attestation, chain.ledger_signer, closes=started.sequence)


def abandon(chain: Chain, started: Started, reason: str, now: datetime) -> None:
    """File that a run gives no verdict. Raises as ``begin``."""
    predicate = AbandonedPredicate(
        schemaVersion=1,
        ledger=started.origin,
        sequence=started.sequence,
        reason=reason[:MAX_REASON],
        timeAbandoned=isoformat(now),
    )
    envelope = sign(abandoned_statement(predicate, started.statement), chain.signer, chain.timestamper)
    file_statement(chain.ledger.path, envelope, chain.ledger_signer, closes=started.sequence)

"""What a relying party brings from outside to a bundle: one public key, or a trust policy with or without the ledger.

Rules kept here: nothing of it ever comes from the bundle; what is missing is said in a note, never taken for granted.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from auditor.adapters.ledger.checking import LedgerTrust, verify_ledger
from auditor.adapters.ledger.note_keys import ledger_key, witness_key
from auditor.adapters.ledger.reader import read_ledger
from auditor.adapters.signing.keys import load_public_key
from auditor.core.authority import environment_of
from auditor.errors import UsageError
from auditor.model import isoformat
from auditor.shell.final_sign_off import decide_signed, sign_offs_over
from auditor.shell.owed import owed_sign_offs
from auditor.shell.prior_runs import check_prior, opened_by
from auditor.shell.trusted import Standing, check_chain, check_signer, check_standing

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from auditor.adapters.bundle.reader import CheckedBundle
    from auditor.adapters.ledger.checking import VerifiedLedger
    from auditor.adapters.ledger.reader import LedgerView
    from auditor.adapters.signing.envelope import OpenedEnvelope
    from auditor.adapters.signing.sslib import Key
    from auditor.adapters.trust.reader import LoadedTrust
    from auditor.core.run_predicate import RunPredicate

NO_TRUST = "no trust policy: profile and policies are unapproved, and nobody's clock but the signer's says when"


@dataclass(frozen=True, slots=True)
class PinnedKey:
    """One public key, from a channel that the reader trusts."""

    key: Key

    def key_of(self, _key_id: str) -> Key:
        """Return the key, whatever id the bundle names: another one is refused when it is compared."""
        return self.key

    def judge(self, _opened: OpenedEnvelope, _predicate: RunPredicate) -> None:
        """Ask nothing: of a key alone nobody knows when it may sign what."""

    def check(self, bundle: CheckedBundle) -> tuple[str, ...]:
        """Check the earlier runs that it took in, of which the key must be the same; return what is not known.

        Raises ``VerificationError``.
        """
        check_prior(bundle, opened_by(self.key))
        return (NO_TRUST,)


@dataclass(frozen=True, slots=True)
class CheckedLedger:
    """A ledger that was read and verified under the trust policy."""

    view: LedgerView
    verified: VerifiedLedger


@dataclass(slots=True)
class TrustPolicyReliance:
    """A trust policy, and the ledger of the bundle's environment where it is at hand.

    ``open_ledger`` gives that ledger, verified, once the bundle's signature has been; None where there is none.
    """

    trust: LoadedTrust
    open_ledger: Callable[[str], CheckedLedger | None] = lambda _environment: None
    ledger: CheckedLedger | None = field(default=None, init=False)
    standing: Standing | None = field(default=None, init=False)
    _signed_at: datetime | None = field(default=None, init=False)

    def key_of(self, key_id: str) -> Key:
        """Return a key of the policy. Raises ``VerificationError`` (``key-unknown``)."""
        return self.trust.key(key_id)

    def judge(self, opened: OpenedEnvelope, predicate: RunPredicate) -> None:
        """Refuse a signature that its key could not make then. Raises ``VerificationError``."""
        self._signed_at = check_signer(opened, predicate, self.trust)

    def check(self, bundle: CheckedBundle) -> tuple[str, ...]:
        """Check what the policy and the ledger say of the run; return what a reader must know. Raises as ``judge``."""
        if self._signed_at is None:
            raise RuntimeError("a bundle is judged before it is checked")
        self.standing = check_standing(bundle, self.trust, self._signed_at)
        policy = self.trust.policy
        signed_at = isoformat(self.standing.signed_at)
        notes = [f"trust policy {policy.id}, version {policy.version}; a pinned authority's clock says {signed_at}"]
        notes += [f"gate {gate} is UNAPPROVED: {why.message}" for gate, why in self.standing.unapproved.items()]
        self.ledger = self.open_ledger(bundle.predicate.scope.environment)
        if self.ledger is not None:
            check_chain(bundle, self.trust, self.ledger.view, self.ledger.verified.leaves)
            size = self.ledger.verified.checkpoint.size
            notes.append(f"filed in ledger {self.ledger.view.origin}, whose {size} leaves were checked")
            rows = sign_offs_over(bundle, self.trust, self.ledger.view)
            notes += [
                f"{one.line} ({one.title}): {one.verdict.value}, {one.reason}, by what was signed over this run"
                for one in decide_signed(bundle.document, rows)
            ]
            notes += owed_sign_offs(bundle, self.trust, self.ledger.view, self.standing.signed_at)
            if self.ledger.verified.anchored is None:
                notes.append("no anchor: a ledger that was cut or forked since shows only against one (--anchor)")
        elif environment_of(policy, bundle.predicate.scope.environment).ledger is not None:
            notes.append("the ledger was not consulted: another run of this release, or a rejection, may be left out")
        return tuple(notes)


Reliance = PinnedKey | TrustPolicyReliance


def pinned_key(pem: bytes, name: str) -> PinnedKey:
    """Return the reliance on one public key (PEM). Raises ``UsageError``."""
    return PinnedKey(load_public_key(pem, name))


def check_ledger_of(trust: LoadedTrust, environment: str, path: Path, anchor: bytes | None = None) -> CheckedLedger:
    """Read and verify the ledger of an environment, in the folder ``path``, under the trust policy.

    Raises:
        UsageError: there is none, or the policy names none for the environment.
        VerificationError: ``environment-unknown``, or one of ``ledger-``.
    """
    believed = ledger_trust(trust, environment)
    view = read_ledger(path)
    return CheckedLedger(view, verify_ledger(view, believed, anchor))


def ledger_trust(trust: LoadedTrust, environment: str) -> LedgerTrust:
    """Return whose checkpoints are believed in an environment. Raises as ``check_ledger_of``."""
    member = environment_of(trust.policy, environment)
    if member.ledger is None:
        raise UsageError(
            f"trust policy {trust.policy.id} names no ledger for environment {environment!r}",
            remedy="have an owner add it: `auditor trust add environment`, or leave --ledger out",
        )
    where = f"trust policy {trust.policy.id}"
    return LedgerTrust(
        ledger_key(member.ledger.origin, member.ledger.pem.encode(), where),
        tuple(witness_key(one.name, one.pem.encode(), where) for one in member.witnesses),
        member.witnessThreshold,
    )

"""``admit``: may this release pass this gate on this bundle, now? The question of a deployment pipeline.

Rules kept here: the bundle is verified and decided again first; every reason against it is told, not the first alone;
what the ledger holds about the release counts, not what somebody chose to show; nothing that is missing admits; it is
never earlier than a trusted clock has been, so a clock that was set back revives nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from auditor.adapters.ledger.checking import checkpoint_times
from auditor.adapters.trust.opening import authorities
from auditor.core.authority import gate_of, required_sign_offs
from auditor.core.people import ASSENT, DISSENT, SignOffPredicate
from auditor.errors import VerificationError
from auditor.model import epoch_us, isoformat
from auditor.shell.other_runs import all_other_runs
from auditor.shell.reliance import ledger_trust
from auditor.shell.statements import build_evidence, filed_envelopes, open_person
from auditor.shell.verify import Verification, verify_relying

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path
    from typing import Any

    from auditor.shell.other_runs import OtherRun
    from auditor.shell.reliance import CheckedLedger, TrustPolicyReliance


@dataclass(frozen=True, slots=True)
class Question:
    """What a pipeline asks: this release, environment and gate, now. ``longest_age`` is of the ledger's checkpoint."""

    release: str
    environment: str
    gate: str
    now: datetime
    longest_age: timedelta
    accept_waivers: bool = False


@dataclass(frozen=True, slots=True)
class Reason:
    """Why not: a name of ``auditor.core.admission``, and what was found."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Admission:
    """The answer: admitted when there is no reason against it."""

    verified: Verification
    reasons: tuple[Reason, ...]

    @property
    def undecided(self) -> bool:
        """Say whether the evidence alone is missing: nothing else speaks against it."""
        return {one.code for one in self.reasons} == {"gate-undecided"}


def admit(
    path: Path,
    relying: TrustPolicyReliance,
    question: Question,
    *,
    progress: Callable[[int, int, str], None] = lambda _done, _total, _what: None,
    verify: Callable[..., Verification] = verify_relying,
) -> Admission:
    """Verify the bundle ``path`` and answer ``question``.

    Raises:
        VerificationError: the bundle, the ledger or the trust policy is refused.
        UsageError, EngineError: as ``verify_relying``.
    """
    verified = verify(path, relying, progress=progress)
    asked = _Asked(verified, relying, question)
    return Admission(verified, tuple(asked.reasons()))


@dataclass(frozen=True, slots=True)
class _Asked:
    verified: Verification
    relying: TrustPolicyReliance
    question: Question

    def reasons(self) -> Iterator[Reason]:
        yield from self._scope()
        yield from self._gate()
        yield from self._approval()
        ledger = self.relying.ledger
        seen = None if ledger is None else self._last_seen(ledger)
        now = max(self.question.now, seen or self.question.now)
        valid_until = self.verified.bundle.predicate.validUntil
        if now >= datetime.fromisoformat(valid_until):
            yield Reason("verdict-expired", f"the verdict was valid until {valid_until}")
        if ledger is not None:
            yield from self._checkpoint(ledger, seen)
            yield from self._people(ledger, now)
        elif self._keeps_a_ledger(self.question.environment):
            yield Reason("ledger-not-consulted", f"environment {self.question.environment} has a ledger; give --ledger")

    def _keeps_a_ledger(self, environment: str) -> bool:
        """Say whether the trust policy names a ledger for it. One it does not know has no gate; that is told."""
        known = self.relying.trust.policy.environments
        return any(one.name == environment and one.ledger is not None for one in known)

    @property
    def _environment(self) -> str:
        """Return the environment of the bundle, whose ledger and people are asked, whatever the question's is."""
        return self.verified.bundle.predicate.scope.environment

    def _scope(self) -> Iterator[Reason]:
        scope = self.verified.bundle.predicate.scope
        for member, wanted in (("release", self.question.release), ("environment", self.question.environment)):
            found = getattr(scope, member)
            if found != wanted:
                yield Reason(f"{member}-mismatch", f"the bundle is of {member} {found!r}, not {wanted!r}")

    def _gate(self) -> Iterator[Reason]:
        gate = next((one for one in self.verified.bundle.predicate.gates if one.gate == self.question.gate), None)
        if gate is None:
            names = ", ".join(one.gate for one in self.verified.bundle.predicate.gates)
            yield Reason("gate-absent", f"the run decided {names}, not {self.question.gate!r}")
        elif gate.decision == "pass_with_waiver":
            if not self.question.accept_waivers:
                yield Reason("gate-waived", f"gate {gate.gate} is met only by waivers; --accept-waivers takes them")
        elif gate.verdict in {"inconclusive", "not_applicable"}:
            yield Reason("gate-undecided", f"gate {gate.gate}: {gate.decision} ({gate.verdict})")
        elif gate.verdict != "pass":
            yield Reason("gate-not-met", f"gate {gate.gate}: {gate.decision} ({gate.verdict})")

    def _approval(self) -> Iterator[Reason]:
        standing = self.relying.standing
        unapproved = {} if standing is None else standing.unapproved
        if self.question.gate in unapproved:
            yield Reason("gate-unapproved", unapproved[self.question.gate].message)
        try:
            gate_of(self.relying.trust.policy, self.question.environment, self.question.gate)
        except VerificationError as error:
            if self.question.gate not in unapproved:
                yield Reason("gate-unapproved", error.message)

    def _last_seen(self, ledger: CheckedLedger) -> datetime | None:
        """Return when an authority or a witness last saw the ledger's latest checkpoint."""
        key = ledger_trust(self.relying.trust, self._environment).key
        times = checkpoint_times(ledger.view, key, authorities(self.relying.trust, self._environment))
        seen = times.get(ledger.verified.checkpoint.size)
        cosigned = [
            datetime.fromtimestamp(one, tz=self.question.now.tzinfo) for one in ledger.verified.cosigned.values()
        ]
        return max([*cosigned, *([seen] if seen else [])], default=None)

    def _checkpoint(self, ledger: CheckedLedger, seen: datetime | None) -> Iterator[Reason]:
        size = ledger.verified.checkpoint.size
        if seen is None:
            yield Reason(
                "checkpoint-stale",
                f"the checkpoint of {size} leaves carries no timestamp and no cosignature: `auditor ledger stamp`",
            )
        elif self.question.now - seen > self.question.longest_age:
            yield Reason("checkpoint-stale", f"the checkpoint of {size} leaves is of {isoformat(seen)}")

    def _people(self, ledger: CheckedLedger, now: datetime) -> Iterator[Reason]:
        bundle = self.verified.bundle
        envelopes = filed_envelopes(ledger.view, bundle.predicate.scope)
        evidence = build_evidence(envelopes, self.relying.trust, bundle.predicate.scope)
        rows = [
            row
            for row in evidence.tables["sign_offs"]
            if row["run"] == bundle.statement and row["withdrawn_at"] is None
        ]
        standing = [row for row in rows if row["valid_until"] > epoch_us(now)]
        yield from self._runs(ledger, {row["statement"]: envelopes[row["statement"]] for row in standing})
        try:
            approved = gate_of(self.relying.trust.policy, self.question.environment, self.question.gate)
        except VerificationError:
            return  # told as unapproved
        for line, role in required_sign_offs(approved, now):
            yield from _sign_off(line, role, rows, now)

    def _runs(self, ledger: CheckedLedger, envelopes: Mapping[str, bytes]) -> Iterator[Reason]:
        """Tell later runs of the gate, and runs that failed, were given up or are open and that no signer knows of."""
        known: set[str] = set()
        for digest, envelope in envelopes.items():
            signed = open_person(envelope, digest, self.relying.trust, self._environment)
            if isinstance(signed.predicate, SignOffPredicate) and signed.predicate.decision in ASSENT:
                known.update(signed.predicate.acknowledges)
        chain = self.verified.bundle.predicate.chain
        for one in all_other_runs(self.verified.bundle, self.relying.trust, ledger):
            if chain is not None and one.sequence > chain.sequence and self.question.gate in one.gates:
                yield Reason("run-superseded", f"a later run decided the gate: {_words(one)}")
            troubled = self.question.gate in one.failed or one.without_verdict
            if troubled and one.statement not in known:
                yield Reason("run-unacknowledged", f"nobody who signed for this run knows of another: {_words(one)}")


def _sign_off(line: str, role: str, rows: list[dict[str, Any]], now: datetime) -> Iterator[Reason]:
    """Say what is wrong with the sign-off of ``line`` by ``role``: the latest of each person counts while it is valid.

    One that ran out brings none before it back.
    """
    last = {row["person"]: row for row in rows if (row["line"], row["role"]) == (line, role)}
    latest = {person: row for person, row in last.items() if row["valid_until"] > epoch_us(now)}
    against = [row for row in latest.values() if row["decision"] in DISSENT]
    if against:
        who = ", ".join(f"{row['person']} ({row['decision']})" for row in against)
        yield Reason("sign-off-rejected", f"line {line}, role {role}: {who}")
    elif not any(row["decision"] in ASSENT for row in latest.values()):
        yield Reason("sign-off-missing", f"line {line} is not signed off by {role}")


def _words(one: OtherRun) -> str:
    return f"leaf {one.sequence}, begun {one.started}, {one.state}, statement {one.statement[:16]}"

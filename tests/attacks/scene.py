"""Where an attack takes place: a copy of a company with one sealed run, and what an attacker can do to it.

Nothing is mocked. The attacker holds whatever key the attack says: ``forge`` is the machine's, ``say`` a person's,
``file`` the ledger's.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any

import pytest

from auditor.adapters.bundle import layout
from auditor.adapters.ledger import layout as ledger_layout
from auditor.adapters.ledger.directory import LedgerDirectory
from auditor.adapters.ledger.note_keys import key_of
from auditor.adapters.ledger.reader import read_ledger
from auditor.adapters.signing.envelope import payload_digest, sign
from auditor.adapters.snapshot.reader import open_snapshot
from auditor.core.people import MODELS, SIGN_OFF, run_subject
from auditor.core.statement import ScopeMember, statement_bytes
from auditor.errors import VerificationError
from auditor.model import isoformat
from auditor.shell.admit import Question, admit
from auditor.shell.evaluate import evaluate
from auditor.shell.ledger import file_statement
from auditor.shell.statements import build_evidence, filed_envelopes
from auditor.shell.verify import verify_relying
from company import Company, collected, make_company, statement_of
from kept import kept
from people_said import SIGNED
from sealed import Sealed, forge

if TYPE_CHECKING:
    from collections.abc import Callable

    from auditor.shell.verify import Verification
    from trusting import Person

GATE = "slo"


def refused(act: Callable[[], Any]) -> str:
    """Return the name with which ``act`` is refused."""
    with pytest.raises(VerificationError) as caught:
        act()
    assert caught.value.exit_code == 4
    return caught.value.code


@dataclass
class Scene:
    """A company, and the bundle of its run. The run is announced in leaf ``sequence`` of the ledger."""

    company: Company
    bundle: Path
    sequence: int = 0
    tar: Path | None = None
    said: dict[str, bytes] = field(default_factory=dict)

    # What the relying party asks.

    def verify(self, bundle: Path | None = None, **how: Any) -> Verification:
        return self.company.verify(bundle or self.bundle, **how)

    def refusal(self, bundle: Path | None = None, **how: Any) -> str:
        """Return the name with which the bundle is refused."""
        return refused(lambda: self.verify(bundle, **how))

    def admission(self, *, ledger: bool = True, stamp: bool = True, **question: Any) -> set[str]:
        """Return the names of the reasons against the bundle's release; nothing when it is admitted."""
        if stamp:
            self.stamp()
        scope = self.verify(ledger=False).bundle.predicate.scope
        asked = {
            "release": scope.release,
            "environment": scope.environment,
            "gate": GATE,
            "now": self.company.tsa.now,
            "longest_age": timedelta(days=1),
        }
        verify = partial(verify_relying, replay=False)
        answer = admit(self.bundle, self.company.relying(ledger=ledger), Question(**asked | question), verify=verify)
        return {one.code for one in answer.reasons}

    def uncounted(self, digest: str) -> str:
        """Return why the next run would not count a filed statement."""
        view = read_ledger(self.company.ledger)
        scope = self.scope
        evidence = build_evidence(filed_envelopes(view, scope), self.company.trust(), scope)
        rows = {row["statement"] for rows in evidence.tables.values() for row in rows}
        assert not rows & evidence.refused.keys()
        return evidence.refused.get(digest, "")

    # What the runner can do, who holds the machine's key.

    @property
    def sealed(self) -> Sealed:
        runner = self.company.runner
        return Sealed(self.bundle, runner.private, runner.public, self.company.tsa.stamp)

    @property
    def scope(self) -> ScopeMember:
        return ScopeMember(**self.predicate()["scope"])

    def predicate(self) -> dict[str, Any]:
        from sealed import signed_statement

        found: dict[str, Any] = signed_statement(self.sealed)["predicate"]
        return found

    def forge(self, change: Callable[[dict[str, Any]], Any] = lambda _: None, **lies: Any) -> Scene:
        """Sign the bundle as it now lies, after lying in its predicate."""
        forge(self.sealed, predicate=change, **lies)
        return self

    def settle(self) -> Scene:
        """Lie to the end: let decisions and tables say of run, place and earlier runs what the statement says."""
        from auditor.core.canonical import canonical_json
        from auditor.core.prior_verdicts import handed_on, history_document, merged
        from auditor.core.run_predicate import ChainMember
        from auditor.shell.prior_runs import places

        stated = self.predicate()
        decided = json.loads((self.bundle / layout.DECISIONS).read_bytes())
        tables = json.loads((self.bundle / layout.EVIDENCE_TABLES).read_bytes())
        decided |= {name: stated[name] for name in ("scope", "asOf", "profile", "result")}
        for gate, said in zip(decided["gates"], stated["gates"], strict=True):
            gate.update(said)
        suffix = layout.PRIOR_DECISIONS_SUFFIX
        runs = {
            path.name.removesuffix(suffix): json.loads(path.read_bytes())
            for path in sorted((self.bundle / layout.PRIOR).glob(f"*{suffix}"))
        }
        rows = merged(handed_on(statement, document) for statement, document in runs.items())
        decided["history"] = history_document(rows)
        chain = stated["chain"] and ChainMember.model_validate(stated["chain"])
        tables["tables"] |= {"prior_verdicts": rows, "ledger_places": places(chain)}
        (self.bundle / layout.DECISIONS).write_bytes(canonical_json(decided))
        (self.bundle / layout.EVIDENCE_TABLES).write_bytes(canonical_json(tables))
        return self.forge()

    def after_run(self, earlier: Path) -> Scene:
        """Take in an earlier run, as it now lies in its bundle."""
        statement = statement_of(earlier)
        for name, source in (
            (layout.prior_name(statement), layout.ATTESTATION),
            (layout.prior_decisions_name(statement), layout.DECISIONS),
        ):
            (self.bundle / name).parent.mkdir(exist_ok=True)
            (self.bundle / name).write_bytes((earlier / source).read_bytes())
        return self

    def seal_as(self, person: Person) -> Scene:
        """Sign the statement of the run with another key."""
        from auditor.adapters.signing.envelope import unverified_payload

        payload = unverified_payload((self.bundle / layout.ATTESTATION).read_bytes(), "run")[0]
        (self.bundle / layout.ATTESTATION).write_bytes(sign(payload, person.signer, self.company.tsa.stamp))
        return self

    def file(self, envelope: bytes | None = None) -> str:
        """File a statement, or the run, in the ledger with its key; return the digest of the statement."""
        run = envelope is None
        content = (self.bundle / layout.ATTESTATION).read_bytes() if envelope is None else envelope
        closes = self.sequence if run else None
        file_statement(self.company.ledger, content, self.company.ledger_key.signer, closes=closes)
        return payload_digest(content, "statement")

    def filed(self) -> Scene:
        self.file()
        return self

    def stamp(self) -> None:
        """Have the TSA see the latest checkpoint."""
        key = self.company.ledger_key.signer
        view = read_ledger(self.company.ledger)
        LedgerDirectory(self.company.ledger).stamp(key_of(view.origin, key), self.company.tsa.stamp)

    def start(self) -> int:
        """Announce another run, and be killed; return the leaf's sequence."""
        scope = open_snapshot(collected()[0]).scope
        with self.company.begun(scope) as (_, closer):
            closer.chain = None
        return len(read_ledger(self.company.ledger).leaves) - 1

    # What the owner of the trust policy changes after the run, as version 2.

    def amend(self, change: Callable[[dict[str, Any]], Any] = lambda _: None, *sign_offs: tuple[str, str]) -> Scene:
        """Sign version 2 with a change. It is called once."""
        first = self.company.trust().digest

        def next_version(policy: dict[str, Any]) -> None:
            policy.update(version=2, previous=first)
            change(policy)

        self.company.change, self.company.sign_offs = next_version, sign_offs
        return self

    def require(self, line: str, role: str) -> Scene:
        """Ask for a sign-off."""
        return self.amend(lambda _: None, (line, role))

    # What people can do, each with their own key.

    def say(self, name: str, role: str, kind: str = SIGN_OFF, /, *, by: Person | None = None, **members: Any) -> bytes:
        """Return the envelope of a statement of ``name`` about the run, stamped by the TSA now."""
        now = self.company.tsa.now
        said = SIGNED[kind] | {
            "scope": self.predicate()["scope"],
            "run": statement_of(self.bundle),
            "person": name,
            "role": role,
            "timeSigned": isoformat(now),
        }
        if kind == SIGN_OFF:
            said |= {"line": GATE, "validUntil": isoformat(now + timedelta(days=7))}
        predicate = MODELS[kind].model_validate_json(json.dumps(said | members))
        payload = statement_bytes(run_subject("bundle", (said | members)["run"]), kind, predicate)
        signer = (by or self.company.people[name]).signer
        return sign(payload, signer, self.company.tsa.stamp)

    def hear(self, *said: Any, later: float = 60, **members: Any) -> str:
        """File what ``say`` gives, and let time pass; return its digest."""
        digest = self.file(self.say(*said, **members))
        self.company.later(later)
        return digest

    def statement_path(self, digest: str) -> Path:
        return self.company.ledger / ledger_layout.statement(digest)

    def after(self, **period: float) -> str:
        return isoformat(self.company.tsa.now + timedelta(**period))


@kept
def _open(*incidents: str) -> Scene:
    """Return a company whose first run is announced and sealed, and not filed."""
    company = make_company(Path(mkdtemp(prefix="auditor-tests-attacks-")) / "company")
    snapshot, as_of, _ = collected(*incidents)
    with company.begun(open_snapshot(snapshot).scope, as_of=as_of) as (run, closer):
        done = evaluate(
            snapshot,
            signer=company.runner.signer,
            output=company.root / "bundles",
            time_created=company.tsa.now,
            as_of=as_of,
            run=run,
        )
        closer.chain = None  # as if the process had been killed before it filed the run
    return Scene(company, done.bundle)


def scene(root: Path, *incidents: str) -> Scene:
    """Return a copy, under ``root``, of a company whose run is announced and sealed, and not filed."""
    one = _open(*incidents)
    company = one.company.copy(root / "company")
    return Scene(company, company.root / one.bundle.relative_to(one.company.root))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)

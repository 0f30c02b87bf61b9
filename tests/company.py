"""A company that relies on its evidence: a trust policy, a clock, a ledger, people with keys, and runs of an estate.

Nothing is mocked: keys are real, tokens are real RFC 3161 tokens of a TSA whose clock the test sets, and runs go
through the program's own functions.
"""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any

from auditor.adapters.bundle import layout
from auditor.adapters.ledger.directory import LedgerDirectory, init_ledger
from auditor.adapters.ledger.reader import read_ledger
from auditor.adapters.policies.pack import load_pack
from auditor.adapters.policies.profile import load_profile
from auditor.adapters.signing.envelope import unverified_payload
from auditor.adapters.snapshot.reader import MAPPINGS, open_snapshot
from auditor.core.canonical import sha256_hex
from auditor.core.leaves import ABANDONED_PREDICATE, RUN_STARTED_PREDICATE
from auditor.core.people import ADJUDICATION, SIGN_OFF, WAIVER, WAIVER_APPROVAL
from auditor.core.run_predicate import RUN_PREDICATE
from auditor.core.trust import TRUST_PREDICATE, TrustPolicy
from auditor.estate import write_estate
from auditor.model import isoformat
from auditor.shell.collect import collect
from auditor.shell.evaluate import DEFAULT_PROFILE, Evaluation, evaluate
from auditor.shell.reliance import CheckedLedger, TrustPolicyReliance, check_ledger_of
from auditor.shell.trust_approval import approved_by_pack
from auditor.shell.trusted_run import LedgerChoice, TrustedRun, trusted_run
from auditor.shell.verify import Verification, verify_relying
from auditor.shipped import policies_dir
from kept import kept
from trusting import Person, document, key, loaded, make_person
from tsa import FOREVER, Tsa, make_tsa, unchanged

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from auditor.adapters.trust.reader import LoadedTrust
    from auditor.core.trust_approvals import Approved
    from auditor.model import Scope

ENVIRONMENT = "production"
ORIGIN = "audit.example/support/production"
PERSONAL = (SIGN_OFF, WAIVER, WAIVER_APPROVAL, ADJUDICATION)
MACHINE = (RUN_PREDICATE, RUN_STARTED_PREDICATE, ABANDONED_PREDICATE)
START, END = isoformat(FOREVER[0]), isoformat(FOREVER[1])
PEOPLE = {"ada": ("security",), "bo": ("product", "release"), "cy": ("security", "product")}


@kept
def collected(*incidents: str) -> tuple[Path, datetime, datetime]:
    """Return a snapshot of the estate, its as-of and when it was collected; made once in a test process."""
    folder = Path(mkdtemp(prefix="auditor-tests-company-"))
    estate = write_estate(folder / "estate", incidents=incidents)
    snapshot = collect(estate.config, folder / "snapshot", collected_at=estate.collected_at)
    return snapshot, estate.as_of, estate.collected_at


def mappings_of(snapshot: Path) -> bytes:
    return (snapshot / MAPPINGS).read_bytes()


@cache
def _approved(gate: str) -> Approved:
    return approved_by_pack(policies_dir(), DEFAULT_PROFILE, gate, (), mappings_of(collected()[0]))


def dated(**members: Any) -> dict[str, Any]:
    return {"notBefore": START, "notAfter": None} | members


@dataclass
class Company:
    """Keys, clock, ledger and trust policy under ``root``. ``change`` edits the trust policy before it is signed."""

    root: Path
    tsa: Tsa
    owner: Person
    runner: Person
    people: dict[str, Person]
    ledger_key: Person
    change: Callable[[dict[str, Any]], Any] = unchanged
    gates: tuple[str, ...] = ("slo", "cost", "residency", "rollback")
    sign_offs: tuple[tuple[str, str], ...] = ()
    made: int = field(default=0)
    roles: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: PEOPLE)

    @property
    def ledger(self) -> Path:
        return self.root / "ledger"

    def trust(self) -> LoadedTrust:
        """Return the trust policy, signed by its owner."""
        members = [self.owner.own(key("0", "Olga Owner", predicates=(TRUST_PREDICATE,), environments=()))]
        members.append(
            self.runner.own(key("3", None, roles=("runner",), predicates=MACHINE, environments=(ENVIRONMENT,)))
        )
        for name, person in self.people.items():
            member = key("1", name, roles=self.roles[name], predicates=PERSONAL, environments=(ENVIRONMENT,))
            members.append(person.own(member))
        for member in members:
            member |= {"notBefore": START, "notAfter": END}
            member["roles"] = [one | {"notBefore": START} for one in member["roles"]]
        environment = {
            "name": ENVIRONMENT,
            "production": True,
            "timestampAuthorities": ["tsa"],
            "ledger": {"origin": ORIGIN, "pem": self.ledger_key.public.decode()},
            "witnesses": [],
            "witnessThreshold": 0,
            "gates": [self._gate(gate) for gate in self.gates],
        }
        authority = {"certificates": [self.tsa.root.pem], "notBefore": START, "notAfter": END}
        policy = document() | {
            "validFrom": START,
            "owners": [self.owner.key_id],
            "timestampAuthorities": [authority | {"name": "tsa", "development": False}],
            "keys": members,
            "deputies": [],
            "distinct": [["product", "security"]],
            "maxima": {"tokenAgeSeconds": 3600, "waiverSeconds": 604_800},
            "environments": [environment],
        }
        self.change(policy)
        return loaded(TrustPolicy.model_validate(policy), self.owner)

    def approved(self, gate: str) -> Approved:
        """Return what the company has approved for ``gate``."""
        return _approved(gate)

    def mappings(self) -> bytes:
        """Return how the sources are read, as it is approved."""
        return mappings_of(collected()[0])

    def _gate(self, gate: str) -> dict[str, Any]:
        approved = self.approved(gate)
        return {
            "gate": gate,
            "profiles": [dated(id=approved.profile)],
            "policyDigests": [dated(sha256=approved.policy_digest)],
            "mandatoryControls": [dated(control=one) for one in approved.controls],
            "signOffs": [dated(line=line, role=role) for line, role in self.sign_offs],
            "triples": [dated(**approved.triple._asdict())],
        }

    @contextmanager
    def begun(self, scope: Scope, *, as_of: datetime | None = None, profile: str = DEFAULT_PROFILE,
              policies: Path | None = None, previous: Sequence[Path] = ()
              ) -> Iterator[tuple[TrustedRun, Any]]:  # fmt: skip
        """Begin a run, as ``auditor evaluate --trust`` does."""
        pack = load_pack(policies or policies_dir())
        with trusted_run(
            self.trust(),
            scope,
            self.runner.signer,
            self.tsa.stamp,
            LedgerChoice(self.ledger, self.ledger_key.signer),
            pack=pack,
            profile=load_profile(pack, profile),
            configuration_digest="c" * 64,
            mappings=self.mappings(),
            as_of=as_of,
            bundles=self.root / "bundles",
            previous=previous,
        ) as begun:
            yield begun

    def run(self, *incidents: str, as_of: datetime | None = None, policies: Path | None = None,
            profile: str = DEFAULT_PROFILE, previous: Sequence[Path] = ()) -> Evaluation:  # fmt: skip
        """Evaluate the estate under the trust policy and close the run in the ledger."""
        snapshot, usual, _ = collected(*incidents)
        how: dict[str, Any] = {"policies": policies, "profile": profile, "previous": previous}
        with self.begun(open_snapshot(snapshot).scope, as_of=as_of or usual, **how) as (run, closer):
            done = evaluate(
                snapshot,
                signer=self.runner.signer,
                output=self.root / "bundles",
                time_created=self.tsa.now,
                as_of=as_of or usual,
                run=run,
                policies=policies,
                profile_name=profile,
            )
            closer.sealed((done.bundle / layout.ATTESTATION).read_bytes())
        return done

    def relying(self, *, ledger: bool = True, anchor: bytes | None = None) -> TrustPolicyReliance:
        """Return what a relying party brings."""
        trust = self.trust()

        def open_ledger(environment: str) -> CheckedLedger | None:
            return check_ledger_of(trust, environment, self.ledger, anchor) if ledger else None

        return TrustPolicyReliance(trust, open_ledger)

    def verify(self, bundle: Path, *, replay: bool = False, ledger: bool = True,
               anchor: bytes | None = None) -> Verification:  # fmt: skip
        """Verify a bundle as a relying party does; without replay, which other tests do."""
        return verify_relying(bundle, self.relying(ledger=ledger, anchor=anchor), replay=replay)

    def later(self, seconds: float = 60) -> None:
        """Let time pass on the TSA's clock."""
        self.tsa.now += timedelta(seconds=seconds)

    def checkpoint(self) -> bytes:
        """Return the latest checkpoint, as somebody outside would keep it."""
        return (self.ledger / "checkpoint").read_bytes()

    def leaves(self) -> list[str]:
        """Return the kinds of the leaves, in order."""
        return [leaf.kind for leaf in read_ledger(self.ledger).leaves]

    def copy(self, root: Path) -> Company:
        """Return the company under a new folder, its ledger and bundles copied."""
        shutil.copytree(self.root, root)
        return replace(self, root=root, tsa=replace(self.tsa))


def statement_of(bundle: Path) -> str:
    """Return the digest of a bundle's statement."""
    return sha256_hex(unverified_payload((bundle / layout.ATTESTATION).read_bytes(), "bundle")[0])


def make_company(root: Path, **changes: Any) -> Company:
    """Found a company in the new folder ``root``; its clock stands a minute after the estate was collected."""
    _, _, collected_at = collected()
    keys = root / "keys"
    keys.mkdir(parents=True)
    ledger_key = make_person(keys, "ledger")
    init_ledger(root / "ledger", ORIGIN, ledger_key.signer)
    people = {name: make_person(keys, name, "ecdsa-p256" if name == "bo" else "ed25519") for name in PEOPLE}
    return replace(
        Company(
            root,
            make_tsa(collected_at + timedelta(minutes=1)),
            make_person(keys, "owner"),
            make_person(keys, "runner"),
            people,
            ledger_key,
        ),
        **changes,
    )


def ledger_of(company: Company) -> LedgerDirectory:
    return LedgerDirectory(company.ledger)

"""A release of the example company, run by run: sources as they stand, people who sign, a ledger that holds it all.

Nothing is mocked: every run collects, decides and seals through the program's own functions under a trust policy, and
every signature is a person's own key, stamped by a time-stamp authority whose clock the story sets.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import gettempdir, mkdtemp
from typing import TYPE_CHECKING, Any

from auditor.adapters.bundle import layout
from auditor.adapters.ledger.directory import init_ledger
from auditor.adapters.policies.pack import load_pack
from auditor.adapters.policies.profile import load_profile
from auditor.adapters.snapshot.reader import open_snapshot
from auditor.estate.release.parts import PARTS
from auditor.estate.release.timeline import PHASES, RUNS
from auditor.estate.release.writer import write_release
from auditor.shell.collect import collect
from auditor.shell.evaluate import Evaluation, evaluate
from auditor.shell.filing import file_person
from auditor.shell.final_sign_off import sign_offs_over
from auditor.shell.other_runs import other_runs
from auditor.shell.people import Author, sign_off, sign_off_page
from auditor.shell.trust_approval import approved_by_pack
from auditor.shell.verify import verify_relying
from auditor.shipped import policies_dir
from company import Company, mappings_of
from kept import kept
from trusting import make_person
from tsa import make_tsa

if TYPE_CHECKING:
    from auditor.adapters.policies.profile_document import Line
    from auditor.core.trust_approvals import Approved

PROFILE = "production-deployment"
DELAY = timedelta(minutes=1)
SHARED = gettempdir()  # of the test process, whatever a test makes of it later
WEEK = timedelta(days=7)
# Who holds each role; one person each, as the document's sign-off page has them.
ROLES = {
    "rita": ("release_team_lead",),
    "dora": ("devops_team_lead",),
    "aida": ("ai_architecture_lead",),
    "selma": ("security_team_lead",),
    "sven": ("security",),
    "paul": ("performance_team_lead",),
    "olaf": ("operations",),
    "petra": ("product_owner",),
    "vera": ("vp_engineering",),
    "carl": ("cto",),
    "doris": ("dpo",),
}
DECISIONS = {
    "decision_1": ("line_113", "release_team_lead"),
    "decision_2": ("line_118", "performance_team_lead"),
    "decision_3": ("line_123", "cto"),
}
# When people sign what is due, about the latest run.
SIGNING = tuple(
    datetime.fromisoformat(f"2025-01-{moment}:00Z")
    for moment in ("14T07:53", "14T08:05", "14T10:30", "14T12:22", "14T13:50", "15T13:00", "21T11:10")
)


@kept
def release_snapshot(point: str, *incidents: str) -> Path:
    """Return the snapshot of the release as it stands at ``point``; made once in a test process."""
    folder = Path(mkdtemp(prefix="auditor-tests-release-", dir=SHARED))
    known = RUNS[point] + DELAY
    config = write_release(folder / "sources", PARTS, known=known, incidents=incidents)
    return collect(config, folder / "snapshot", collected_at=known)


@cache
def _approved(gate: str) -> Approved:
    return approved_by_pack(policies_dir(), PROFILE, gate, (), mappings_of(release_snapshot("before")))


@dataclass
class ReleaseCompany(Company):
    """The company that deploys by the checklist."""

    def approved(self, gate: str) -> Approved:
        return _approved(gate)

    def mappings(self) -> bytes:
        return mappings_of(release_snapshot("before"))


@dataclass
class Story:
    """One release: what goes wrong in it, and what was sealed and signed so far."""

    company: ReleaseCompany
    incidents: tuple[str, ...] = ()
    sealed: dict[str, Evaluation] = field(default_factory=dict)
    signed: set[str] = field(default_factory=set)
    refusing: dict[str, str] = field(default_factory=dict)  # line -> the decision that is signed instead

    def run(self, point: str) -> Evaluation:
        """Collect and decide as of ``point``, and close the run in the ledger."""
        snapshot = release_snapshot(point, *self.incidents)
        self.company.tsa.now = max(self.company.tsa.now, RUNS[point] + DELAY)
        scope = open_snapshot(snapshot).scope
        with self.company.begun(scope, as_of=RUNS[point], profile=PROFILE) as (run, closer):
            done = evaluate(
                snapshot,
                signer=self.company.runner.signer,
                output=self.company.root / "bundles",
                time_created=self.company.tsa.now,
                as_of=RUNS[point],
                run=run,
                profile_name=PROFILE,
            )
            closer.sealed((done.bundle / layout.ATTESTATION).read_bytes())
        self.sealed[point] = done
        return done

    def sign(
        self, point: str, line: str, role: str, decision: str, at: datetime, *, withdraws: str | None = None
    ) -> None:
        """Sign about the run at ``point`` as whoever holds ``role``, and file it."""
        company, done = self.company, self.sealed[point]
        company.tsa.now = max(company.tsa.now, at)
        relying = company.relying()
        verified = verify_relying(done.bundle, relying, replay=False)
        others = other_runs(verified.bundle, relying.trust, relying.ledger)
        name = next(name for name, roles in ROLES.items() if role in roles)
        author = Author(company.trust(), company.people[name].signer, company.tsa.stamp, role)
        envelope = sign_off(
            verified,
            others,
            author,
            line=line,
            decision=decision,
            page=sign_off_page(verified, others, line, role),
            comment="there is no such page" if decision == "NOT_APPLICABLE" else "",
            valid_until=company.tsa.now + 2 * WEEK,
            now=company.tsa.now,
            withdraws=withdraws,
        )
        file_person(company.ledger, envelope, company.trust(), company.ledger_key.signer, "sign-off")
        self.signed.add(line)

    def sign_offs(self, point: str) -> list[dict[str, Any]]:
        """Return the rows of what was signed about the run at ``point``."""
        relying = self.company.relying()
        verified = verify_relying(self.sealed[point].bundle, relying, replay=False)
        if relying.ledger is None:
            raise RuntimeError("the company keeps a ledger")
        return sign_offs_over(verified.bundle, relying.trust, relying.ledger.view)

    def sign_what_is_due(self, at: datetime) -> None:
        """Sign every line whose time it is and that nobody has signed, about the latest run."""
        point = list(self.sealed)[-1]
        for line, role in due(at):
            if line not in self.signed:
                self.sign(point, line, role, self.refusing.get(line, "APPROVED"), at)

    def decide(self, point: str, word: str = "GO") -> None:
        """Record the decision of a go/no-go point, a minute after its run."""
        line, role = DECISIONS[point]
        self.sign(point, line, role, self.refusing.get(line, word), RUNS[point] + 2 * DELAY)

    def tell(self, *points: str, until: str = "closing") -> Evaluation:
        """Run the points in order, with what people sign after each until the next one; return the last run."""
        ends = [*(RUNS[point] for point in points[1:]), RUNS[until]]
        for point, end in zip(points, ends, strict=True):
            self.run(point)
            if point in DECISIONS:
                self.decide(point)
            for moment in SIGNING:
                if RUNS[point] < moment < end:
                    self.sign_what_is_due(moment)
        return self.sealed[points[-1]]

    def branch(self, root: Path, *incidents: str) -> Story:
        """Return the story so far, to go on under ``root`` with ``incidents``."""
        company = self.company.copy(root)
        sealed = {
            point: replace(done, bundle=root / "bundles" / done.bundle.name) for point, done in self.sealed.items()
        }
        if not isinstance(company, ReleaseCompany):
            raise TypeError(type(company).__name__)
        return Story(company, incidents, sealed, set(self.signed), dict(self.refusing))


def due(at: datetime) -> list[tuple[str, str]]:
    """Return (line, role) of every signature whose window holds ``at``."""
    anchors = {f"{name}_{edge}": getattr(span, edge) for name, span in PHASES.items() for edge in ("start", "end")}
    anchors |= {"deployment_start": PHASES["phase_1"].start, "deployment_end": PHASES["phase_7"].end}
    known = {name: instant for name, instant in anchors.items() if instant <= at}
    profile = load_profile(load_pack(policies_dir()), PROFILE)
    return [
        (bound.parameters["line"], bound.parameters["role"])
        for line in profile.document.lines
        for bound in profile.bound[line.id]
        if bound.control.id == "approvals.signed_by_role" and _holds(line, at, anchors, known)
    ]


@kept
def told() -> Story:
    """Return a release of which nothing has gone wrong until the last decision point; made once in a test process."""
    story = make_release(Path(mkdtemp(prefix="auditor-tests-story-", dir=SHARED)) / "company")
    story.tell("before", "decision_1", "decision_2", "decision_3", until="two_hours")
    return story


def _holds(line: Line, at: datetime, anchors: dict[str, datetime], known: dict[str, datetime]) -> bool:
    window = line.window.at(at + timedelta(seconds=10), anchors=anchors) if line.window else None
    if window is None or not line.window:
        return False
    begun = line.window.anchor in {*known, "as_of", "deployment_start"} or line.window.or_as_of
    return begun and window.start <= at < window.end


def make_release(root: Path, *incidents: str, **refusing: str) -> Story:
    """Found the company in the new folder ``root``, before its release begins."""
    keys = root / "keys"
    keys.mkdir(parents=True)
    ledger_key = make_person(keys, "ledger")
    init_ledger(root / "ledger", "audit.example/support/production", ledger_key.signer)
    gates: tuple[str, ...] = tuple(gate.id for gate in load_profile(load_pack(policies_dir()), PROFILE).document.gates)
    company = ReleaseCompany(
        root,
        make_tsa(RUNS["before"] - timedelta(days=1)),
        make_person(keys, "owner"),
        make_person(keys, "runner"),
        {name: make_person(keys, name) for name in ROLES},
        ledger_key,
        gates=gates,
        roles=ROLES,
    )
    return Story(company, incidents, refusing=refusing)


def verdicts(done: Evaluation) -> dict[str, Any]:
    """Return line -> (verdict, reason)."""
    return {one.line: (one.verdict.value, one.reason) for one in done.decisions.lines}

"""People sign by the command line what runs then take in: sign-offs, waivers, adjudications; and what admit says.

The clock of the commands is set to the time-stamp authority's, which a test moves.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from auditor.model import isoformat
from company import Company, collected, make_company
from trusting import signed
from tsa import serving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from pathlib import Path

    from console import Said

EARLIER = timedelta(minutes=10)


@dataclass
class Firm:
    """Runs the commands of a company's people; ``tsa`` is the address of its authority."""

    company: Company
    auditor: Callable[..., Said]
    tsa: str
    place: Path

    @property
    def relying(self) -> list[object]:
        """Write the trust policy; return the options that rely on it and on the ledger."""
        trust, owner = self.place / "trust.json", self.place / "owner.pub"
        trust.write_bytes(signed(self.company.trust().policy, self.company.owner))
        owner.write_bytes(self.company.owner.public)
        return ["--trust", trust, "--trust-owner", owner, "--ledger", self.company.ledger]

    def says(self, name: str, *command: object, file: bool = True, code: int = 0) -> Said:
        """Have a person sign and, unless told otherwise, file; a minute goes by."""
        person = ["--key", self.company.people[name].private, "--tsa", self.tsa]
        filing = ["--ledger-key", self.company.ledger_key.private] if file else []
        said = self.auditor(*command, *self.relying, *person, *filing)
        assert said.code == code, said
        self.company.later()
        return said

    def evaluates(self, incident: str, as_of: datetime, *options: object) -> Said:
        """Evaluate the estate with an incident as the company's machine."""
        return self.auditor(
            *("evaluate", "--snapshot", collected(*[incident] * bool(incident))[0], "--as-of", isoformat(as_of)),
            *("--key", self.company.runner.private, "--tsa", self.tsa, *self.relying),
            *("--ledger-key", self.company.ledger_key.private, "--output", self.place / "bundles", *options),
        )  # fmt: skip

    def last(self) -> Path:
        return max((self.place / "bundles").iterdir(), key=lambda path: path.stat().st_mtime_ns)

    def admits(self, bundle: Path, gate: str, *options: object) -> tuple[int, set[str]]:
        """Stamp the ledger and ask; return the exit code and the names of the reasons against."""
        (self.place / "ledger.pub").write_bytes(self.company.ledger_key.public)
        stamped = self.auditor(
            *("ledger", "stamp", self.company.ledger, "--origin", "audit.example/support/production"),
            *("--ledger-key", self.place / "ledger.pub", "--tsa", self.tsa),
        )  # fmt: skip
        assert stamped.code == 0, stamped
        release = ["--release", "2025.01.14-3f9c2d1", "--environment", "production", "--gate", gate]
        said = self.auditor("admit", bundle, *release, *self.relying, "--json", *options)
        document = json.loads(said.out)
        return said.code, {one["code"] for one in document["reasons"]}


@pytest.fixture(scope="module", autouse=True)
def estates() -> None:
    """Write and collect the estates before a test has a place for temporary files of its own."""
    for incidents in ((), ("raised_errors",), ("security_alert",)):
        collected(*incidents)


@pytest.fixture
def firm(
    auditor: Callable[..., Said], place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., Firm]]:
    monkeypatch.setenv("AUDITOR_STATE", str(tmp_path / "state"))
    company = make_company(tmp_path / "company")
    monkeypatch.setattr("auditor.shell.clock.utc_now", lambda: company.tsa.now)
    with serving(company.tsa.respond) as address:

        def make(**changes: Any) -> Firm:
            for name, value in changes.items():
                setattr(company, name, value)
            return Firm(company, auditor, address, place)

        yield make


def statement(said: Said) -> str:
    return next(line.split()[1] for line in said.out.splitlines() if line.startswith("statement:"))


def evidence(bundle: Path) -> Any:
    return json.loads((bundle / "data" / "evidence" / "tables.json").read_bytes())


def findings(bundle: Path, verdict: str, prefix: str) -> list[dict[str, Any]]:
    document = json.loads((bundle / "data" / "decisions.json").read_bytes())
    return [one for one in document["findings"] if one["verdict"] == verdict and one["line"].startswith(prefix)]


def test_a_sign_off_from_the_page_to_admission(firm: Callable[..., Firm]) -> None:
    office = firm(sign_offs=(("slo", "product"),))
    as_of = collected()[1]
    assert office.evaluates("", as_of).code == 0
    bundle = office.last()
    assert office.admits(bundle, "slo") == (1, {"sign-off-missing"})
    about = [bundle, "--line", "slo", "--role", "product"]
    asked = office.auditor("sign-off", "request", *about, *office.relying, "--output", "page.html")
    assert asked.code == 0, asked
    words = ("sign-off", "sign", *about, "--page", "page.html", "--decision")
    done = office.says("bo", *words, "GO", "--output", "go.json")
    assert "leaf:      2" in done.out
    assert office.company.leaves() == ["run-started", "run", "sign-off"]
    assert office.admits(bundle, "slo") == (0, set())
    office.company.later(120)
    assert office.evaluates("", as_of).code == 0
    later = office.last()
    assert later != bundle
    (row,) = evidence(later)["tables"]["sign_offs"]
    assert (row["statement"], row["person"], row["decision"]) == (statement(done), "bo", "GO")
    assert office.admits(bundle, "slo") == (1, {"run-superseded"})
    assert office.admits(later, "slo") == (1, {"sign-off-missing"})
    withdrawal = ("--withdraws", statement(done), "--output", "back.json")
    office.says("bo", *words, "WITHDRAWN", *withdrawal)
    assert office.company.leaves()[-1] == "withdrawal"
    assert office.admits(bundle, "slo") == (1, {"run-superseded", "sign-off-missing"})


def test_that_a_line_does_not_apply_needs_a_reason_and_lets_nothing_through(firm: Callable[..., Firm]) -> None:
    office = firm(sign_offs=(("slo", "product"),))
    assert office.evaluates("", collected()[1]).code == 0
    bundle = office.last()
    about = [bundle, "--line", "slo", "--role", "product"]
    assert office.auditor("sign-off", "request", *about, *office.relying, "--output", "page.html").code == 0
    words = ("sign-off", "sign", *about, "--page", "page.html", "--decision", "NOT_APPLICABLE")
    bare = office.says("bo", *words, "--output", "na.json", code=2)
    assert "needs the reason" in bare.err
    office.says("bo", *words, "--comment", "there is no traffic yet", "--output", "na.json")
    assert office.admits(bundle, "slo") == (1, {"sign-off-missing"})


def test_what_nobody_may_sign_is_refused_and_nothing_is_filed(firm: Callable[..., Firm]) -> None:
    office = firm()
    assert office.evaluates("", collected()[1]).code == 0
    about = [office.last(), "--line", "slo"]
    page = ("--output", "page.html", "--role", "product")
    assert office.auditor("sign-off", "request", *about, *page, *office.relying).code == 0
    sign = ("sign-off", "sign", *about, "--page", "page.html", "--decision", "APPROVED", "--output", "x.json")
    assert "[role-not-held]" in office.says("ada", *sign, "--role", "product", code=4).err
    assert "the page is not the one" in office.says("bo", *sign, "--role", "release", code=2).err
    unknown = office.auditor("sign-off", "request", *about[:1], "--line", "x", *page, *office.relying)
    assert unknown.code == 2
    assert "has no line or gate 'x'" in unknown.err
    assert office.company.leaves() == ["run-started", "run"]


def test_a_statement_may_be_signed_at_one_desk_and_filed_at_another(firm: Callable[..., Firm]) -> None:
    office = firm()
    assert office.evaluates("", collected()[1]).code == 0
    about = [office.last(), "--line", "run", "--role", "product"]
    office.auditor("sign-off", "request", *about, *office.relying, "--output", "page.html")
    sign = ("sign-off", "sign", *about, "--page", "page.html", "--decision", "APPROVED", "--output", "x.json")
    assert "it counts once it is filed" in office.says("bo", *sign, file=False).err
    key = ("--ledger-key", office.company.ledger_key.private)
    assert "leaf 2" in office.auditor("ledger", "file", "x.json", *office.relying, *key).out
    assert "filed before" in office.auditor("ledger", "file", "x.json", *office.relying, *key).out


def test_a_waiver_by_two_people(firm: Callable[..., Firm]) -> None:
    """The first run fails; two people waive what failed; the next run says so, and passes only for who accepts it."""
    office = firm(gates=("slo",))
    as_of = collected("raised_errors")[1]
    office.company.tsa.now = as_of - EARLIER + timedelta(minutes=1)
    assert office.evaluates("raised_errors", as_of - EARLIER, "--gate", "slo").code == 1
    first = office.last()
    failing = findings(first, "fail", "slo.")
    assert failing
    for number, one in enumerate(failing):
        about = ("--control", one["control"], "--resource", one["resource"], "--reason", "known, ticket 12")
        file, consent = f"waiver-{number}.json", f"consent-{number}.json"
        expiry = ("--expiry", isoformat(as_of + timedelta(days=1)), "--role", "security", "--output", file)
        office.says("ada", "waive", "write", first, *about, *expiry)
        approve = ("waive", "approve", first, file, "--output", consent, "--role")
        assert "another person than its author" in office.says("ada", *approve, "security", code=2).err
        office.says("bo", *approve, "product")
    office.company.tsa.now = as_of + timedelta(minutes=6)
    assert office.evaluates("raised_errors", as_of, "--gate", "slo").code == 1
    assert office.evaluates("raised_errors", as_of, "--gate", "slo", "--accept-waivers").code == 0
    waived = office.last()
    assert len(evidence(waived)["tables"]["waivers"]) == len(failing)
    assert evidence(waived)["refused"] == []
    assert all(len(one["waivers"]) == 1 for one in findings(waived, "fail", "slo."))
    code, reasons = office.admits(waived, "slo")
    assert (code, reasons) == (1, {"gate-waived", "run-unacknowledged"})
    assert office.admits(waived, "slo", "--accept-waivers") == (1, {"run-unacknowledged"})


def test_only_what_fails_can_be_waived(firm: Callable[..., Firm]) -> None:
    office = firm()
    assert office.evaluates("", collected()[1]).code == 0
    about = ("--control", "slo.error_rate", "--resource", "direct", "--reason", "because")
    rest = ("--expiry", office.company.tsa.now + timedelta(days=1), "--role", "security", "--output", "w.json")
    rest = tuple(isoformat(one) if hasattr(one, "tzinfo") else one for one in rest)
    assert "fails in this run" in office.says("ada", "waive", "write", office.last(), *about, *rest, code=2).err


def test_an_adjudication_stands_beside_the_trigger_that_fired(firm: Callable[..., Firm]) -> None:
    office = firm(gates=("rollback",))
    as_of = collected("security_alert")[1]
    assert office.evaluates("security_alert", as_of, "--gate", "rollback").code == 1
    first = office.last()
    (fired,) = findings(first, "fail", "rollback.security_alert")
    about = ("--line", fired["line"], "--control", fired["control"], "--resource", fired["resource"])
    words = ("adjudicate", first, *about, "--reason", "the load test", "--output", "a.json", "--role")
    assert "[role-not-held]" in office.says("bo", *words, "security", code=4).err
    done = office.says("ada", *words, "security")
    assert office.evaluates("security_alert", as_of, "--gate", "rollback").code == 1
    (again,) = findings(office.last(), "fail", "rollback.security_alert")
    assert again["adjudications"] == [statement(done)]
    report = (office.last() / "data" / "report" / "report.md").read_text()
    assert f"adjudicated a false positive by {statement(done)[:12]}" in report


def test_a_run_is_archived_by_what_the_ledger_says(firm: Callable[..., Firm]) -> None:
    office = firm(sign_offs=(("slo", "product"),))
    assert office.evaluates("", collected()[1]).code == 0
    bundle = office.last()
    trust = office.relying
    keep = [*trust[:4], "--retain", "attestation=9", "--retain", "internal=9", "--retain", "pseudonymised=9"]
    keep += ["--retain", "personal=9"]
    push = ("archive", "push", "archive", bundle, *keep, "--no-replay", "--ledger", office.company.ledger)
    assert office.auditor(*push).code == 0
    verified = office.auditor("verify", bundle, *trust, "--no-replay")
    assert "gate slo, line slo, product: awaiting sign-off" in verified.out
    about = [bundle, "--line", "slo", "--role", "product"]
    office.auditor("sign-off", "request", *about, *trust, "--output", "page.html")
    office.says("bo", "sign-off", "sign", *about, "--page", "page.html", "--decision", "GO", "--output", "go.json")
    verified = office.auditor("verify", bundle, *trust, "--no-replay")
    assert "gate slo, line slo, product: bo: GO" in verified.out
    audit = ("archive", "audit", "archive", *keep, "--no-replay")
    assert "no ledger was compared" in office.auditor(*audit).err
    missing = office.auditor(*audit, "--ledger", office.company.ledger)
    assert (missing.code, missing.out.split("\t")[0]) == (4, "missing")
    pushed = office.auditor(*push)
    assert (pushed.code, pushed.out.count("signoffs/"), pushed.out.count("checkpoints/")) == (0, 1, 1)
    assert office.auditor(*audit, "--ledger", office.company.ledger).code == 0
    unsaid = office.auditor("archive", "push", "archive", bundle, *keep, "--sequence", 1)
    assert (unsaid.code, "give --ledger, or --origin and --sequence together" in unsaid.err) == (2, True)


def test_an_older_trust_policy_than_is_asked_for_is_refused(firm: Callable[..., Firm]) -> None:
    office = firm()
    assert office.evaluates("", collected()[1]).code == 0
    said = office.auditor("verify", office.last(), *office.relying, "--no-replay", "--trust-version", 2)
    assert (said.code, "[trust-rollback]" in said.err) == (4, True)

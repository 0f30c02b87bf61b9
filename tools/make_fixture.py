"""Makes tests/fixtures/bundles/<version>: a bundle that every later version must verify, with what a relying party needs.

    .venv/bin/python tools/make_fixture.py tests/fixtures/bundles/v1

Needs opa, in the version that ``tools/install-opa.sh`` names. The company is that of ``tests/company.py``; its keys are
made anew each time and thrown away, so nobody can ever seal another bundle under this trust policy. The pack is the
shipped one without its cases and tests, the other profiles and the controls of those: most of its bytes, and they
decide nothing here.

The story: a run fails on residency; Ada waives a finding and Bo approves; the release is run again and passes, with both
statements inside; Cy signs it off as the ledger knows both runs.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from auditor.adapters.bundle.container import pack_bundle  # noqa: E402 - the path comes first
from auditor.adapters.policies.build import build  # noqa: E402
from auditor.adapters.policies.pack import load_pack  # noqa: E402
from auditor.adapters.policies.profile import load_profile  # noqa: E402
from auditor.shell.evaluate import DEFAULT_PROFILE  # noqa: E402
from auditor.shell.filing import file_person  # noqa: E402
from auditor.shell.other_runs import other_runs  # noqa: E402
from auditor.shell.people import Author, approve_waiver, sign_off, sign_off_page, waive  # noqa: E402
from auditor.shell.trust_approval import approved_by_pack  # noqa: E402
from auditor.shell.verify import Verification, verify_relying  # noqa: E402
from auditor.shipped import policies_dir  # noqa: E402
from company import Company, collected, dated, make_company, mappings_of, statement_of  # noqa: E402
from trusting import signed  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable

FAILING = "region_leak"
DAY = timedelta(days=1)


def small_pack(folder: Path) -> Path:
    """Copy of the shipped pack what the default profile is decided with to ``folder``, and build it."""
    shipped = policies_dir()
    shutil.copytree(shipped, folder, ignore=shutil.ignore_patterns("*.cases.jsonl", "*_test.rego", "profiles"))
    (folder / "profiles").mkdir()
    shutil.copy(shipped / "profiles" / f"{DEFAULT_PROFILE}.toml", folder / "profiles")
    bound = load_profile(load_pack(shipped), DEFAULT_PROFILE).bound.values()
    asked = {one.control.id for controls in bound for one in controls}
    for control in (folder / "controls").glob("*/*"):
        if f"{control.parent.name}.{control.name}" not in asked:
            shutil.rmtree(control)
    build(folder)
    return folder


def approving(pack: Path) -> Callable[[dict[str, Any]], None]:
    """Return the change of a trust policy that approves ``pack`` where it approves the shipped one."""

    def change(policy: dict[str, Any]) -> None:
        for gate in policy["environments"][0]["gates"]:
            approved = approved_by_pack(pack, DEFAULT_PROFILE, gate["gate"], (), mappings_of(collected()[0]))
            gate["policyDigests"] = [dated(sha256=approved.policy_digest)]
            gate["mandatoryControls"] = [dated(control=one) for one in approved.controls]
            gate["triples"] = [dated(**approved.triple._asdict())]

    return change


class Desk:
    """Where people of the company sign about a verified run, a minute apart."""

    def __init__(self, company: Company, bundle: Path) -> None:
        self.company = company
        self.relying = company.relying()
        self.verified: Verification = verify_relying(bundle, self.relying)
        self.trust = self.relying.trust

    def author(self, name: str, role: str) -> Author:
        """Return a person about to sign; a minute passes."""
        self.company.later(60)
        return Author(self.trust, self.company.people[name].signer, self.company.tsa.stamp, role)

    def file(self, envelope: bytes) -> str:
        """File what was signed; return the digest of the statement."""
        company = self.company
        file_person(company.ledger, envelope, self.trust, company.ledger_key.signer, "statement")
        from auditor.adapters.signing.envelope import unverified_payload
        from auditor.core.canonical import sha256_hex

        return sha256_hex(unverified_payload(envelope, "statement")[0])

    def waived(self) -> None:
        """Let Ada waive the first finding that fails, and Bo approve."""
        finding = next(
            one
            for one in self.verified.bundle.document["findings"]
            if one["verdict"] == "fail" and one["line"].startswith("residency.")
        )
        ada = self.author("ada", "security")
        now = self.company.tsa.now
        waiver = waive(
            self.verified,
            ada,
            control=finding["control"],
            resource=finding["resource"],
            reason="the call was made by a load test, ticket 12",
            not_before=now + timedelta(minutes=1),
            expiry=now + DAY,
            now=now,
        )
        digest = self.file(waiver)
        bo = self.author("bo", "product")
        now = self.company.tsa.now
        self.file(approve_waiver(self.verified, bo, waiver=waiver, digest=digest, comment="agreed", now=now))

    def signed_off(self) -> None:
        """Let Cy sign off the whole run."""
        if self.relying.ledger is None:
            raise RuntimeError("a run is signed off with the ledger at hand")
        others = other_runs(self.verified.bundle, self.trust, self.relying.ledger)
        cy = self.author("cy", "product")
        page = sign_off_page(self.verified, others, "run", "product")
        now = self.company.tsa.now
        self.file(
            sign_off(
                self.verified,
                others,
                cy,
                line="run",
                decision="APPROVED",
                page=page,
                comment="the first run failed on a load test",
                valid_until=now + DAY,
                now=now,
            )
        )


def make(target: Path) -> None:
    """Write the fixture into ``target``, in place of one that is there; its README is left alone."""
    with tempfile.TemporaryDirectory(prefix="auditor-fixture-") as scratch:
        pack = small_pack(Path(scratch) / "policies")
        company = make_company(Path(scratch) / "company", change=approving(pack))
        failed = company.run(FAILING, policies=pack)
        Desk(company, failed.bundle).waived()
        company.later(60)
        done = company.run(policies=pack)
        Desk(company, done.bundle).signed_off()
        target.mkdir(parents=True, exist_ok=True)
        for name in ("bundle.tar", "run-key.pub", "owner.pub", "trust.sigstore.json"):
            (target / name).unlink(missing_ok=True)
        shutil.rmtree(target / "ledger", ignore_errors=True)
        pack_bundle(done.bundle, target / "bundle.tar")
        (target / "run-key.pub").write_bytes(company.runner.public)
        (target / "owner.pub").write_bytes(company.owner.public)
        (target / "trust.sigstore.json").write_bytes(signed(company.trust().policy, company.owner))
        shutil.copytree(company.ledger, target / "ledger", ignore=shutil.ignore_patterns("lock"))
        print(f"statement {statement_of(done.bundle)}")
    sizes = {one: one.stat().st_size for one in target.rglob("*") if one.is_file()}
    print(f"{target}: {sum(sizes.values())} bytes, of which bundle.tar {sizes[target / 'bundle.tar']}")


if __name__ == "__main__":
    make(Path(sys.argv[1]))

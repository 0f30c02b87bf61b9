"""A program that works for a company made by ``company.make_company``, to be raced or killed by tests.

    python company_worker.py run ROOT TSA_URL SNAPSHOT AS_OF        evaluates a snapshot under the trust policy
    python company_worker.py sign-off ROOT TSA_URL BUNDLE WHO ROLE  signs off the run in BUNDLE, and files that

ROOT is the company's folder with ``trust.json`` in it. It says ``ready`` once everything is loaded, begins when a line
comes on stdin, and says what it made. All of it is what the command line calls; only clock and keys come from the test.
"""

from __future__ import annotations

import sys
from datetime import datetime, timedelta
from pathlib import Path

from auditor.adapters.bundle import layout
from auditor.adapters.policies.pack import load_pack
from auditor.adapters.policies.profile import load_profile
from auditor.adapters.signing.envelope import payload_digest
from auditor.adapters.signing.keys import load_signer
from auditor.adapters.signing.tsa_client import http_timestamper
from auditor.adapters.snapshot.reader import MAPPINGS, open_snapshot
from auditor.adapters.trust.reader import LoadedTrust, read_trust
from auditor.shell.clock import utc_now
from auditor.shell.evaluate import DEFAULT_PROFILE, evaluate
from auditor.shell.filing import file_person
from auditor.shell.other_runs import other_runs
from auditor.shell.people import WHOLE_RUN, Author, sign_off, sign_off_page
from auditor.shell.reliance import TrustPolicyReliance, check_ledger_of
from auditor.shell.trusted_run import LedgerChoice, trusted_run
from auditor.shell.verify import verify_relying
from auditor.shipped import policies_dir


def main() -> None:
    """Do what the command line of this program says."""
    what, root, tsa = sys.argv[1], Path(sys.argv[2]), sys.argv[3]
    trust = read_trust(root / "trust.json", (root / "keys" / "owner.pem.pub").read_bytes())
    say("ready")
    sys.stdin.readline()
    say(run(root, trust, tsa) if what == "run" else signed_off(root, trust, tsa))


def say(text: str) -> None:
    """Tell the test."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def run(root: Path, trust: LoadedTrust, tsa: str) -> str:
    """Evaluate, and return the path of the bundle once the ledger holds it."""
    snapshot, as_of = Path(sys.argv[4]), datetime.fromisoformat(sys.argv[5])
    pack = load_pack(policies_dir())
    signer, ledger = load_signer(root / "keys" / "runner.pem"), load_signer(root / "keys" / "ledger.pem")
    with trusted_run(
        trust,
        open_snapshot(snapshot).scope,
        signer,
        http_timestamper(tsa, 60),
        LedgerChoice(root / "ledger", ledger),
        pack=pack,
        profile=load_profile(pack, DEFAULT_PROFILE),
        configuration_digest="c" * 64,
        mappings=(snapshot / MAPPINGS).read_bytes(),
        as_of=as_of,
        bundles=root / "bundles",
    ) as (begun, closer):
        done = evaluate(
            snapshot, signer=signer, output=root / "bundles", time_created=utc_now(), as_of=as_of, run=begun
        )
        closer.sealed((done.bundle / layout.ATTESTATION).read_bytes())
    return str(done.bundle)


def signed_off(root: Path, trust: LoadedTrust, tsa: str) -> str:
    """Sign off a run and file it; return the digest of the statement."""
    bundle, who, role = Path(sys.argv[4]), sys.argv[5], sys.argv[6]
    path = root / "ledger"
    relying = TrustPolicyReliance(trust, lambda environment: check_ledger_of(trust, environment, path))
    verified = verify_relying(bundle, relying, replay=False)
    assert relying.ledger is not None
    others = other_runs(verified.bundle, trust, relying.ledger)
    author = Author(trust, load_signer(root / "keys" / f"{who}.pem"), http_timestamper(tsa, 60), role)
    now = utc_now()
    envelope = sign_off(
        verified,
        others,
        author,
        line=WHOLE_RUN,
        decision="APPROVED",
        page=sign_off_page(verified, others, WHOLE_RUN, role),
        comment="",
        valid_until=now + timedelta(days=1),
        now=now,
    )
    file_person(path, envelope, trust, load_signer(root / "keys" / "ledger.pem"), "the sign-off")
    return payload_digest(envelope, "the sign-off")


if __name__ == "__main__":
    main()

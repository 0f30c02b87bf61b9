"""Two at once: two people who sign, two runs; neither forks the ledger, none is lost, and what they made verifies."""

from __future__ import annotations

from pathlib import Path

from auditor.adapters.ledger.checking import verify_ledger
from auditor.adapters.ledger.reader import read_ledger
from auditor.core.canonical import strict_json
from auditor.shell.reliance import ledger_trust
from companies_at_work import Workplace, ended, go, workplace
from company import ENVIRONMENT, statement_of


def check_ledger(at_work: Workplace) -> list[str]:
    """Verify the ledger, every kept checkpoint too; return the statements of its leaves."""
    done = verify_ledger(read_ledger(at_work.company.ledger), ledger_trust(at_work.company.trust(), ENVIRONMENT))
    assert done.pending == 0
    return [leaf.statement for leaf in done.leaves]


def test_two_people_who_sign_at_once_are_both_heard(tmp_path: Path) -> None:
    with workplace(tmp_path / "company") as at_work:
        bundle = at_work.company.run().bundle
        at_work.company.later()
        anchor = at_work.company.checkpoint()
        people = (("ada", "security"), ("bo", "product"), ("cy", "security"))
        signing = [at_work.begin_sign_off(bundle, who, role) for who, role in people]
        for process in signing:
            go(process)
        said = [ended(process) for process in signing]
        leaves = check_ledger(at_work)
        assert sorted(leaves[2:]) == sorted(said)
        at_work.company.verify(bundle, anchor=anchor)
        at_work.company.later()
        again = at_work.company.run().bundle
        at_work.company.verify(again, anchor=anchor)
        tables = strict_json((again / "data/evidence/tables.json").read_bytes(), max_bytes=1 << 20)
        assert {row["statement"] for row in tables["tables"]["sign_offs"]} == set(said)


def test_two_runs_at_once_both_verify_and_know_of_each_other(tmp_path: Path) -> None:
    with workplace(tmp_path / "company") as at_work:
        anchor = at_work.company.checkpoint()
        running = [at_work.begin_run() for _ in range(2)]
        for process in running:
            go(process)
        made = [Path(ended(process)) for process in running]
        leaves = check_ledger(at_work)
        assert len(leaves) == 4  # two that begin and two that end
        assert {statement_of(bundle) for bundle in made} < set(leaves)
        sequences = set()
        for bundle in made:
            verified = at_work.company.verify(bundle, anchor=anchor)
            assert verified.bundle.predicate.chain is not None
            sequences.add(verified.bundle.predicate.chain.sequence)
        assert len(sequences) == 2

"""``kill -9`` at random instants of evaluate and of a sign-off: what is there is whole, and the next program goes on.

The ledger and the archive have theirs in tests/adapters/ledger/test_killed.py and tests/shell/test_archive_killed.py;
``make kills`` asks all four for 200 instants together.
"""

from __future__ import annotations

import os
import random
from typing import TYPE_CHECKING

import pytest

from auditor.adapters.ledger.checking import verify_ledger
from auditor.adapters.ledger.reader import read_ledger
from auditor.core.release_history import release_history
from auditor.errors import VerificationError
from auditor.model import Scope
from auditor.shell.reliance import ledger_trust
from companies_at_work import Workplace, ended, go, killed, seconds, workplace
from company import ENVIRONMENT, statement_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

KILLS = int(os.environ.get("AUDITOR_TEST_KILLS", "3"))


@pytest.fixture
def at_work(tmp_path: Path) -> Iterator[Workplace]:
    with workplace(tmp_path / "company") as made:
        yield made


def bundles(at_work: Workplace) -> list[Path]:
    """Return what lies under the name of a bundle; what is being sealed has a name that begins with a dot."""
    return sorted(one for one in (at_work.company.root / "bundles").glob("[!.]*"))


def check_ledger(at_work: Workplace, *, whole: bool) -> dict[str, str]:
    """Verify the ledger; return the state of each run by the digest of its statement."""
    view = read_ledger(at_work.company.ledger)
    done = verify_ledger(view, ledger_trust(at_work.company.trust(), ENVIRONMENT))
    assert done.pending <= (0 if whole else 1)
    if not done.leaves:
        return {}
    first = done.leaves[0]
    history = release_history(done.leaves, Scope(first.system, first.environment, first.release, ""))
    return {(one.closed or one.started).leaf.statement: one.state for one in history.runs}


def test_evaluate_may_be_killed_at_any_instant(at_work: Workplace) -> None:
    usual = seconds(at_work.begin_run())
    chance = random.Random(20260302)  # noqa: S311 - instants, no secrets
    told = {str(one) for one in bundles(at_work)}
    interrupted = 0
    for _ in range(KILLS):
        before = set(bundles(at_work))
        said = killed(at_work.begin_run(), chance.uniform(0, 1.1 * usual))
        check_ledger(at_work, whole=False)
        told |= {said} - {""}
        new = set(bundles(at_work)) - before
        assert len(new) <= 1
        interrupted += not said
        at_work.company.later()
    done = ended_run(at_work)
    states = check_ledger(at_work, whole=True)
    assert told <= {str(one) for one in bundles(at_work)}
    filed = {statement_of(one): one for one in bundles(at_work) if statement_of(one) in states}
    for statement, bundle in filed.items():
        assert states[statement] == "run"
        at_work.company.verify(bundle)
    assert set(map(str, filed.values())) >= told | {done}
    assert {one for one, state in states.items() if state == "run"} == filed.keys()
    assert set(states.values()) <= {"run", "open"}
    for bundle in set(bundles(at_work)) - set(filed.values()):  # sealed and not filed: whole, and not relied upon
        at_work.company.verify(bundle, ledger=False)
        with pytest.raises(VerificationError, match="chain-not-filed"):
            at_work.company.verify(bundle)
    assert interrupted


def ended_run(at_work: Workplace) -> str:
    process = at_work.begin_run()
    go(process)
    return ended(process)


def test_a_sign_off_may_be_killed_at_any_instant(at_work: Workplace) -> None:
    bundle = at_work.company.run().bundle
    at_work.company.later()
    usual = seconds(at_work.begin_sign_off(bundle, "ada", "security"))
    chance = random.Random(20260303)  # noqa: S311 - instants, no secrets
    told = []
    for _ in range(KILLS):
        at_work.company.later()
        before = len(read_ledger(at_work.company.ledger).leaves)
        said = killed(at_work.begin_sign_off(bundle, "ada", "security"), chance.uniform(0, 1.1 * usual))
        told += [said] if said else []
        check_ledger(at_work, whole=False)
        assert before <= len(read_ledger(at_work.company.ledger).leaves) <= before + 2
    process = at_work.begin_sign_off(bundle, "bo", "release")
    go(process)
    last = ended(process)
    check_ledger(at_work, whole=True)
    leaves = read_ledger(at_work.company.ledger).leaves
    filed = [leaf.statement for leaf in leaves if leaf.kind == "sign-off"]
    assert {*told, last} <= set(filed)
    assert len(filed) == len(set(filed)) <= KILLS + 2
    at_work.company.verify(bundle)
    assert at_work.company.verify(at_work.company.run().bundle).bundle.document["result"]

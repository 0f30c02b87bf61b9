"""A run under a trust policy, from the ledger's first leaf to the verified bundle."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from auditor.errors import AuditorError
from company import collected, make_company

if TYPE_CHECKING:
    from pathlib import Path


def test_a_run_is_filed_approved_and_verified(tmp_path: Path) -> None:
    company = make_company(tmp_path / "company")
    done = company.run()
    assert company.leaves() == ["run-started", "run"]
    verified = company.verify(done.bundle, replay=True)
    assert verified.bundle.predicate.approval == "approved"
    assert verified.replayed
    assert not [note for note in verified.notes if "UNAPPROVED" in note]
    assert b"approved when the run was sealed" in done.reports["report.md"]
    second = company.run()
    assert company.verify(second.bundle).bundle.predicate.chain.previousStatement is not None


def test_a_run_that_fails_is_filed_as_abandoned(tmp_path: Path) -> None:
    from auditor.adapters.snapshot.reader import open_snapshot

    company = make_company(tmp_path / "company")
    scope = open_snapshot(collected()[0]).scope
    with pytest.raises(AuditorError, match="the source went away"), company.begun(scope):
        raise AuditorError("the source went away")
    assert company.leaves() == ["run-started", "abandoned"]

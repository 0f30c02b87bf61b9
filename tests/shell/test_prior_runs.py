"""What a run takes in of the runs before it: a trigger that fired stays fired, and a run that is missing is told."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from auditor.adapters.bundle import layout
from auditor.adapters.snapshot.reader import open_snapshot
from auditor.core.canonical import sha256_hex, strict_json
from auditor.errors import EngineError, UsageError, VerificationError
from auditor.shell.evaluate import Evaluation, evaluate
from auditor.shell.verify import verify
from auditor.shipped import policies_dir
from company import END, ENVIRONMENT, MACHINE, START, Company, collected, make_company, statement_of
from trusting import key, make_person

if TYPE_CHECKING:
    from pathlib import Path

LATCHED = """
id = "latched"
version = 1
title = "A trigger that latches"
validity_seconds = 86400

[sources.requests]
clock_skew_seconds = 0

[[lines]]
id = "trigger"
title = "Trigger: P95 latency > 3.0 s for 5+ minutes"
control = "rollback.latency_breaches_brief"
window = { anchor = "as_of", start_seconds = -7200, end_seconds = 0 }
reads = ["requests"]
latched = true
[lines.parameters]
kinds = ["generation"]
latency_limit_us = 3_000_000
sustained_minutes = 5
request_sources = ["requests"]
capacity_per_second = 20
cells = ["requests//"]

[[lines]]
id = "before"
title = "It fired in no earlier run"
control = "rollback.not_fired_before"
window = { anchor = "as_of", start_seconds = -7200, end_seconds = 0 }
[lines.parameters]
line = "trigger"

[[gates]]
id = "rollback"
title = "Rollback"
kind = "rollback"
lines = ["trigger", "before"]
"""


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the shipped pack with the profile above."""
    root = shutil.copytree(policies_dir(), tmp_path_factory.mktemp("pack") / "policies")
    name = "profiles/latched.toml"
    (root / name).write_text(LATCHED)
    lock = json.loads((root / "pack.lock").read_bytes())
    lock["sources"][name] = sha256_hex(LATCHED.encode())
    (root / "pack.lock").write_text(json.dumps(lock))
    return root


@pytest.fixture
def company(tmp_path: Path) -> Company:
    return make_company(tmp_path / "company")


def lines(done: Evaluation) -> dict[str, tuple[str, str]]:
    return {one["line"]: (one["verdict"], one["reason"]) for one in done.decisions.document["lines"]}


def prior_rows(done: Evaluation) -> list[dict[str, Any]]:
    tables = strict_json((done.bundle / layout.EVIDENCE_TABLES).read_bytes(), max_bytes=1 << 20)
    found: list[dict[str, Any]] = tables["tables"]["prior_verdicts"]
    return found


def test_a_trigger_once_fired_stays_fired_in_every_later_run(company: Company, pack: Path) -> None:
    how: dict[str, Any] = {"policies": pack, "profile": "latched"}
    first = company.run("sustained_latency", **how)
    assert lines(first) == {"trigger": ("fail", "sustained_breach"), "before": ("pass", "first_run")}
    assert first.decisions.document["history"] == prior_rows(first) == []
    later = [company.run(**how), company.run(**how)]
    for done in later:
        assert lines(done) == {"trigger": ("pass", "breaches_brief"), "before": ("fail", "fired_before")}
        assert done.decisions.document["gates"][0]["decision"] == "rollback"
        assert company.verify(done.bundle, replay=True).replayed
    statement = statement_of(first.bundle)
    told = [(one["line"], one["verdict"]) for one in prior_rows(later[1]) if one["run"] == statement]
    assert told == [("run", "fail"), ("trigger", "fail")]
    assert len(prior_rows(later[1])) == 4
    files = {path.name for path in (later[1].bundle / layout.PRIOR).iterdir()}
    digests = [statement, statement_of(later[0].bundle)]
    assert files == {f"{one}.{kind}.json" for one in digests for kind in ("sigstore", "decisions")}


def test_runs_that_did_not_know_of_each_other_are_both_taken_in(company: Company, pack: Path) -> None:
    how: dict[str, Any] = {"policies": pack, "profile": "latched"}
    snapshot, as_of, _ = collected("sustained_latency")
    with company.begun(open_snapshot(snapshot).scope, as_of=as_of, **how) as (run, closer):
        company.run(**how)  # begins and ends while the other runs
        done = evaluate(
            snapshot, signer=company.runner.signer, output=company.root / "bundles", time_created=company.tsa.now,
            as_of=as_of, run=run, policies=pack, profile_name="latched",
        )  # fmt: skip
        closer.sealed((done.bundle / layout.ATTESTATION).read_bytes())
    last = company.run(**how)
    assert lines(last)["before"] == ("fail", "fired_before")
    assert len([one for one in prior_rows(last) if one["line"] == "run"]) == 2
    assert company.verify(last.bundle, replay=True).replayed


def test_an_earlier_run_that_is_not_at_hand_is_told_and_the_run_given_up(company: Company, tmp_path: Path) -> None:
    first = company.run()
    moved = tmp_path / "elsewhere"
    shutil.move(first.bundle, moved)
    with pytest.raises(UsageError, match=statement_of(moved)):
        company.run()
    assert company.leaves() == ["run-started", "run", "run-started", "abandoned"]
    second = company.run(previous=[moved])
    assert {one["run"] for one in prior_rows(second)} == {statement_of(moved)}


def test_only_an_earlier_run_of_the_release_may_be_named(company: Company, tmp_path: Path) -> None:
    company.run()
    other = make_company(tmp_path / "other")
    stranger = other.run().bundle
    with pytest.raises(UsageError, match="which the ledger has not sealed"):
        company.run(previous=[stranger])
    with pytest.raises(UsageError, match="no folder of a bundle"):
        company.run(previous=[tmp_path])


def test_an_earlier_bundle_that_lacks_its_decisions_is_told(company: Company) -> None:
    (company.run().bundle / layout.DECISIONS).unlink()
    with pytest.raises(EngineError, match=layout.DECISIONS):
        company.run()


def test_what_lies_beside_the_bundles_is_passed_over(company: Company) -> None:
    bundles = company.root / "bundles"
    company.run()
    (bundles / "notes" / "attestations").mkdir(parents=True)
    (bundles / "notes" / layout.ATTESTATION).write_bytes(b"{}")
    (bundles / "page.html").write_bytes(b"")
    assert len(prior_rows(company.run())) == 1


def test_of_a_key_alone_earlier_runs_must_be_of_that_key(company: Company) -> None:
    old = company.runner
    company.run()
    assert verify(company.run().bundle, old.public, replay=False)

    def keep_old(policy: dict[str, Any]) -> None:
        member = key("9", None, roles=("runner",), predicates=MACHINE, environments=(ENVIRONMENT,))
        member |= {"notBefore": START, "notAfter": END}
        member["roles"] = [one | {"notBefore": START} for one in member["roles"]]
        policy["keys"].append(old.own(member))

    company.runner, company.change = make_person(company.root / "keys", "next"), keep_old
    third = company.run().bundle
    assert company.verify(third)
    with pytest.raises(VerificationError, match=r"data/evidence/prior/.*signed by key") as refused:
        verify(third, company.runner.public, replay=False)
    assert refused.value.code == "key-unknown"

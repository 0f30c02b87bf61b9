"""The example company's requests and records, collected and decided by the profile ``eu-compliance``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from auditor.adapters.policies.pack import load_pack
from auditor.adapters.policies.profile import load_profile
from auditor.adapters.rego.wasm import WasmEngine
from auditor.adapters.snapshot.reader import open_snapshot
from auditor.estate import INCIDENTS, privacy, records, write_estate
from auditor.records.checking import record_of, unsaid
from auditor.shell.collect import collect
from auditor.shell.decide import Inputs, decide
from auditor.shipped import policies_dir

if TYPE_CHECKING:
    from pathlib import Path

PACK = load_pack(policies_dir())
PROFILE = load_profile(PACK, "eu-compliance")
LINES = (
    "deadlines.requests",
    "deadlines.erasure",
    "deadlines.breaches",
    "deadlines.nis2",
    "records.register",
    "records.vendors",
    "records.dpia",
    "records.purposes",
    "consent.respected",
)
# Incident: the line that it turns, how, and the reasons of the findings that are then no pass.
TURNS = {
    "request_late": ("deadlines.requests", "fail", {"request_late"}),
    "request_open": ("deadlines.requests", "inconclusive", {"not_elapsed"}),
    "erasure_unrecorded": ("deadlines.erasure", "fail", {"erasure_unrecorded"}),
    "breach_late": ("deadlines.breaches", "fail", {"notified_late"}),
    "consent_ignored": ("consent.respected", "fail", {"consent_withdrawn"}),
    "register_outdated": ("records.register", "fail", {"activity_outdated"}),
    "vendor_unrecorded": ("records.vendors", "fail", {"vendor_unrecorded"}),
    "assessment_unapproved": ("records.dpia", "fail", {"assessment_unapproved"}),
    "basis_unlawful": ("records.purposes", "fail", {"basis_unlawful"}),
}


@pytest.fixture(scope="module")
def engine():
    with WasmEngine(PACK) as engine:
        yield engine


def decided(root: Path, engine: WasmEngine, *incidents: str):
    """Return line -> verdict, and line -> its findings."""
    estate = write_estate(root / "estate", incidents=incidents)
    snapshot = collect(estate.config, root / "snapshot", collected_at=estate.collected_at)
    decisions, _ = decide(Inputs(open_snapshot(snapshot), PACK, PROFILE, estate.as_of), engine)
    verdicts = {one.line: one.verdict.value for one in decisions.lines if one.line in LINES}
    found = {line: [one for one in decisions.findings if one.line == line] for line in LINES}
    return verdicts, found


def test_the_healthy_company_keeps_its_deadlines_and_its_records(engine, tmp_path):
    verdicts, found = decided(tmp_path, engine)
    assert verdicts == dict.fromkeys(LINES, "pass")
    assert {line: len(findings) for line, findings in found.items() if len(findings) < 3} == {}
    assert [(one.resource, one.observed) for one in found["deadlines.requests"] if one.reason == "request_withdrawn"]


def test_every_incident_of_duties_is_tried():
    assert set(TURNS) == set(privacy.INCIDENTS) | set(records.INCIDENTS)
    assert all(not INCIDENTS[name].flips for name in TURNS)


@pytest.mark.parametrize("name", TURNS)
def test_an_incident_turns_its_line_and_no_other(name, engine, tmp_path):
    line, verdict, reasons = TURNS[name]
    verdicts, found = decided(tmp_path, engine, name)
    assert verdicts == dict.fromkeys(LINES, "pass") | {line: verdict}
    assert {one.reason for one in found[line] if one.verdict.value == verdict} == reasons


def test_the_healthy_records_leave_nothing_unsaid(tmp_path):
    estate = write_estate(tmp_path / "estate")
    paths = sorted((estate.root / "records").glob("*.yaml"))
    assert len(paths) == 5
    assert [list(unsaid(record_of(path.name, path.read_bytes()))) for path in paths] == [[]] * 5

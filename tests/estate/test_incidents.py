"""Every incident, collected and decided for real: it turns the lines it names, for their reasons, and no other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from auditor.adapters.policies.pack import load_pack
from auditor.adapters.policies.profile import load_profile
from auditor.adapters.rego.wasm import WasmEngine
from auditor.adapters.snapshot.reader import open_snapshot
from auditor.estate import INCIDENTS, write_estate
from auditor.shell.collect import collect
from auditor.shell.decide import Inputs, decide
from auditor.shipped import policies_dir

if TYPE_CHECKING:
    from pathlib import Path

PACK = load_pack(policies_dir())
PROFILE = load_profile(PACK, "hybrid-routing-gates")
PASSES = {
    "slo.p95_generation": "within_limit",
    "slo.p95_cached": "within_limit",
    "slo.error_rate": "error_rate_within",
    "slo.burn_rate": "burn_rate_within",
    "slo.throughput": "throughput_held",
    "rollback.most_failing": "most_succeeded",
    "rollback.p95_sustained": "breaches_brief",
    "rollback.errors_sustained": "breaches_brief",
    "slo.cache_hits": "cache_hits_within",
    "cost.budget": "within_allocation",
    "cost.tokens": "tokens_within",
    "cost.operation": "operation_affordable",
    "rollback.cost_contained": "within_allocation",
    "residency.inference_regions": "declared_region",
    "residency.store_regions": "declared_region",
    "rollback.security_alert": "no_alert",
    "rollback.compliance_violation": "no_violation",
}
LINES = tuple(PASSES)


@pytest.fixture(scope="module")
def engine():
    with WasmEngine(PACK) as engine:
        yield engine


def decided(root: Path, engine: WasmEngine, *incidents: str) -> dict[str, tuple[str, str]]:
    estate = write_estate(root / "estate", incidents=incidents)
    snapshot = collect(estate.config, root / "snapshot", collected_at=estate.collected_at)
    decisions, _ = decide(Inputs(open_snapshot(snapshot), PACK, PROFILE, estate.as_of), engine)
    return {one.line: (one.verdict.value, one.reason) for one in decisions.lines if one.line in LINES}


@pytest.mark.parametrize("name", INCIDENTS)
def test_an_incident_turns_the_lines_it_names_and_no_other(name, engine, tmp_path):
    expected = {line: ("pass", reason) for line, reason in PASSES.items()} | INCIDENTS[name].flips
    assert decided(tmp_path, engine, name) == expected


def test_a_healthy_day_passes(engine, tmp_path):
    assert decided(tmp_path, engine) == {line: ("pass", reason) for line, reason in PASSES.items()}


def test_two_incidents_turn_the_lines_of_both(engine, tmp_path):
    found = decided(tmp_path, engine, "region_leak", "slow_cached")
    assert found["residency.inference_regions"] == ("fail", "other_region")
    assert found["slo.p95_cached"] == ("fail", "over_limit")
    assert found["slo.p95_generation"] == ("pass", "within_limit")


def test_every_line_is_turned_to_fail_and_to_inconclusive_by_some_incident():
    turned = {(line, verdict) for one in INCIDENTS.values() for line, (verdict, _) in one.flips.items()}
    assert {(line, verdict) for line in LINES for verdict in ("fail", "inconclusive")} <= turned


def test_some_incidents_are_controls_that_turn_nothing():
    assert sum(not one.flips for one in INCIDENTS.values()) >= 2

"""Every case of every control of the shipped pack, through DuckDB and the compiled module."""

import pytest

from auditor.adapters.policies.pack import load_pack
from auditor.adapters.rego.wasm import WasmEngine
from auditor.shell.policy_cases import read_cases, run_case
from auditor.shipped import policies_dir

PACK = load_pack(policies_dir())
CASES = [case for control in PACK.controls.values() for case in read_cases(PACK, control)]


@pytest.fixture(scope="module")
def engine():
    with WasmEngine(PACK) as engine:
        yield engine


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.control.id}: {case.name}")
def test_case(case, engine):
    assert run_case(PACK, case, engine) == []


@pytest.mark.parametrize("control", sorted(PACK.controls))
def test_every_control_has_a_pass_and_something_else(control):
    verdicts = {one["verdict"] for case in CASES if case.control.id == control for one in case.expect}
    assert "pass" in verdicts
    assert "inconclusive" in verdicts

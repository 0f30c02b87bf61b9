"""Both engines must agree, in everything and to the last digit."""

from __future__ import annotations

from contextlib import ExitStack

import pytest

from auditor.adapters.policies.pack import load_pack
from auditor.adapters.rego.cross_check import CrossCheckEngine
from auditor.adapters.rego.opa import OpaEngine
from auditor.adapters.rego.opa_server import managed_server
from auditor.adapters.rego.wasm import WasmEngine
from auditor.errors import ControlError, EngineError
from auditor.shell.engines import EngineChoice, open_engine
from auditor.shipped import policies_dir
from opa_servers import CELLS, CONTROL, cell, relocked

PACK = load_pack(policies_dir())
OBSERVED = "controls/coverage/source_observed/source_observed.rego"


@pytest.fixture(scope="module")
def server(opa):
    with managed_server() as address:
        yield address


@pytest.fixture
def checked(server, tmp_path):
    """Cross-check the shipped Wasm with a server whose Rego has changes, of the controls that are asked."""
    with ExitStack() as opened:

        def checking(changes):
            other = opened.enter_context(OpaEngine(relocked(tmp_path / "pack", changes), server, controls={CONTROL}))
            return CrossCheckEngine(opened.enter_context(WasmEngine(PACK)), other)

        yield checking


@pytest.mark.parametrize(
    ("name", "description"),
    [
        ("wasm", "wasm, compiled by opa {0}; cross-checked with opa {0}"),
        ("opa", "opa {0}; cross-checked with wasm, compiled by opa {0}"),
    ],
)
def test_engines_that_agree_give_the_answer(opa, name, description):
    with open_engine(PACK, EngineChoice(name, cross_check=True)) as engine, WasmEngine(PACK) as wasm:
        items = [cell("a"), cell("b", calls=0)]
        assert engine.decide(CONTROL, CELLS, items) == wasm.decide(CONTROL, CELLS, items)
        assert engine.gate("rollback", {"verdict": "fail"}) == {"decision": "rollback"}
        assert engine.name == name
        assert engine.description == description.format(PACK.opa)


def test_a_row_decided_otherwise_names_control_row_and_both_answers(checked):
    engine = checked({OBSERVED: ('"reason": "coverage_absent"', '"reason": "absent"')})
    with pytest.raises(EngineError) as caught:
        engine.decide(CONTROL, CELLS, [cell("a"), cell("b", calls=0), cell("c", calls=0), cell("d")])
    said = str(caught.value)
    assert f"control {CONTROL}: the engines differ on 2 of 4 rows\n  - row 1 (b): wasm {{" in said
    assert '"reason": "coverage_absent"' in said
    assert '"reason": "absent"' in said
    assert "row 2 (c)" in said
    assert "row 0" not in said


@pytest.mark.parametrize("other", ["true", '"1"', "[1]", "2", "null"])
def test_values_that_only_look_alike_differ(checked, other):
    engine = checked({OBSERVED: ('"observed": input.row.slots_alive', f'"observed": {other}')})
    with pytest.raises(EngineError, match="differ on 1 of 1 rows"):
        engine.decide(CONTROL, CELLS, [cell("a")])


def test_a_gate_decided_otherwise_names_it_and_both_answers(checked):
    changes = {"gates/go_no_go/go_no_go.rego": ('input.verdict == "pass"', 'input.verdict != "fail"')}
    engine = checked(changes)
    assert engine.gate("go_no_go", {"verdict": "pass", "settled": True}) == {"decision": "go"}
    with pytest.raises(EngineError) as caught:
        engine.gate("go_no_go", {"settled": True, "verdict": "inconclusive"})
    assert (
        'gate go_no_go: the engines differ on {"settled": true, "verdict": "inconclusive"}: '
        'wasm {"decision": "no_go"}, opa {"decision": "go"}'
    ) in str(caught.value)


def test_a_row_that_only_one_engine_decides_is_an_error(checked):
    default = 'default decision := {"verdict": "inconclusive", "reason": "coverage"}'
    engine = checked({OBSERVED: (default, "")})
    strange = cell("a")
    strange["row"]["slots_alive"] = None
    with pytest.raises(ControlError, match="1 of 1 rows got no decision, first: a"):
        engine.decide(CONTROL, CELLS, [strange])


def test_nothing_to_decide_is_nothing_to_differ_on(checked):
    assert checked({}).decide(CONTROL, CELLS, []) == []

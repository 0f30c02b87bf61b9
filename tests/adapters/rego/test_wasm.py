import hashlib
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from auditor.adapters.policies import build
from auditor.adapters.policies.pack import load_pack
from auditor.adapters.rego.batches import BATCH_BYTES
from auditor.adapters.rego.wasm import WasmEngine
from auditor.errors import ControlError, EngineError
from auditor.shipped import policies_dir

CELLS = {"cells": ["requests//"], "observation": "bounded"}


def cell(resource: str, calls: int = 1) -> dict:
    row = {"resource": resource, "calls": calls, "calls_ok": calls, "records": 1, "slots": 1, "slots_alive": 1}
    return {"row": row, "assured": None}


@pytest.fixture(scope="module")
def engine():
    with WasmEngine(load_pack(policies_dir())) as engine:
        yield engine


def test_decisions_keep_the_order_of_their_rows(engine):
    found = engine.decide("coverage.source_observed", CELLS, [cell("a"), cell("b", calls=0), cell("c")])
    assert [one["verdict"] for one in found] == ["pass", "inconclusive", "pass"]


def test_many_batches_give_one_decision_per_row(engine):
    items = [cell(f"{number:06d}" + "x" * 2000, calls=number % 2) for number in range(1500)]
    assert sum(len(str(item)) for item in items) > 2 * BATCH_BYTES
    found = engine.decide("coverage.source_observed", CELLS, items)
    assert [one["verdict"] for one in found] == ["inconclusive", "pass"] * 750


def test_a_row_larger_than_a_batch_is_refused(engine):
    with pytest.raises(ControlError, match="bytes, at most"):
        engine.decide("coverage.source_observed", CELLS, [cell("x" * BATCH_BYTES)])


def test_an_unknown_control_is_an_error_not_silence(engine):
    with pytest.raises(ControlError, match="1 of 1 rows got no decision, first: a"):
        engine.decide("coverage.no_such_control", CELLS, [cell("a")])


def test_an_unknown_gate_is_an_error_not_silence(engine):
    with pytest.raises(ControlError, match="'nope' gave no decision"):
        engine.gate("nope", {})


@pytest.mark.parametrize("value", [float("nan"), float("inf"), b"bytes", {1, 2}])
def test_only_exact_json_goes_in(engine, value):
    item = cell("a")
    item["row"]["records"] = value
    with pytest.raises(ControlError, match="coverage.source_observed, row 0"):
        engine.decide("coverage.source_observed", CELLS, [item])


def test_a_module_that_is_no_policy_is_refused():
    pack = load_pack(policies_dir())
    with pytest.raises(ControlError, match="not a WebAssembly module"):
        WasmEngine(replace(pack, wasm=b"\0asm nonsense"))


def _compile(tmp_path: Path, entrypoints: list[str], **files: str) -> bytes:
    for name, text in files.items():
        (tmp_path / f"{name}.rego").write_text(text)
    archive = tmp_path / "b.tar.gz"
    options = [part for name in entrypoints for part in ("-e", name)]
    sources = [f"{name}.rego" for name in files]
    subprocess.run(
        [build.find_opa(), "build", "-t", "wasm", *options, "-o", str(archive), *sources], cwd=tmp_path, check=True
    )
    import tarfile

    with tarfile.open(archive) as bundle:
        return bundle.extractfile("/policy.wasm").read()


@pytest.mark.opa
def test_a_module_that_needs_host_functions_is_refused(opa, tmp_path):
    text = 'package lib.dispatch\ndecisions := [sprintf("%d", [time.now_ns()])]\ngate := 1\n'
    wasm = _compile(tmp_path, ["lib/dispatch/decisions", "lib/dispatch/gate"], one=text)
    with pytest.raises(ControlError, match="needs host functions .*time.now_ns"):
        WasmEngine(replace(load_pack(policies_dir()), wasm=wasm))


@pytest.mark.opa
def test_a_module_that_runs_too_long_is_stopped(opa, tmp_path):
    loop = "1 | some i in numbers.range(1, 100000); some j in numbers.range(1, 100000); i == j"
    text = f"package lib.dispatch\ndecisions := [{loop}]\ngate := 1\n"
    wasm = _compile(tmp_path, ["lib/dispatch/decisions", "lib/dispatch/gate"], one=text)
    with (
        WasmEngine(replace(load_pack(policies_dir()), wasm=wasm), deadline_s=0.2) as engine,
        pytest.raises(EngineError, match="control a.b, rows 0 to 0: the policy engine failed"),
    ):
        engine.decide("a.b", {}, [cell("a")])


@pytest.mark.opa
def test_a_pack_of_three_hundred_controls_starts(opa, tmp_path):
    """opa-py-wasm offers two pages of memory; a module of this size declares three (ADR 0004)."""
    rule = 'decision := {{"verdict": "pass", "reason": "r{0}", "observed": "{1}"}} if input.row.calls > {0}\n'
    files = {
        f"c{n}": f"package controls.many.c{n}\n" + rule.format(n, hashlib.sha256(str(n).encode()).hexdigest() * 8)
        for n in range(300)
    }
    dispatch = (policies_dir() / "lib/dispatch/dispatch.rego").read_text()
    wasm = _compile(
        tmp_path,
        ["lib/dispatch/decisions", "lib/dispatch/gate"],
        dispatch=dispatch,
        gates="package gates.any\ndecision := {}\n",
        **files,
    )
    with WasmEngine(replace(load_pack(policies_dir()), wasm=wasm)) as engine:
        assert engine.decide("many.c7", {}, [cell("a", calls=8)])[0]["reason"] == "r7"

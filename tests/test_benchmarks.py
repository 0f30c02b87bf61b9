"""The data that benchmarks measure on: a snapshot that opens, and on which every line of the profile passes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from auditor.adapters.policies.pack import load_pack
from auditor.adapters.policies.profile import load_profile
from auditor.adapters.rego.wasm import WasmEngine
from auditor.adapters.snapshot.reader import open_snapshot
from auditor.shell.decide import Inputs, decide
from auditor.shipped import policies_dir

ROOT = Path(__file__).parents[1]


def test_every_line_passes_on_the_generated_snapshot(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "benchmarks.generate", str(tmp_path / "snapshot"), "10000"]
    subprocess.run(command, cwd=ROOT, check=True, timeout=120)
    snapshot, pack = open_snapshot(tmp_path / "snapshot"), load_pack(policies_dir())
    profile = load_profile(pack, "hybrid-routing-gates")
    with WasmEngine(pack) as engine:
        decisions, _ = decide(Inputs(snapshot, pack, profile, snapshot.collected_at), engine)
    assert {one.line: one.verdict.value for one in decisions.lines if one.verdict != "pass"} == {}

"""``python -m benchmarks``: measure, interleaved, and write docs/benchmarks.md.

Each round runs every task once, in a process of its own, so that a slow minute of the machine is shared by all of them;
the best round of each counts. CPU seconds are given beside wall seconds: on a machine with other work the wall lies.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

from benchmarks.report import WORDS, Measured, render

ROOT = Path(__file__).resolve().parents[1]
SMALL = 10_000


@dataclass(frozen=True, slots=True)
class _Run:
    wall: float
    cpu: float
    peak_mb: int
    answer: Any


def main() -> int:
    """Measure every size and write the report."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--rows", type=int, nargs="*", default=[1_000_000, 10_000_000])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--data", type=Path, help="keep the snapshots in this folder, and use those that are there")
    parser.add_argument("--report", type=Path, default=ROOT / "docs" / "benchmarks.md")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="auditor-bench-") as scratch:
        data = given.data or Path(scratch)
        small = _generated(data, SMALL)
        start = _start_up(small, Path(scratch), given.rounds * 3)
        sizes = {}
        for rows in given.rows:
            print(f"{rows} requests: generating", file=sys.stderr)
            sizes[rows] = _measure(_generated(data, rows), given.rounds)
    given.report.write_text(render(start, sizes, SMALL, given.rounds, os.getloadavg()[0]), encoding="utf-8")
    print(given.report.read_text(encoding="utf-8"))
    return 0


def _generated(data: Path, rows: int) -> Path:
    """Generate in a process of its own: what this one holds would be counted as its children's memory."""
    snapshot = data / str(rows)
    _spawn([sys.executable, "-m", "benchmarks.generate", str(snapshot), str(rows)], cwd=ROOT)
    return snapshot


def _measure(snapshot: Path, rounds: int) -> dict[str, Measured]:
    runs: dict[str, list[_Run]] = defaultdict(list)
    for number in range(rounds):
        for task in WORDS:
            print(f"  round {number + 1}: {task}", file=sys.stderr)
            runs[task].append(_task(task, snapshot))
    for task, found in runs.items():
        if len({json.dumps(one.answer) for one in found}) != 1:
            raise RuntimeError(f"{task} gave other answers in other rounds")
    return {task: _best(found) for task, found in runs.items()}


def _task(task: str, snapshot: Path) -> _Run:
    with tempfile.TemporaryDirectory(prefix="auditor-bench-", dir=snapshot.parent) as scratch:
        command = [sys.executable, "-m", "benchmarks.tasks", task, str(snapshot), scratch]
        _, _, peak_mb, said = _spawn(command, cwd=ROOT)
    spent = json.loads(said)
    return _Run(spent["wall"], spent["cpu"], peak_mb, spent["answer"])


def _start_up(snapshot: Path, scratch: Path, rounds: int) -> dict[str, Measured]:
    """Measure whole processes: a bare Python, the help, and an evaluation of a small snapshot."""
    program = str(Path(sys.executable).with_name("auditor"))
    key = scratch / "key.pem"
    _spawn([program, "keygen", "--output", str(key)], cwd=scratch)
    evaluate = [program, "evaluate", "--snapshot", str(snapshot), "--key", str(key), "--output", str(scratch / "out")]
    commands = {
        "bare": [sys.executable, "-I", "-c", "pass"],
        "help": [program, "--help"],
        "evaluate": [*evaluate, "--quiet"],
    }
    runs: dict[str, list[_Run]] = defaultdict(list)
    for _ in range(rounds):
        for name, command in commands.items():
            wall, cpu, peak_mb, _ = _spawn(command, cwd=scratch)
            runs[name].append(_Run(wall, cpu, peak_mb, None))
    return {name: _best(found) for name, found in runs.items()}


def _spawn(command: list[str], *, cwd: Path) -> tuple[float, float, int, bytes]:
    """Run a program to its end; return its wall and CPU seconds, its peak memory in MB, and what it wrote."""
    begun = perf_counter()
    child = subprocess.Popen(command, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    said = child.stdout.read() if child.stdout else b""
    _, status, used = os.wait4(child.pid, 0)
    wall = perf_counter() - begun
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise RuntimeError(f"{command} ended with status {child.returncode}")
    unit = 1 << (20 if sys.platform == "darwin" else 10)
    return wall, used.ru_utime + used.ru_stime, used.ru_maxrss // unit, said


def _best(runs: list[_Run]) -> Measured:
    """Return the best time of either kind, and the largest memory."""
    return Measured(min(one.wall for one in runs), min(one.cpu for one in runs), max(one.peak_mb for one in runs))


if __name__ == "__main__":
    sys.exit(main())

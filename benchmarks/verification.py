"""``python -m benchmarks.verification``: verify a large bundle, and let sha256sum hash the same files on as many cores.

The bundle's tables are random bytes, so its decisions are not made again: what is measured is the private copy, the
digests and every check of verify. Rounds are interleaved, and the best of each counts; CPU seconds are beside wall
seconds, for on a machine with other work the wall lies. The peak is the resident memory of the one process. Needs disk
for twice the bundle; writes docs/quality/verification-speed.md.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

ROOT = Path(__file__).resolve().parents[1]
REPORT = ROOT / "docs" / "quality" / "verification-speed.md"
BLOCK = 1 << 20
FILES = 4


@dataclass(frozen=True, slots=True)
class Spent:
    """Wall and CPU seconds of a program and its children, and the peak memory of the largest of them in MB."""

    wall: float
    cpu: float
    peak_mb: int


def main() -> int:
    """Measure every size and write the report."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.verification", description=__doc__)
    parser.add_argument("--gigabytes", type=float, nargs="*", default=[0.1, 2.0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--folder", type=Path, help="where there is disk for twice the bundle (the usual place)")
    parser.add_argument("--report", type=Path, default=REPORT)
    given = parser.parse_args()
    found = {size: measured(int(size * 1e9), given.rounds, given.folder) for size in given.gigabytes}
    given.report.write_text(render(found, given.rounds), encoding="utf-8")
    print(given.report.read_text(encoding="utf-8"))
    return 0


def measured(size: int, rounds: int, folder: Path | None) -> dict[str, Spent]:
    """Return what each way takes on a bundle of ``size`` bytes, best round by wall seconds."""
    cores = len(os.sched_getaffinity(0))
    with tempfile.TemporaryDirectory(prefix="auditor-bench-", dir=folder) as scratch:
        bundle, public = make_bundle(Path(scratch), size)
        program = str(Path(sys.executable).with_name("auditor"))
        verify = [program, "verify", str(bundle), "--key", str(public), "--no-replay"]
        hashed = f"find {bundle} -type f -print0 | xargs -0 -n 1 -P {cores} sha256sum"
        copied = f"cp -r {bundle} {scratch}/copy && rm -r {scratch}/copy"
        commands = {"sha256sum": hashed, "cp": copied}
        runs: dict[str, list[Spent]] = {}
        for number in range(rounds):
            print(f"{size / 1e9:g} GB, round {number + 1}", file=sys.stderr)
            for name, line in commands.items():
                runs.setdefault(name, []).append(spent(["sh", "-c", line], scratch))
            runs.setdefault("verify", []).append(spent(verify, scratch))
    return {name: min(these, key=lambda one: one.wall) for name, these in runs.items()}


def make_bundle(scratch: Path, size: int) -> tuple[Path, Path]:
    """Seal a bundle whose tables hold ``size`` random bytes; return its folder and the public key."""
    sys.path.insert(0, str(ROOT / "tests"))
    import shutil

    from auditor.adapters.bundle.writer import seal
    from auditor.adapters.signing.keys import generate_key, load_signer
    from sealed import request

    made = request(scratch / "run")
    for number in range(FILES):
        with (made.snapshot / f"table_{number}.parquet").open("wb") as file:
            for _ in range(max(size // FILES // BLOCK, 1)):
                file.write(os.urandom(BLOCK))
    key = generate_key(scratch / "key.pem")
    bundle = seal(made, scratch / "out", load_signer(key.private_path))
    shutil.rmtree(scratch / "run")
    os.sync()
    return bundle, key.public_path


def spent(command: list[str], scratch: str) -> Spent:
    """Run a program to its end, its temporary files in ``scratch``."""
    begun = perf_counter()
    child = subprocess.Popen(command, env=os.environ | {"TMPDIR": scratch}, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(child.pid, 0)
    wall = perf_counter() - begun
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"{' '.join(command)}: ended with {child.returncode}")
    return Spent(wall, used.ru_utime + used.ru_stime, used.ru_maxrss // 1024)


def render(found: dict[float, dict[str, Spent]], rounds: int) -> str:
    """Return the page."""
    words = {
        "sha256sum": "`sha256sum` of the same files, a process a core",
        "cp": "`cp -r` of the bundle, and nothing else",
        "verify": "`auditor verify --no-replay`: copies, hashes, checks",
    }
    sizes = " ".join(f"{size:g}" for size in found)
    rows = [
        f"| {size:g} | {words[name]} | {one.wall:.2f} | {one.cpu:.2f} | {size / one.wall:.2f} | {one.peak_mb} |"
        for size, these in found.items()
        for name, one in these.items()
    ]
    return f"""# How fast a large bundle is verified

Made by `python -m benchmarks.verification --gigabytes {sizes} --rounds {rounds}`; do not edit. {len(os.sched_getaffinity(0))} cores, best of
{rounds} interleaved rounds, load average {os.getloadavg()[0]:.1f} at the end. Tables are random bytes, in {FILES} files; decisions are not made again.

| GB | what | wall s | CPU s | GB/s | peak MB |
|---:|---|---:|---:|---:|---:|
{os.linesep.join(rows)}

Every byte is read once: it is hashed while it is written into the private copy, on every core, a megabyte a core in
memory, and not read again. What verify takes beyond sha256sum is the writing of that copy, without which whoever holds
the bundle could change a file between the check and the use. Where the load average is above the number of cores, other
work shared them and rounds differ by a factor of two: read that verify keeps up with sha256sum, not that it is faster.
"""


if __name__ == "__main__":
    sys.exit(main())

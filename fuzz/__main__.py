"""``python -m fuzz``: have atheris (libFuzzer) look for bytes that break a law of ``targets``, guided by coverage.

Each target runs in a process of its own for its share of ``--seconds``; what it finds is written to
``fuzz/corpus/<target>/`` under the SHA-256 of its bytes, where the tests try it from then on. Exit code 1: something
was found.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CORPUS = ROOT / "fuzz" / "corpus"
INPUT_BYTES = 1 << 16
EXECUTED = "stat::number_of_executed_units:"


def main() -> int:
    """Fuzz every target, or those named, and say what was found."""
    parser = argparse.ArgumentParser(prog="python -m fuzz", description=__doc__)
    parser.add_argument("targets", nargs="*", help="names of targets (all)")
    parser.add_argument("--seconds", type=int, default=60, help="for all of them together")
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    sys.path.insert(0, str(ROOT / "tests"))
    if arguments.one:
        return fuzz_one(arguments.targets[0], arguments.seconds)
    from fuzz.signed import make_targets

    with tempfile.TemporaryDirectory(prefix="auditor-fuzz-") as folder:
        names = list(make_targets(Path(folder)))
    unknown = set(arguments.targets) - set(names)
    if unknown:
        parser.error(f"no target {', '.join(sorted(unknown))}; there are {', '.join(names)}")
    chosen = arguments.targets or names
    share = max(arguments.seconds // len(chosen), 1)
    found = [name for name in chosen if not _fuzzed(name, share)]
    print(f"{len(chosen)} targets, {share} s each: " + (f"FOUND in {', '.join(found)}" if found else "nothing found"))
    return 1 if found else 0


def fuzz_one(name: str, seconds: int) -> int:
    """Fuzz one target in this process, which libFuzzer ends."""
    import atheris

    with atheris.instrument_imports(include=["auditor", "fuzz"]):
        from fuzz.signed import make_targets

        folder = Path(tempfile.mkdtemp(prefix=f"auditor-fuzz-{name}-"))
        target = make_targets(folder)[name]
        for seed in target.seeds:
            target.check(seed)  # what is imported late is instrumented too
    seeds = folder / "seeds"
    seeds.mkdir()
    for seed in target.seeds:
        (seeds / hashlib.sha256(seed).hexdigest()).write_bytes(seed)

    def changed(content: bytes, size: int, seed: int) -> bytes:
        chance = random.Random(seed)  # noqa: S311 - changes, no secrets
        if chance.randint(0, 1):
            return bytes(atheris.Mutate(content, size))
        return chance.choice(target.changes)(content, chance)[:size]

    kept = CORPUS / name
    flags = [
        f"-max_total_time={seconds}",
        f"-max_len={INPUT_BYTES}",
        f"-artifact_prefix={folder}/found-",
        "-verbosity=0",
        "-print_final_stats=1",
    ]
    before = [str(kept)] if kept.is_dir() else []
    atheris.Setup(["fuzz", *flags, str(seeds), *before], target.check, custom_mutator=changed)
    atheris.Fuzz()
    return 0


def _fuzzed(name: str, seconds: int) -> bool:
    """Fuzz ``name`` in a process of its own; keep what it finds, and say whether that is nothing."""
    with tempfile.TemporaryDirectory(prefix="auditor-fuzz-") as scratch:
        command = [sys.executable, "-m", "fuzz", name, "--one", "--seconds", str(seconds)]
        done = subprocess.run(command, cwd=ROOT, env=_environment(scratch), capture_output=True, text=True, check=False)
        artifacts = sorted(Path(scratch).glob("*/found-*"))
        if done.returncode == 0 and not artifacts:
            tried = [line.split()[-1] for line in done.stderr.splitlines() if line.startswith(EXECUTED)]
            print(f"{name}: {', '.join(tried) or 'an unknown number of'} inputs tried", flush=True)
            return True
        for artifact in artifacts:
            content = artifact.read_bytes()
            place = CORPUS / name / hashlib.sha256(content).hexdigest()[:32]
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
            print(f"{name}: found {place.relative_to(ROOT)}", flush=True)
        print(done.stdout[-4000:], done.stderr[-4000:], sep="\n", flush=True)
        return False


def _environment(scratch: str) -> dict[str, str]:
    import os

    return {**os.environ, "TMPDIR": scratch, "PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "tests")))}


if __name__ == "__main__":
    sys.exit(main())

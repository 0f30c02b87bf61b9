"""What is measured, each in a process of its own: ``python -m benchmarks.tasks NAME SNAPSHOT SCRATCH`` prints its seconds."""

from __future__ import annotations

import json
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

COLLECTED_AT = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)  # of benchmarks.generate, which imports what may not be timed
PROFILE = "hybrid-routing-gates"
THREADS = 2


def scan(snapshot: Path) -> Callable[[], Any]:
    """One column, summed: the unit of every ratio."""
    import duckdb

    def run() -> Any:
        with duckdb.connect(config={"threads": str(THREADS)}) as connection:
            return connection.execute(
                "select sum(latency_us) from read_parquet(?)", [str(snapshot / "requests.parquet")]
            ).fetchone()

    return run


def gates(snapshot: Path) -> Callable[[], Any]:
    """Every line and gate of the profile, from an opened snapshot to the bytes of decisions.json."""
    from auditor.adapters.policies.pack import load_pack
    from auditor.adapters.policies.profile import load_profile
    from auditor.adapters.rego.wasm import WasmEngine
    from auditor.adapters.snapshot.reader import open_snapshot
    from auditor.shell.decide import Inputs, decide
    from auditor.shipped import policies_dir

    pack = load_pack(policies_dir())
    inputs = Inputs(open_snapshot(snapshot), pack, load_profile(pack, PROFILE), COLLECTED_AT)
    engine = WasmEngine(pack)

    def run() -> Any:
        return decide(inputs, engine, threads=THREADS)[0].result.value

    return run


def evaluate(snapshot: Path) -> Callable[[], Any]:
    """All of ``auditor evaluate``: check the snapshot, decide, report, hash, seal and sign."""
    from auditor.adapters.signing.keys import generate_key, load_signer
    from auditor.shell.evaluate import evaluate as run_evaluate

    folder = Path(sys.argv[3])
    key = generate_key(folder / "key.pem", "ed25519")

    def run() -> Any:
        done = run_evaluate(
            snapshot, signer=load_signer(key.private_path), output=folder / "out", time_created=COLLECTED_AT
        )
        return done.decisions.result.value

    return run


def pandas(snapshot: Path) -> Callable[[], Any]:
    """P95 per route and kind, and the sustained breach."""
    import pandas  # noqa: F401, ICN001 - not part of what is timed, as duckdb is not

    from benchmarks.pandas_checks import check

    return lambda: check(snapshot / "requests.parquet")


TASKS = {"scan": scan, "gates": gates, "evaluate": evaluate, "pandas": pandas}


def main() -> None:
    """Prepare, run once, and say how long the run took and what came of it."""
    run = TASKS[sys.argv[1]](Path(sys.argv[2]))
    wall, cpu = time.perf_counter(), time.process_time()
    answer = run()
    spent = {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu, "answer": answer}
    sys.stdout.write(json.dumps(spent, default=str))


if __name__ == "__main__":
    main()

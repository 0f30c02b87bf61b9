"""Writers of a ledger in processes of their own: some race, some are killed.

    python ledger_writers.py race FOLDER FIRST COUNT     files the runs FIRST, FIRST+1, ... once a line comes on stdin
    python ledger_writers.py kill FOLDER SEED KILLS      kills a writer KILLS times, and checks the ledger after each

FOLDER holds ``ledger``, ``ledger-key.pem`` and ``author.pem``.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
from pathlib import Path

from auditor.adapters.ledger.checking import verify_ledger
from auditor.adapters.signing.keys import load_signer
from ledgers import World


def main() -> None:
    what, folder, first, count = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
    world = World(folder / "ledger", load_signer(folder / "ledger-key.pem"), load_signer(folder / "author.pem"))
    if what == "race":
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        sys.stdin.readline()
        filed = [world.append(world.started(number)).sequence for number in range(first, first + count)]
        sys.stdout.write(json.dumps(filed))
    else:
        sys.stdout.write(json.dumps(kill(world, random.Random(first), count)))  # noqa: S311 - instants


def kill(world: World, chance: random.Random, kills: int) -> dict[str, int]:
    """Kill a writer at random instants; return how many runs were acknowledged, and how many leaves hung in the air."""
    begun = time.perf_counter()
    world.append(world.started(0))
    usual = time.perf_counter() - begun
    acknowledged, healed = 0, 0
    for _ in range(kills):
        acknowledged = write_until_killed(world, acknowledged + 1, chance.uniform(0, 3 * usual))
        done = verify_ledger(world.view(), world.trust)
        healed += done.pending
        assert done.pending <= 1
        wanted = [world.started(number).leaf for number in range(acknowledged + 1)]
        assert list(done.leaves[: len(wanted)]) == wanted, "an acknowledged leaf is gone, or is another"
        assert len(done.leaves) <= len(wanted) + 1, "there are more leaves than anyone filed"
    return {"acknowledged": acknowledged, "healed": healed}


def write_until_killed(world: World, first: int, seconds: float) -> int:
    """File runs from ``first`` on until killed after ``seconds``; return the last that was acknowledged."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        number = first
        while True:
            world.append(world.started(number))
            os.write(writer, b"%d\n" % number)
            number += 1
    os.close(writer)
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    assert os.WTERMSIG(status) == signal.SIGKILL, "the writer ended by itself"
    with os.fdopen(reader, "rb") as file:
        lines = file.read().split()
    return int(lines[-1]) if lines else first - 1


if __name__ == "__main__":
    main()

"""Writers that race, and writers that die: no statement is lost, none is filed twice, and no reader sees a half."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import auditor.adapters.ledger.directory as writing
from auditor.adapters.ledger.checking import verify_ledger

if TYPE_CHECKING:
    from ledgers import World

TESTS = Path(__file__).parents[2]
KILLS = int(os.environ.get("AUDITOR_TEST_KILLS", "4"))  # for each seed; a machine may be set to kill more
PUTS = ("statement", "leaf", "checkpoint", "kept copy")
STEPS = ("before it is written", "before it has its name", "after it has its name")


class Killed(BaseException):
    """A kill, which no ``except Exception`` sees."""


def writer(world: World, *arguments: object) -> subprocess.Popen[str]:
    command = [sys.executable, str(TESTS / "ledger_writers.py"), *map(str, arguments)]
    environment = os.environ | {"PYTHONPATH": str(TESTS)}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen(command, text=True, env=environment, **pipes)


def ended(process: subprocess.Popen[str]) -> Any:
    out, err = process.communicate("\n")
    assert process.returncode == 0, err
    return json.loads(out)


def test_two_writers_fork_nothing_and_lose_nothing_while_a_reader_looks_on(world: World) -> None:
    count = 12
    writers = [writer(world, "race", world.path.parent, first, count) for first in (0, 100)]
    for process in writers:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in writers:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    seen = 0
    while seen < 2 * count and any(process.poll() is None for process in writers):
        done = verify_ledger(world.view(), world.trust)
        assert len(done.leaves) >= seen
        seen = len(done.leaves)
    filed = [ended(process) for process in writers]
    assert sorted(filed[0] + filed[1]) == list(range(2 * count))
    leaves = verify_ledger(world.view(), world.trust).leaves
    for first, places in zip((0, 100), filed, strict=True):
        assert [leaves[place] for place in places] == [world.started(first + n).leaf for n in range(count)]


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_whenever_a_writer_is_killed_the_ledger_holds_all_that_it_acknowledged(world: World, seed: int) -> None:
    """``kill -9`` at random instants; what is asserted after each is in ``ledger_writers.kill``."""
    told = ended(writer(world, "kill", world.path.parent, seed, KILLS))
    world.directory.heal(world.signer)
    done = verify_ledger(world.view(), world.trust)
    assert done.pending == 0
    assert len(done.leaves) - 1 in (told["acknowledged"], told["acknowledged"] + 1)


@pytest.mark.parametrize("put", range(len(PUTS)), ids=PUTS)
@pytest.mark.parametrize("step", range(len(STEPS)), ids=STEPS)
def test_a_kill_at_each_step_leaves_a_ledger_that_holds_and_that_the_next_writer_completes(
    world: World, monkeypatch: pytest.MonkeyPatch, put: int, step: int
) -> None:
    world.append(world.started(1))
    filed, real, calls = world.started(2), writing.put, iter(range(100))

    def killed(path: Path, content: bytes, scratch: Path, *, mode: int = 0o644) -> None:
        if next(calls) < put:
            return real(path, content, scratch, mode=mode)
        if step == 1:
            scratch.write_bytes(content[: len(content) // 2])
        elif step == 2:
            real(path, content, scratch, mode=mode)
        raise Killed

    monkeypatch.setattr(writing, "put", killed)
    with pytest.raises(Killed):
        world.append(filed)
    monkeypatch.undo()
    leaf_is_there = (put, step) >= (1, 2)
    signed = (put, step) >= (2, 2)
    done = verify_ledger(world.view(), world.trust)
    assert (len(done.leaves), done.pending) == (1 + signed, leaf_is_there - signed)
    other = world.append(world.started(3))
    assert other.sequence == 1 + leaf_is_there
    again = world.append(filed)
    assert (again.sequence, again.new) == ((1, False) if leaf_is_there else (2, True))
    done = verify_ledger(world.view(), world.trust)
    assert (len(done.leaves), done.pending) == (3, 0)
    assert list(world.view().kept) == [0, 1, 2, 3]

"""Starts the contained child (``auditor.shell.contained``), bounds it, and reads its one answer."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from typing import Any

from auditor.errors import EngineError, VerificationError

MAX_ANSWER_BYTES = 1 << 30


@dataclass(frozen=True, slots=True)
class Contained:
    """What the child answered, and which isolation was in force."""

    result: dict[str, Any]
    isolation: tuple[str, ...]


def run_contained(arguments: dict[str, Any], *, timeout_s: float) -> Contained:
    """Replay in a contained child.

    Raises:
        VerificationError: ``replay-refused``: the archived parts may not be run, or cannot be decided.
        EngineError: the child could not be started, was killed, or did not end in time.
    """
    request = json.dumps({"arguments": arguments, "cpu_seconds": int(timeout_s * 4)}).encode()
    command = [sys.executable, "-I", "-m", "auditor.shell.contained"]
    environment = {"PATH": "", "LC_ALL": "C.UTF-8", "TZ": "UTC"}
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter and module
            command, input=request, capture_output=True, env=environment, timeout=timeout_s, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise EngineError(f"deciding again did not end within {timeout_s:g} s and was stopped") from error
    answer = _answer(done)
    if "error" in answer:
        raise VerificationError(
            "replay-refused", f"{answer['message']}", remedy=answer["remedy"] or "do not rely on this bundle"
        )
    return Contained(answer["result"], tuple(answer["isolation"]))


def _answer(done: subprocess.CompletedProcess[bytes]) -> dict[str, Any]:
    try:
        answer = json.loads(done.stdout)
    except ValueError:
        answer = None
    if done.returncode or not isinstance(answer, dict) or len(done.stdout) > MAX_ANSWER_BYTES:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        raise EngineError(
            f"the contained process ended with status {done.returncode}: {said[-1] if said else 'it said nothing'}",
            remedy="a negative status is a signal: 24 is the CPU limit, 25 a file that was written, 9 memory",
        )
    return answer

"""Starts the contained child (``auditor.shell.contained``), bounds it, and reads its one answer.

Rules kept here: the child inherits no environment and no open file; what it says is bounded while it is read, parsed as
JSON, and checked member by member, for a hostile bundle may have taken the child over; a child that does not end in
time, or says too much, is killed with its whole process group.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from typing import IO, Any

from auditor.errors import EngineError, VerificationError

MAX_ANSWER_BYTES = 1 << 28
MAX_NARRATION_BYTES = 1 << 16
CHUNK = 1 << 16
GRACE_S = 5.0
REMEDY = "a negative status is a signal: 24 is the CPU limit, 25 a file that was written, 9 memory"


@dataclass(frozen=True, slots=True)
class Contained:
    """What the child answered, and which isolation was in force."""

    result: dict[str, Any]
    isolation: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reconsidered:
    """What a child decided with other policies; ``lacking`` and ``bound`` are as in ``reconsider.reconsider``."""

    decisions: dict[str, Any]
    lacking: tuple[tuple[str, str, tuple[str, ...]], ...]
    bound: int


def run_contained(arguments: dict[str, Any], *, timeout_s: float) -> Contained:
    """Replay in a contained child.

    Raises:
        VerificationError: ``replay-refused``: the archived parts may not be run, or cannot be decided.
        EngineError: the child could not be started, was killed, or did not end in time.
    """
    return read_answer(*_asked("replay", arguments, timeout_s))


def run_reconsidered(arguments: dict[str, Any], *, timeout_s: float) -> Reconsidered:
    """Decide a run with other policies in a contained child; raises as ``run_contained``."""
    return read_reconsidered(*_asked("reconsider", arguments, timeout_s))


def read_reconsidered(status: int, said: bytes, narration: bytes) -> Reconsidered:
    """Return what a child that ended with ``status`` decided, trusting none of it; raises as ``run_contained``."""
    result, _ = _answered(status, said, narration)
    decisions, lacking, bound = result.get("decisions"), result.get("lacking"), result.get("bound")
    if not isinstance(decisions, dict) or not isinstance(bound, int) or not isinstance(lacking, list):
        raise EngineError("the contained process answered in another form than it was asked")
    return Reconsidered(decisions, tuple(_lacking(one) for one in lacking), bound)


def _asked(act: str, arguments: dict[str, Any], timeout_s: float) -> tuple[int, bytes, bytes]:
    request = json.dumps({"act": act, "arguments": arguments, "cpu_seconds": int(timeout_s * 4)}).encode()
    return run_bounded([sys.executable, "-I", "-m", "auditor.shell.contained"], request, timeout_s)


def _lacking(found: Any) -> tuple[str, str, tuple[str, ...]]:
    """Return (line, control, tables) of a list of these."""
    match found:
        case [str(line), str(control), [*tables]] if all(isinstance(one, str) for one in tables):
            return line, control, tuple(tables)
        case _:
            raise EngineError("the contained process names what is lacking in another form than it was asked")


def read_answer(status: int, said: bytes, narration: bytes) -> Contained:
    """Return what a child that ended with ``status`` answered, trusting none of it; raises as ``run_contained``."""
    result, isolation = _answered(status, said, narration)
    if not isinstance(result.get("decisions"), dict):
        raise EngineError("the contained process answered without decisions")
    reports = result.get("reports")
    if not reports or not isinstance(reports, dict) or not all(isinstance(text, str) for text in reports.values()):
        raise EngineError("the contained process answered without reports")
    return Contained(result, isolation)


def _answered(status: int, said: bytes, narration: bytes) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return the result of a child and the isolation that was in force, neither believed any further."""
    answer = _object(status, said, narration)
    if "error" in answer:
        remedy = _text(answer, "remedy") or "do not rely on this bundle"
        raise VerificationError("replay-refused", _text(answer, "message"), remedy=remedy)
    result, isolation = answer.get("result"), answer.get("isolation")
    if not isinstance(result, dict):
        raise EngineError("the contained process answered without decisions")
    if not isinstance(isolation, list) or not all(isinstance(word, str) for word in isolation):
        raise EngineError("the contained process did not say which isolation was in force")
    return result, tuple(isolation)


class _Reader(threading.Thread):
    """Reads one pipe to its end. Past ``limit`` it stops, or with ``drain`` goes on and forgets."""

    def __init__(self, pipe: IO[bytes], limit: int, *, drain: bool) -> None:
        super().__init__(daemon=True)
        self._pipe, self._limit, self._drain = pipe, limit, drain
        self.data = bytearray()
        self.overflow = False
        self.start()

    def run(self) -> None:
        while chunk := os.read(self._pipe.fileno(), CHUNK):
            self.data += chunk[: self._limit - len(self.data) + 1]
            self.overflow = len(self.data) > self._limit
            if self.overflow and not self._drain:
                return


def run_bounded(
    command: list[str], request: bytes, timeout_s: float, *, max_answer: int = MAX_ANSWER_BYTES
) -> tuple[int, bytes, bytes]:
    """Return the status, the answer and the narration of ``command``; nothing of its group is left running."""
    deadline = time.monotonic() + timeout_s
    environment = {"PATH": "", "LC_ALL": "C.UTF-8", "TZ": "UTC"}
    pipe = subprocess.PIPE
    with subprocess.Popen(  # noqa: S603 - our own interpreter and module
        command, stdin=pipe, stdout=pipe, stderr=pipe, env=environment, start_new_session=True
    ) as child:
        if child.stdin is None or child.stdout is None or child.stderr is None:
            raise EngineError("the contained process has no pipes")
        answer = _Reader(child.stdout, max_answer, drain=False)
        narration = _Reader(child.stderr, MAX_NARRATION_BYTES, drain=True)
        try:
            _send(child.stdin, request)
            answer.join(max(0.0, deadline - time.monotonic()))
            ended = not answer.is_alive() and not answer.overflow and _ended(child, deadline)
        finally:
            if child.returncode is None:  # not waited for, so the number of its group is still its own
                os.killpg(child.pid, signal.SIGKILL)
                child.wait()
            answer.join(GRACE_S)
            narration.join(GRACE_S)
    if answer.overflow:
        raise EngineError(f"the contained process answered more than {max_answer} bytes and was stopped")
    if not ended:
        raise EngineError(f"deciding again did not end within {timeout_s:g} s and was stopped")
    return child.returncode, bytes(answer.data), bytes(narration.data)


def _ended(child: subprocess.Popen[bytes], deadline: float) -> bool:
    try:
        child.wait(max(0.0, deadline - time.monotonic()))
    except subprocess.TimeoutExpired:
        return False
    return True


def _send(pipe: IO[bytes], request: bytes) -> None:
    try:
        pipe.write(request)
        pipe.close()
    except BrokenPipeError:
        return  # it died before it read: its status says why


def _object(status: int, said: bytes, narration: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(said)
    except (ValueError, RecursionError):
        answer = None
    if status or not isinstance(answer, dict):
        lines = narration.decode(errors="replace").strip().splitlines()
        last = lines[-1] if lines else "it said nothing"
        raise EngineError(f"the contained process ended with status {status}: {last}", remedy=REMEDY)
    return answer


def _text(answer: dict[str, Any], member: str) -> str:
    value = answer.get(member)
    if not isinstance(value, str):
        raise EngineError(f"the contained process answered with a {member} that is no text")
    return value

"""The child process in which untrusted archived queries and policies run: no network, no files written, bounded.

``python -I -m auditor.shell.contained`` reads one JSON request from standard input and writes one JSON answer. Rules
kept here: isolation comes before anything else is imported; what could be put in force is reported, not assumed; an
error keeps its class and message; nothing is unpickled on either side.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

CLONE_NEWUSER = 0x10000000
CLONE_NEWNET = 0x40000000
MEMORY_BYTES = 8 << 30
OPEN_FILES = 512
REFUSED_EVENTS = (
    "socket.", "subprocess.", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork", "os.remove", "os.rename",
    "os.mkdir", "os.rmdir", "os.chmod", "os.chown", "os.link", "os.symlink", "os.truncate", "os.putenv", "shutil.",
    "urllib.", "ftplib.", "http.", "smtplib.", "webbrowser.",
)  # fmt: skip
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


def isolate(cpu_seconds: int) -> list[str]:
    """Give up what a replay does not need; return what is in force, in words."""
    alone = sys.platform == "linux" and ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0
    _bound(resource.RLIMIT_CORE, 0)
    _bound(resource.RLIMIT_FSIZE, 0)
    memory = _bound(resource.RLIMIT_DATA, MEMORY_BYTES)
    cpu = _bound(resource.RLIMIT_CPU, cpu_seconds)
    _bound(resource.RLIMIT_NOFILE, OPEN_FILES)
    sys.dont_write_bytecode = True
    sys.addaudithook(_refuse)
    in_force = ["no new files (FSIZE 0)", "no core dumps", f"memory {memory / (1 << 30):g} GiB", f"CPU {cpu} s"]
    network = ["own network namespace"] if alone else []
    return [*in_force, *network, "no sockets, no programs, no writing (audit hook)"]


def _bound(kind: int, most: int) -> int:
    """Limit a resource to ``most``, or to less where a tighter limit is in force already; return the limit."""
    _, hard = resource.getrlimit(kind)
    limit = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(kind, (limit, limit))
    return limit


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    if event.startswith(REFUSED_EVENTS):
        raise PermissionError(f"{event} is not allowed while a bundle is replayed")
    if event == "open" and isinstance(arguments[2], int) and arguments[2] & WRITING:
        raise PermissionError(f"writing {arguments[0]!r} is not allowed while a bundle is replayed")


def _act(name: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Return what is asked for: to decide a run again, or to decide it with other policies."""
    if name == "reconsider":
        from auditor.shell.reconsider import reconsider  # noqa: PLC0415 - after isolation

        return reconsider
    from auditor.shell.replay import replay  # noqa: PLC0415 - after isolation

    return replay


def main() -> None:
    """Answer one request."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    request = json.loads(sys.stdin.buffer.read())
    isolation = isolate(int(request["cpu_seconds"]))
    from auditor.errors import AuditorError  # noqa: PLC0415 - after isolation

    try:
        answer: dict[str, Any] = {"result": _act(request["act"])(request["arguments"])}
    except AuditorError as error:
        answer = {"error": type(error).__name__, "message": error.message, "remedy": error.remedy}
    except Exception as error:  # noqa: BLE001 - hostile input: anything at all is a refusal, told to the parent
        answer = {"error": "ReplayFailed", "message": f"{type(error).__name__}: {error}", "remedy": ""}
    answers.write(json.dumps({**answer, "isolation": isolation}).encode())
    answers.close()


if __name__ == "__main__":
    main()

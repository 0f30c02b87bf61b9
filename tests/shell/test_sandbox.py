"""The contained child, tried from inside: what a hostile bundle that took it over could still do."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import textwrap
import time
from typing import TYPE_CHECKING

import pytest

from auditor.errors import EngineError, VerificationError
from auditor.shell import sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def listener() -> Iterator[tuple[socket.socket, int]]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        yield server, server.getsockname()[1]


def inside(code: str, *, cpu_seconds: int = 20, prepare: str = "") -> subprocess.CompletedProcess[str]:
    """Run ``code`` in a fresh interpreter once ``isolate`` is in force."""
    script = f"{prepare}\nfrom auditor.shell.contained import isolate\nin_force = isolate({cpu_seconds})\n"
    command = [sys.executable, "-I", "-c", script + textwrap.dedent(code)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def answering(code: str, timeout_s: float = 20.0) -> tuple[int, bytes, bytes]:
    return sandbox.run_bounded([sys.executable, "-I", "-c", textwrap.dedent(code)], b"{}", timeout_s)


def test_python_cannot_open_a_connection(listener: tuple[socket.socket, int]) -> None:
    server, port = listener
    done = inside(f"import socket\nsocket.create_connection(('127.0.0.1', {port}), timeout=2)")
    assert "is not allowed while a bundle is replayed" in done.stderr
    with pytest.raises(TimeoutError):
        server.accept()


NATIVE_CONNECT = """
    import ctypes, struct
    libc = ctypes.CDLL(None, use_errno=True)
    address = struct.pack('=HH4s8x', 2, int.from_bytes(struct.pack('>H', {port}), sys.byteorder), bytes([127, 0, 0, 1]))
    descriptor = libc.socket(2, 1, 0)
    print(libc.connect(descriptor, address, 16), in_force)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="network namespaces are Linux")
def test_native_code_cannot_connect_where_a_namespace_is_in_force(listener: tuple[socket.socket, int]) -> None:
    server, port = listener
    done = inside(NATIVE_CONNECT.format(port=port), prepare="import sys")
    assert done.returncode == 0, done.stderr
    if "own network namespace" not in done.stdout:
        pytest.skip("this kernel does not let us make a network namespace, and the child says so")
    assert done.stdout.startswith("-1 ")
    with pytest.raises(TimeoutError):
        server.accept()


@pytest.mark.parametrize(
    "code",
    [
        "import subprocess; subprocess.run(['true'])",
        "import os; os.system('true')",
        "import os; os.execv('/bin/true', ['true'])",
        "import os; os.fork()",
        "import os; os.posix_spawn('/bin/true', ['true'], {})",
        "import socket; socket.getaddrinfo('localhost', 80)",
        "import socket; socket.socket()",
        "open('written', 'w')",
        "import os; os.remove('x')",
    ],
)
def test_programs_names_sockets_and_writing_are_refused(code: str) -> None:
    done = inside(code)
    assert done.returncode == 1
    assert "PermissionError" in done.stderr
    assert "is not allowed while a bundle is replayed" in done.stderr


def test_native_code_cannot_write_a_file(tmp_path: Path) -> None:
    target = tmp_path / "written"
    code = f"""
        import ctypes
        libc = ctypes.CDLL(None, use_errno=True)
        descriptor = libc.open({str(target)!r}.encode(), 0o101, 0o600)
        print(libc.write(descriptor, b'x', 1))
    """
    done = inside(code)
    assert done.stdout.strip() == "-1", done.stderr
    assert target.stat().st_size == 0


def test_memory_is_bounded() -> None:
    done = inside("import resource\nprint(resource.getrlimit(resource.RLIMIT_DATA))\nbytearray(64 << 30)")
    assert "MemoryError" in done.stderr
    assert str(8 << 30) in done.stdout


def test_processor_time_is_bounded() -> None:
    done = inside("while True: pass", cpu_seconds=1)
    assert done.returncode < 0


def test_tighter_limits_that_are_in_force_already_are_kept_and_told() -> None:
    """A limit that is the hard one cannot be raised: not by anybody, once in a user namespace of one's own."""
    kinds = {"DATA": 3 << 29, "CPU": 9, "NOFILE": 64}
    tighter = "\n".join(f"resource.setrlimit(resource.RLIMIT_{kind}, ({most}, {most}))" for kind, most in kinds.items())
    asked = ", ".join(f"resource.getrlimit(resource.RLIMIT_{kind})" for kind in kinds)
    done = inside(f"print([{asked}])\nprint(in_force)", prepare=f"import resource\n{tighter}")
    assert done.returncode == 0, done.stderr
    limits, in_force = done.stdout.splitlines()
    assert limits == str([(most, most) for most in kinds.values()])
    assert "'memory 1.5 GiB', 'CPU 9 s'" in in_force


def test_what_is_in_force_is_told_with_its_bounds() -> None:
    assert "'memory 8 GiB', 'CPU 20 s'" in inside("print(in_force)").stdout


def test_a_bundle_that_cannot_be_decided_is_refused_with_what_went_wrong(tmp_path: Path) -> None:
    arguments = {"root": str(tmp_path), "profile": "p", "as_of": "2026-01-01T00:00:00Z", "templates": str(tmp_path)}
    with pytest.raises(VerificationError) as caught:
        sandbox.run_contained(arguments, timeout_s=60)
    assert caught.value.code == "replay-refused"
    assert caught.value.message


def test_a_child_that_does_not_end_is_killed_and_nothing_is_left() -> None:
    started = time.monotonic()
    with pytest.raises(EngineError, match=r"did not end within 1 s and was stopped"):
        answering("import time; time.sleep(600)", timeout_s=1)
    assert time.monotonic() - started < 10


def test_a_grandchild_that_holds_the_pipe_is_killed_too(tmp_path: Path) -> None:
    mark = tmp_path / "pid"
    code = f"""
        import os, pathlib, time
        if os.fork() == 0:
            pathlib.Path({str(mark)!r}).write_text(str(os.getpid()))
            time.sleep(600)
    """
    with pytest.raises(EngineError, match="did not end within"):
        answering(code, timeout_s=2)
    assert not _runs(int(mark.read_text()))


def _runs(pid: int) -> bool:
    stat = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout
    return bool(stat.strip()) and not stat.strip().startswith("Z")


def test_an_answer_without_end_is_stopped() -> None:
    command = [sys.executable, "-I", "-c", "import sys\nwhile True: sys.stdout.write('x' * 65536)"]
    with pytest.raises(EngineError, match="more than 1048576 bytes"):
        sandbox.run_bounded(command, b"", 20, max_answer=1 << 20)


def test_narration_without_end_neither_blocks_nor_fills_memory() -> None:
    status, answer, narration = answering("import sys\nsys.stderr.write('x' * (8 << 20)); print('{}')")
    assert (status, answer.strip()) == (0, b"{}")
    assert len(narration) <= sandbox.MAX_NARRATION_BYTES + 1


def test_the_child_inherits_no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_SECRET", "s3cret")
    _, answer, _ = answering("import os, json; print(json.dumps(dict(os.environ)))")
    assert json.loads(answer).keys() <= {"PATH", "LC_ALL", "LC_CTYPE", "TZ"}


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        ({"error": "X"}, "message that is no text|remedy that is no text"),
        ({"error": "X", "message": 1, "remedy": ""}, "message that is no text"),
        ({"result": []}, "without decisions"),
        ({"result": {"decisions": [], "reports": {"r": ""}}, "isolation": []}, "without decisions"),
        ({"result": {"decisions": {}, "reports": {"r": 1}}, "isolation": []}, "without reports"),
        ({"result": {"decisions": {}, "reports": {}}, "isolation": []}, "without reports"),
        ({"result": {"decisions": {}}, "isolation": []}, "without reports"),
        ({"result": {"decisions": {}, "reports": {"r": ""}}, "isolation": [1]}, "which isolation"),
        ({"result": {"decisions": {}, "reports": {"r": ""}}}, "which isolation"),
    ],
)
def test_a_malformed_answer_is_an_error_not_a_crash(answer: dict[str, object], found: str) -> None:
    with pytest.raises(EngineError, match=found):
        sandbox.read_answer(0, json.dumps(answer).encode(), b"")


@pytest.mark.parametrize("said", [b"", b"nonsense", b"[" * 100_000, b"[]"])
def test_an_answer_that_is_no_object_is_an_error(said: bytes) -> None:
    with pytest.raises(EngineError, match=r"ended with status 0: last words"):
        sandbox.read_answer(0, said, b"last words")

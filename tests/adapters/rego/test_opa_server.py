"""The managed OPA server is ours, obeys only us, and is gone afterwards."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import replace
from urllib.parse import urlsplit

import pytest

from auditor.adapters.policies.pack import load_pack
from auditor.adapters.rego.namespace import move
from auditor.adapters.rego.opa import OpaEngine
from auditor.adapters.rego.opa_api import Address
from auditor.adapters.rego.opa_server import managed_server
from auditor.errors import ControlError, EngineError
from auditor.shipped import policies_dir
from opa_servers import CELLS, CONTROL, call, cell, faulty, held, relocked

PACK = load_pack(policies_dir())
PATIENCE_S = 20


def children(parent: int) -> list[int]:
    """Return the process ids of the living OPA servers that ``parent`` started."""
    listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid=,stat=,args="], capture_output=True, text=True, check=True)
    rows = [line.split(maxsplit=3) for line in listed.stdout.splitlines()]
    return [int(row[0]) for row in rows if row[1] == str(parent) and row[2][0] != "Z" and "run --server" in row[3]]


def alive(pid: int) -> bool:
    listed = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return bool(listed.stdout.strip()) and not listed.stdout.strip().startswith("Z")


def gone(pid: int) -> bool:
    deadline = time.monotonic() + PATIENCE_S
    while alive(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not alive(pid)


def fake(folder, script, monkeypatch):
    """Put a program named opa first on PATH."""
    program = folder / "opa"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


def test_it_is_gone_afterwards(opa):
    with managed_server() as address:
        (pid,) = children(os.getpid())
        assert call(address, "GET", "/health")[0] == 200
    assert gone(pid)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", urlsplit(address.url).port))


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
def test_it_is_gone_after_an_error_too(opa, error):
    found = []

    def fail():
        found.extend(children(os.getpid()))
        raise error

    with pytest.raises(error), managed_server():
        fail()
    (pid,) = found
    assert gone(pid)


WAIT = """
import sys, time
from auditor.adapters.rego.opa_server import managed_server
with managed_server():
    print("up", flush=True)
    time.sleep(600)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a child with its parent")
@pytest.mark.parametrize("by", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_it_ends_with_the_program_that_started_it(opa, by):
    with subprocess.Popen([sys.executable, "-c", WAIT], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as program:
        assert program.stdout is not None
        try:
            assert program.stdout.readline() == b"up\n"
            (pid,) = children(program.pid)
        finally:
            program.send_signal(by)
    ended = gone(pid)
    if not ended:
        os.kill(pid, signal.SIGKILL)
    assert ended


def test_it_listens_on_loopback_only(opa):
    with managed_server() as address:
        parts = urlsplit(address.url)
        assert parts.hostname == "127.0.0.1"
        for other in ("127.0.0.2", socket.gethostbyname(socket.gethostname())):
            if other != "127.0.0.1":
                with pytest.raises(OSError, match=r"refused|unreachable|assign"):
                    socket.create_connection((other, parts.port), timeout=5)


REQUESTS = [
    ("GET", "/v1/policies", None),
    ("PUT", "/v1/policies/x", b"package x\n"),
    ("PUT", "/v1/data/x", b"{}"),
    ("POST", "/v1/query", b'{"query": "x := 1"}'),
    ("POST", "/v1/data/x", b'{"input": 1}'),
]


def test_nobody_else_on_the_machine_can_use_it(opa):
    with managed_server() as address:
        for method, path, body in REQUESTS:
            assert call(address, method, path, body)[0] in {200, 204}
            for token in ("", "guessed"):
                assert call(replace(address, token=token), method, path, body)[0] == 401


def test_it_reads_no_environment(opa, monkeypatch):
    monkeypatch.setenv("OPA_LOG_LEVEL", "no such level")
    monkeypatch.setenv("OPA_ADDR", "0.0.0.0:1")
    with managed_server() as address:
        assert address.url.startswith("http://127.0.0.1:")


def test_a_program_that_does_not_start_is_told_in_its_own_words(tmp_path, monkeypatch):
    fake(tmp_path, "echo boom >&2; exit 3", monkeypatch)
    with (
        pytest.raises(EngineError, match=r"opa run --server did not start \(status 3\): boom") as caught,
        managed_server(),
    ):
        pytest.fail("it cannot start")
    assert "--opa-url" in str(caught.value)


def test_no_opa_says_how_to_get_one(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("AUDITOR_TOOLS", str(tmp_path))
    with pytest.raises(EngineError, match="opa was not found on PATH"), managed_server():
        pytest.fail("there is none")


def test_when_its_port_goes_to_another_program_it_takes_another(opa, tmp_path, monkeypatch):
    first_fails = (
        f'[ -e "$0.tried" ] && exec {opa} "$@"\n: > "$0.tried"\necho "bind: address already in use" >&2\nexit 1'
    )
    fake(tmp_path, first_fails, monkeypatch)
    with managed_server() as address:
        assert call(address, "GET", "/health")[0] == 200
    assert (tmp_path / "opa.tried").exists()


def test_another_server_on_its_port_is_not_taken_for_it(opa, tmp_path, monkeypatch):
    """The program stays alive without listening, while a server that answers everything has the port it was to get."""
    monkeypatch.setattr("auditor.adapters.rego.opa_server.START_S", 0.5)
    fake(tmp_path, "exec /bin/sleep 600", monkeypatch)
    with faulty(Address("http://127.0.0.1:1"), lambda *_: (200, b'{"result": "a guess"}')) as stranger:
        port = urlsplit(stranger.url).port
        monkeypatch.setattr("auditor.adapters.rego.opa_server._free_port", lambda: port)
        with (
            pytest.raises(EngineError, match=r"was not ready within 0.5 s: another server has its port"),
            managed_server(),
        ):
            pytest.fail("it is not ours")


def test_started_with_a_pack_it_holds_that_and_nothing_is_loaded(opa):
    pack = move(PACK)
    with managed_server(pack) as address:
        before = held(address)
        assert before[0].items() - {("authz.rego", before[0]["authz.rego"])} == pack.policies.items()
        assert before[1]["result"][pack.namespace]["lists"] == PACK.lists
        with OpaEngine(PACK, address, started_with=pack) as engine:
            assert engine.decide(CONTROL, CELLS, [cell("a")])[0]["verdict"] == "pass"
            assert held(address) == before
        assert held(address) == before


def test_started_with_a_pack_it_is_compared_too(opa):
    with (
        pytest.raises(EngineError, match="(?s)after loading: the OPA server does not hold.*dispatch.rego: not there"),
        managed_server() as address,
        OpaEngine(PACK, address, started_with=move(PACK)),
    ):
        pytest.fail("the server was started with nothing")


def test_policies_that_it_refuses_at_the_start_are_named_with_their_lines(opa, tmp_path):
    changes = {"lib/dispatch/dispatch.rego": ("gate := decision if {", "gate := x\n\ngate := decision if {")}
    line = (PACK.root / "lib/dispatch/dispatch.rego").read_text().splitlines().index("gate := decision if {") + 1
    with (
        pytest.raises(
            ControlError, match=rf"lib/dispatch/dispatch.rego:{line}: rego_unsafe_var_error: var x"
        ) as caught,
        managed_server(move(relocked(tmp_path / "pack", changes))),
    ):
        pytest.fail("it cannot start")
    assert "auditor_run_" not in str(caught.value)


def test_a_server_that_dies_during_a_run_is_told_with_its_status(opa):
    def kill_and_decide(engine):
        (pid,) = children(os.getpid())
        os.kill(pid, signal.SIGKILL)
        assert gone(pid)
        engine.decide(CONTROL, CELLS, [cell("a")])

    pack = move(PACK)
    with (
        pytest.raises(
            EngineError, match="control coverage.source_observed, rows 0 to 0: .*cannot be reached"
        ) as caught,
        managed_server(pack) as address,
        OpaEngine(PACK, address, started_with=pack) as engine,
    ):
        kill_and_decide(engine)
    assert "and: the OPA server ended with status -9" in str(caught.value)
    assert "removing" not in str(caught.value)

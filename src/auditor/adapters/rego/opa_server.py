"""A local OPA server for one run: started on loopback, and always stopped again.

Rules kept here: it listens on 127.0.0.1 only and obeys only who holds a token made for it (other users of the machine
reach loopback too); it is known to be ours by a secret that it was started with, because OPA does not say which port it
got and the one asked for may go to another program first; it inherits no environment; it ends with this program, on
Linux even when this program is killed; when it does not start, its own words are the error.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from auditor.adapters.policies.build import find_opa
from auditor.adapters.rego.opa_api import REGO_ERRORS, TIMEOUT_S, Address, OpaApi
from auditor.errors import ControlError, EngineError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.adapters.rego.namespace import MovedPack

START_S = 60.0
STOP_S = 5.0
SOON_S = 0.2
POLL_S = 0.02
ATTEMPTS = 5
SHOWN_CHARACTERS = 2000
ROOT = "auditor_server"
AUTHORIZATION_FILE, DATA_FILE = "authz.rego", "data.json"
AUTHORIZATION = f"""package system.authz

default allow := false

allow if crypto.sha256(input.identity) == data.{ROOT}.token_sha256
"""
# Dies with its parent (PR_SET_PDEATHSIG is 1, SIGKILL 9, and both survive exec), then becomes opa. Not a preexec_fn,
# which may deadlock in a program with threads.
LAUNCH = """import ctypes, os, sys
if sys.platform == "linux":
    ctypes.CDLL(None).prctl(1, 9)
    if os.getppid() != int(sys.argv[1]):
        sys.exit("the program that started opa is gone")
os.execv(sys.argv[2], sys.argv[2:])
"""


@contextmanager
def managed_server(started_with: MovedPack | None = None, timeout_s: float = TIMEOUT_S) -> Iterator[Address]:
    """Start ``opa run --server``, give its address, stop it.

    A pack that it is started with is compiled once; loaded into a running server, everything is compiled for each file.

    Raises:
        ControlError: OPA refused the policies that it was started with.
        EngineError: it did not start.
    """
    opa = find_opa()
    token, nonce = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
    with tempfile.TemporaryDirectory(prefix="auditor-opa-") as scratch:
        folder = Path(scratch)
        (folder / AUTHORIZATION_FILE).write_text(AUTHORIZATION)
        secret = {"nonce": nonce, "token_sha256": hashlib.sha256(token.encode()).hexdigest()}
        data: dict[str, Any] = {ROOT: secret}
        files = [AUTHORIZATION_FILE, DATA_FILE]
        if started_with is not None:
            data[started_with.namespace] = {"lists": started_with.lists}
            files.append(_written(folder, started_with))
        (folder / DATA_FILE).write_text(json.dumps(data))
        for _attempt in range(ATTEMPTS):
            port = _free_port()
            with _running(opa, port, folder, files) as process:
                address = Address(f"http://127.0.0.1:{port}", token, timeout_s)
                if _is_ours(process, address, nonce):
                    try:
                        yield address
                    except EngineError as error:
                        if _has_ended(process):
                            error.add_note(f"the OPA server ended with status {process.returncode}: {_said(folder)}")
                        raise
                    return
            if "address already in use" not in _said(folder):
                break
        if started_with is not None and REGO_ERRORS in _said(folder):
            raise ControlError(
                f"OPA refused the policies: {started_with.in_the_packs_names(_said(folder))}",
                remedy="correct them, or use the OPA that the pack was built with",
            )
        raise EngineError(
            f"{opa} run --server did not start (status {process.returncode}): {_said(folder)}",
            remedy="run it by hand, or name a running server with --opa-url",
        )


def _written(folder: Path, pack: MovedPack) -> str:
    """Write the policies so that OPA gives each the id that it has in ``pack``; return their folder."""
    for policy, text in pack.policies.items():
        path = folder / policy
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    return pack.namespace


def _said(folder: Path) -> str:
    return (folder / "log").read_text(errors="replace").strip()[-SHOWN_CHARACTERS:] or "it said nothing"


def _has_ended(process: subprocess.Popen[bytes]) -> bool:
    try:
        process.wait(SOON_S)
    except subprocess.TimeoutExpired:
        return False
    return True


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def _running(opa: str, port: int, folder: Path, files: list[str]) -> Iterator[subprocess.Popen[bytes]]:
    options = ["--addr", f"127.0.0.1:{port}", "--authentication", "token", "--authorization", "basic"]
    options += ["--log-level", "error", "--skip-version-check", "--shutdown-grace-period", "1"]
    command = [sys.executable, "-I", "-S", "-c", LAUNCH, str(os.getpid()), opa, "run", "--server", *options]
    environment = {"PATH": "", "HOME": str(folder), "LC_ALL": "C.UTF-8", "TZ": "UTC"}
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603 - our own interpreter and a fixed program
            [*command, *files],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,  # an interrupt from the terminal is ours; we stop the server afterwards
        )
    try:
        yield process
    finally:
        _stop(process)


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    except BaseException:  # interrupted again while it ended
        process.kill()
        process.wait()
        raise


def _is_ours(process: subprocess.Popen[bytes], address: Address, nonce: str) -> bool:
    """Wait until the server is ready and knows the secret; False when it ended or is another one."""
    deadline = time.monotonic() + START_S
    why = "it never answered"
    api = OpaApi(address)
    try:
        while process.poll() is None:
            if api.healthy():
                try:
                    if api.data(f"{ROOT}/nonce", "asking the OPA server that was started who it is") == nonce:
                        return True
                    why = "another server has its port"
                except EngineError as error:
                    why = error.message
            if time.monotonic() > deadline:
                raise EngineError(f"the OPA server that was started was not ready within {START_S:g} s: {why}")
            time.sleep(POLL_S)
    finally:
        api.close()
    return False

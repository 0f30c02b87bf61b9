"""A real OPA server behind a proxy that makes one mistake, and policy packs that differ from the shipped one."""

from __future__ import annotations

import hashlib
import json
import shutil
import threading
import urllib.error
import urllib.request
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

from auditor.adapters.policies.pack import LOCK, load_pack
from auditor.adapters.rego.opa_api import Address
from auditor.shipped import policies_dir

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from auditor.adapters.policies.pack import Pack

CELLS = {"cells": ["requests//"], "observation": "bounded"}
CONTROL = "coverage.source_observed"
LIMIT_S = 20  # of the tests' own requests


def cell(resource: str, calls: int = 1) -> dict[str, Any]:
    """Return a row of ``CONTROL``: observed, or with ``calls=0`` not."""
    row = {"resource": resource, "calls": calls, "calls_ok": calls, "records": 1, "slots": 1, "slots_alive": 1}
    return {"row": row, "assured": None}


def call(address: Address, method: str, path: str, body: bytes | None = None) -> tuple[int, bytes]:
    """Ask a server as someone else would, without our client."""
    request = urllib.request.Request(address.url + path, data=body, method=method)  # noqa: S310 - loopback
    if address.token:
        request.add_header("Authorization", f"Bearer {address.token}")
    try:
        with urllib.request.urlopen(request, timeout=LIMIT_S) as answer:  # noqa: S310 - loopback
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()


def held(address: Address) -> tuple[dict[str, str], Any]:
    """Return everything that a server holds: text of every policy by id, and all data."""
    policies = json.loads(call(address, "GET", "/v1/policies")[1])["result"]
    return {one["id"]: one["raw"] for one in policies}, json.loads(call(address, "GET", "/v1/data")[1])


@contextmanager
def faulty(address: Address, fault: Callable[..., Any], *, timeout_s: float = 20.0) -> Iterator[Address]:
    """Give the address of a server that answers as the one at ``address``, unless ``fault`` says otherwise.

    ``fault(method, path, body, ask)`` returns status and body, or raw bytes to write instead of an answer, or None to
    pass the request on; ``ask(body)`` passes it on and returns status and body.
    """
    ended = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _handle(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))

            def ask(sent: bytes) -> tuple[int, bytes]:
                return call(address, self.command, self.path, sent or None)

            answer = fault(self.command, self.path, body, ask) or ask(body)
            if answer == "hang":
                ended.wait(LIMIT_S)
                self.close_connection = True
                return
            if isinstance(answer, bytes):
                self.wfile.write(answer)
                self.close_connection = True
                return
            status, content = answer
            self.send_response(status)
            if status != 204:
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
            if 300 <= status < 400:
                self.send_header("Location", "/elsewhere")
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_PUT = do_POST = do_DELETE = _handle  # noqa: N815 - names of http.server

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield Address(f"http://127.0.0.1:{server.server_port}", address.token, timeout_s)
    finally:
        ended.set()
        server.shutdown()
        server.server_close()
        thread.join()


def relocked(root: Path, changes: dict[str, tuple[str, str]]) -> Pack:
    """Copy the shipped pack to ``root`` with ``changes`` (file -> old and new text) in Rego, but not in the Wasm.

    The lock says that all is well, as that of an author whose OPA differs from the server's would.
    """
    shutil.copytree(policies_dir(), root)
    lock = json.loads((root / LOCK).read_text())
    for name, (old, new) in changes.items():
        text = (root / name).read_text() if (root / name).exists() else ""
        assert old in text
        changed = text.replace(old, new) if old else new
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(changed)
        lock["sources"][name] = hashlib.sha256(changed.encode()).hexdigest()
    (root / LOCK).write_text(json.dumps(lock))
    return load_pack(root)

"""An OPA server of our own on a Unix socket, for as long as a context lasts."""

from __future__ import annotations

import http.client
import json
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any, Self

from auditor.adapters.policies.build import find_opa

READY_S = 20.0
TIMEOUT_S = 60.0


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: str) -> None:
        super().__init__("localhost", timeout=TIMEOUT_S)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(TIMEOUT_S)
        self.sock.connect(self._path)


class OpaServer:
    """Policies and data of one OPA process; nobody else can reach it.

    ``files`` are loaded from ``root``; a policy's name is its path there.
    """

    def __init__(self, root: Path, files: list[str]) -> None:
        self._root, self._files = root, files

    def __enter__(self) -> Self:
        self._scratch = tempfile.TemporaryDirectory(prefix="opa-")
        path = str(Path(self._scratch.name) / "opa.sock")
        command = [
            find_opa(),
            "run",
            "--server",
            "--addr",
            f"unix://{path}",
            "--log-level",
            "error",
            "--skip-version-check",
        ]
        self._process = subprocess.Popen([*command, *self._files], cwd=self._root)
        self._connection = _UnixConnection(path)
        deadline = time.monotonic() + READY_S
        while True:
            try:
                self.call("GET", "/health")
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)
            else:
                return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()
        self._process.terminate()
        self._process.wait()
        self._scratch.cleanup()

    def call(self, method: str, path: str, body: str | None = None) -> tuple[int, Any]:
        """Send one request; return status and parsed answer."""
        try:
            self._connection.request(method, path, body=body)
            answer = self._connection.getresponse()
            content = answer.read()
        except (http.client.HTTPException, OSError):
            self._connection.close()
            raise
        return answer.status, json.loads(content) if content.strip() else None

    def put_policy(self, name: str, text: str) -> str | None:
        """Load a policy; return None, or what OPA has against it."""
        status, answer = self.call("PUT", f"/v1/policies/{name}", text)
        return None if status == http.HTTPStatus.OK else json.dumps(answer)

    def query(self, path: str, document: Any = None) -> Any:
        """Return ``data.<path>`` for an input: None where it is undefined. Raises ``RuntimeError`` on an error."""
        status, answer = self.call("POST", f"/v1/data/{path}", json.dumps({"input": document}))
        if status != http.HTTPStatus.OK:
            raise RuntimeError(json.dumps(answer))
        return answer.get("result")

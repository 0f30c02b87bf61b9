"""``auditor doctor``: what it finds in order, and how it says what is not."""

from __future__ import annotations

import http.server
import json
import os
import shutil
import socket
import stat
import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from auditor.shell.doctor import Patient, examine, exit_code
from auditor.shipped import policies_dir
from console import script

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from console import Company, Said

    Run = Callable[..., Said]
    Companies = Callable[..., Company]

NAMES = [
    "python", "packages", "policy pack", "profile", "signing key", "configuration", "flag rollout",
    "temporary space", "opa", "opa server", "replay isolation",
]  # fmt: skip


def looked(done: Said) -> dict[str, Any]:
    document = json.loads(done.out)
    assert [check["name"] for check in document["checks"]] == NAMES
    assert document["exitCode"] == done.code
    return {check["name"]: check for check in document["checks"]}


@pytest.fixture
def healthy(company: Companies) -> list[str]:
    one = company()
    return ["--config", str(one.config), "--key", str(one.key.private_path)]


class Health(http.server.BaseHTTPRequestHandler):
    """Answers ``/health`` as an OPA server does, and nothing else."""

    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/health" else 404)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[str]:
    with http.server.HTTPServer(("127.0.0.1", 0), Health) as one:
        thread = threading.Thread(target=one.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{one.server_port}"
        one.shutdown()
        thread.join()


def test_everything_needed_is_there(healthy: list[str], auditor: Run) -> None:
    checks = looked(auditor("doctor", *healthy, "--json"))
    needed = [one for name, one in checks.items() if name not in {"opa", "replay isolation"}]
    assert [one["status"] for one in needed] == ["OK"] * len(needed)
    text = auditor("doctor", *healthy)
    assert text.code == 0
    assert len([line for line in text.out.splitlines() if line.startswith("OK ")]) >= len(needed)


def test_a_new_place_is_told_what_to_do(auditor: Run) -> None:
    done = auditor("doctor")
    assert done.code == 2
    assert (
        "MISSING  signing key: auditor-key.pem: not there\n         what to do: make one with `auditor keygen`"
        in done.out
    )
    assert (
        "MISSING  configuration: auditor.toml: not there\n         what to do: write one with `auditor init`"
        in done.out
    )


def test_what_init_and_keygen_made_still_lacks_its_files(auditor: Run) -> None:
    assert (auditor("init").code, auditor("keygen").code) == (0, 0)
    checks = looked(auditor("doctor", "--json"))
    assert checks["signing key"]["status"] == "OK"
    assert checks["configuration"]["status"] == "MISSING"
    assert "source requests: no file matches 'requests/*.jsonl.gz'" in checks["configuration"]["found"]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_key_that_others_may_read_is_wrong(mode: int, healthy: list[str], auditor: Run, place: Path) -> None:
    key = shutil.copy(healthy[3], place / "key.pem")
    key.chmod(mode)
    done = auditor("doctor", *healthy, "--key", key, "--json")
    check = looked(done)["signing key"]
    assert (done.code, check["status"]) == (2, "WRONG")
    assert f"mode {mode:04o}, expected 0600" in check["found"]
    os.system(check["remedy"])  # noqa: S605 - the remedy is a command of ours
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert auditor("doctor", *healthy, "--key", key).code == 0


@pytest.mark.parametrize(
    ("name", "arguments", "says"),
    [
        ("signing key", ["--key", "file"], "file: no unencrypted PEM private key"),
        ("configuration", ["--config", "file"], "file: not TOML"),
        ("profile", ["--profile", "nobody"], "no such profile; the pack has: eu-compliance, hybrid-routing-gates"),
        ("policy pack", ["--policies", "absent"], "pack.lock: cannot be read"),
    ],
)
def test_what_is_wrong_is_told_and_the_rest_is_still_looked_at(
    name: str, arguments: list[str], says: str, healthy: list[str], auditor: Run, place: Path
) -> None:
    (place / "file").write_text("no key")
    (place / "file").chmod(0o600)
    done = auditor("doctor", *healthy, *arguments, "--json")
    check = looked(done)[name]
    assert (done.code, check["status"], says in check["found"]) == (2, "WRONG", True), check
    assert check["remedy"]


def test_a_stale_pack_is_wrong(healthy: list[str], auditor: Run, tmp_path: Path) -> None:
    pack = shutil.copytree(policies_dir(), tmp_path / "pack")
    (pack / "policy.wasm").write_bytes(b"\x00asm")
    done = auditor("doctor", *healthy, "--policies", pack, "--json")
    check = looked(done)["policy pack"]
    assert (done.code, check["status"], "policy.wasm: is not the module" in check["found"]) == (2, "WRONG", True)


def test_a_server_that_answers_is_fine(
    healthy: list[str], auditor: Run, server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AUDITOR_OPA_URL", server + "/")
    check = looked(auditor("doctor", *healthy, "--json"))["opa server"]
    assert (check["status"], check["exitCode"]) == ("OK", 0)


def test_a_server_that_is_asked_for_and_not_there_fails(
    healthy: list[str], auditor: Run, server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        for url, says in (
            (f"http://127.0.0.1:{free.getsockname()[1]}", "does not answer /health"),
            (f"{server}/elsewhere", "does not answer /health (Not Found)"),
            ("file:///etc", "no http or https address"),
            ("http://[", "Invalid IPv6 URL"),
        ):
            monkeypatch.setenv("AUDITOR_OPA_URL", url)
            done = auditor("doctor", *healthy, "--json")
            check = looked(done)["opa server"]
            assert (done.code, check["status"], says in check["found"]) == (5, "WRONG", True), check


def test_opa_is_optional_and_its_version_is_compared(healthy: list[str], tmp_path: Path, place: Path) -> None:
    bare = {"HOME": str(tmp_path), "TMPDIR": os.environ["TMPDIR"]}
    done = script("doctor", *healthy, "--json", env={**bare, "PATH": "/nonexistent"})
    check = looked(done)["opa"]
    assert (done.code, check["status"], "only `auditor policy` needs it" in check["found"]) == (0, "MISSING", True)
    other = place / "opa"
    other.write_text("#!/bin/sh\necho 'Version: 0.1.2'\n")
    other.chmod(0o755)
    done = script("doctor", *healthy, "--json", env={**bare, "PATH": f"{place}:{os.defpath}"})
    check = looked(done)["opa"]
    assert (done.code, check["status"], "0.1.2, but the pack was compiled by" in check["found"]) == (0, "WRONG", True)


def test_the_opa_of_this_place_is_the_one_that_compiled_the_pack(healthy: list[str], auditor: Run, opa: str) -> None:
    assert looked(auditor("doctor", *healthy, "--json"))["opa"]["status"] == "OK"


def test_a_disk_that_is_nearly_full_or_cannot_be_written_fails(
    company: Companies, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = company()
    patient = Patient(one.config, one.key.private_path, None, "hybrid-routing-gates", None)
    for changed, says in ((replace(patient, free_bytes=1 << 80), "GiB free, expected"), (patient, "cannot be written")):
        if changed is patient:
            monkeypatch.setattr("tempfile.tempdir", str(one.config))
        checks = list(examine(changed))
        space = next(check for check in checks if check.name == "temporary space")
        assert (exit_code(checks), space.status, says in space.found) == (5, "WRONG", True), space


def test_an_interpreter_that_lacks_packages_is_told_and_does_not_crash(tmp_path: Path, place: Path) -> None:
    """Hide all that was installed but auditor and click, as a broken installation does."""
    import subprocess
    import sys

    hide = (
        "import sys, importlib.abc\n"
        "class Hide(importlib.abc.MetaPathFinder):\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name.partition('.')[0] in {'pydantic', 'cryptography', 'securesystemslib'}:\n"
        "            raise ModuleNotFoundError(f'No module named {name!r}')\n"
        "sys.meta_path.insert(0, Hide())\n"
        "from auditor.cli.main import run\n"
        "sys.exit(run(['doctor', '--json']))\n"
    )
    (place / "auditor-key.pem").write_text("")
    (place / "auditor.toml").write_text("")
    done = subprocess.run([sys.executable, "-c", hide], capture_output=True, text=True, check=False)
    assert done.returncode == 5, done.stderr
    checks = {check["name"]: check for check in json.loads(done.stdout)["checks"]}
    for name in ("policy pack", "profile", "signing key", "configuration"):
        assert checks[name]["status"] == "MISSING"
        assert "No module named" in checks[name]["found"]
        assert "install auditor again" in checks[name]["remedy"]

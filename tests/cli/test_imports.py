"""What a command imports is most of what a small run costs, so what it does not need may not creep in."""

import subprocess
import sys

import pytest

from auditor.adapters.signing.keys import generate_key
from auditor.estate import write_estate
from auditor.shell.collect import collect

HEAVY = {
    "auditor.adapters.reports.junit", "auditor.shell.collect", "auditor.shell.doctor", "auditor.shell.verify",
    "boto3", "matplotlib", "opa_client", "pandas", "pyarrow", "requests", "rich",
}  # fmt: skip
DECIDING = {"cryptography", "duckdb", "jinja2", "opapywasm", "pydantic", "securesystemslib", "wasmtime"}
PROGRAM = """
import sys
from auditor.cli.main import run
code = run(sys.argv[1:])
print(*sys.modules, file=sys.stderr)
sys.exit(code)
"""


def imported(*arguments):
    done = subprocess.run([sys.executable, "-c", PROGRAM, *arguments], capture_output=True, text=True, check=True)
    return set(done.stderr.splitlines()[-1].split())


@pytest.mark.parametrize("command", [(), ("evaluate",), ("verify",), ("collect",), ("doctor",)], ids=str)
def test_help_imports_nothing_that_decides(command):
    assert imported(*command, "--help") & (HEAVY | DECIDING) == set()


def test_evaluating_a_snapshot_imports_nothing_that_it_does_not_use(tmp_path):
    estate = write_estate(tmp_path / "estate", incidents=())
    snapshot = collect(estate.config, tmp_path / "snapshot", collected_at=estate.collected_at)
    key = generate_key(tmp_path / "key.pem", "ed25519").private_path
    found = imported(
        "evaluate", "--snapshot", str(snapshot), "--key", str(key), "--output", str(tmp_path / "out"), "--quiet",
        "--no-module-cache",
    )  # fmt: skip
    assert found & HEAVY == set()
    assert found >= DECIDING  # the test sees what is imported

"""Shell completion, asked through real bash; and what completing may import."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from auditor.adapters.policies.pack import load_pack
from auditor.adapters.policies.profile import load_profile
from auditor.cli.main import COMMANDS
from auditor.shipped import policies_dir
from console import SCRIPT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from console import Said

BASH = """
eval "$(auditor completion bash)" || exit
complete -p auditor || exit
shift
COMP_WORDS=(auditor "$@")
COMP_CWORD=$(($#))
_auditor_completion auditor
printf '%s\\n' "${COMPREPLY[@]}"
"""


GATES = sorted(gate.id for gate in load_profile(load_pack(policies_dir()), "hybrid-routing-gates").document.gates)


def completed(*words: str) -> list[str]:
    """Return what bash offers for the last of ``words``."""
    path = f"{SCRIPT.parent}:{os.environ['PATH']}"
    command = ["bash", "-c", BASH, "bash", "-", *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, "PATH": path})
    assert (done.returncode, done.stderr) == (0, "")
    registered, *offered = done.stdout.splitlines()
    assert registered.endswith("-F _auditor_completion auditor")
    return [one for one in offered if one]


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ([""], sorted(COMMANDS)),
        (["co"], ["collect", "completion", "controls"]),
        (["schema", "de"], ["decisions"]),
        (["policy", ""], ["build", "check", "test"]),
        (["controls", ""], ["coverage", "frameworks", "list", "show"]),
        (["controls", "show", ""], sorted(load_pack(policies_dir()).controls)),
        (["controls", "show", "rollback.la"], ["rollback.latency_breaches_brief"]),
        (["controls", "list", "--profile", ""], ["eu-compliance", "hybrid-routing-gates", "production-deployment"]),
        (["evaluate", "--profile", "hy"], ["hybrid-routing-gates"]),
        (["evaluate", "--gate", ""], GATES),
        (["evaluate", "--gate", "slo", "--gate", "r"], ["residency", "rollback"]),
        (["evaluate", "--profile", "nobody", "--gate", ""], []),
        (["evaluate", "--policies", "/nonexistent", "--gate", ""], []),
        (["evaluate", "-o", "j"], ["json", "junit"]),
        (["evaluate", "--as"], ["--as-of"]),
        (["completion", ""], ["bash", "zsh", "fish"]),
    ],
)
def test_bash_completes(words: list[str], offered: list[str]) -> None:
    assert completed(*words) == offered


def test_the_gates_of_another_pack_are_completed(tmp_path: Path) -> None:
    pack = tmp_path / "pack"
    (pack / "profiles").mkdir(parents=True)
    (pack / "profiles" / "mine.toml").write_text('[[gates]]\nid = "ours"\n')
    (pack / "profiles" / "broken.toml").write_text("[[gates")
    given = ["evaluate", "--policies", str(pack)]
    assert completed(*given, "--profile", "") == ["broken", "mine"]
    assert completed(*given, "--profile", "mine", "--gate", "") == ["ours"]
    assert completed(*given, "--profile", "broken", "--gate", "") == []


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_of_each_shell_is_one_that_it_parses(shell: str, auditor: Callable[..., Said]) -> None:
    done = auditor("completion", shell)
    assert (done.code, done.err) == (0, "")
    assert "_AUDITOR_COMPLETE" in done.out
    if shutil.which(shell):
        subprocess.run([shell, "-n"], input=done.out, text=True, check=True)


def test_another_shell_is_refused(auditor: Callable[..., Said]) -> None:
    done = auditor("completion", "csh")
    assert (done.code, "'bash', 'zsh', 'fish'" in done.err) == (2, True)


HEAVY = {
    "boto3", "botocore", "cryptography", "duckdb", "jinja2", "numpy", "opapywasm", "pyarrow", "pydantic", "rich",
    "securesystemslib", "wasmtime",
}  # fmt: skip
LOADED = """
import sys
from auditor.cli.main import run
code = run(sys.argv[1:])
print(*sorted({name.partition(".")[0] for name in sys.modules}), file=sys.stderr)
sys.exit(code)
"""


@pytest.mark.parametrize(
    ("arguments", "completing"),
    [
        (["--help"], ""),
        (["--version"], ""),
        (["evaluate", "--help"], ""),
        (["completion", "fish"], ""),
        ([], "auditor "),
        ([], "auditor evaluate --gate "),
        ([], "auditor controls show "),
    ],
)
def test_help_and_completion_import_nothing_heavy(arguments: list[str], completing: str) -> None:
    words = {"_AUDITOR_COMPLETE": "zsh_complete", "COMP_WORDS": completing, "COMP_CWORD": str(completing.count(" "))}
    done = subprocess.run(
        [sys.executable, "-c", LOADED, *arguments],
        env={**os.environ, **(words if completing else {})},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout != "") == (0, True), done.stderr
    loaded = set(done.stderr.split())
    assert "click" in loaded
    assert not loaded & HEAVY

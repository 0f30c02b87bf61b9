"""The wheel, built offline and installed where no source tree is near, is the whole product."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = ("policies", "reports")

pytestmark = pytest.mark.packaging


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--no-deps",
        "--no-build-isolation",
        "--no-index",
        "-w",
        folder,
        ROOT,
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (built,) = folder.glob("auditor-*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """Give the bin folder of an environment that holds the wheel, and sees our dependencies through a .pth file."""
    venv = tmp_path_factory.mktemp("clean") / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", venv], check=True)
    python = venv / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-deps", "--no-index", wheel]
    subprocess.run(pip, check=True)
    site = venv / "lib" / f"python{sys.version_info.major}.{sys.version_info.minor}" / "site-packages"
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    return venv / "bin"


def clean_environment(tools: Path) -> dict[str, str]:
    """Return an environment in which nothing points at the source tree or at a tool of the developer."""
    kept = {name: value for name, value in os.environ.items() if name in {"HOME", "LANG", "TMPDIR"}}
    return kept | {"PATH": f"{tools}:/usr/bin:/bin"}


def test_the_wheel_ships_every_file_of_the_pack_and_the_templates_unchanged(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        for folder in SHIPPED:
            sources = [path for path in (ROOT / folder).rglob("*") if path.is_file()]
            assert sources
            for path in sources:
                name = f"auditor/shipped/{path.relative_to(ROOT).as_posix()}"
                assert archive.read(name) == path.read_bytes(), name
    assert {"auditor/shipped/policies/policy.wasm", "auditor/shipped/policies/pack.lock"} <= names
    assert {"auditor/py.typed", "auditor_collectors/requests.py", "auditor/schemas/decisions.schema.json"} <= names


def test_the_wheel_holds_the_program_its_licence_and_nothing_else(wheel):
    with zipfile.ZipFile(wheel) as archive:
        tops = {name.split("/")[0] for name in archive.namelist()}
        manual = {name.rpartition("/")[2] for name in archive.namelist() if "/data/share/man/man1/" in name}
        licences = [name for name in archive.namelist() if name.endswith(".dist-info/licenses/LICENSE")]
        assert archive.read(licences[0]) == (ROOT / "LICENSE").read_bytes()
    assert {top for top in tops if not top.endswith((".data", ".dist-info"))} == {"auditor", "auditor_collectors"}
    assert manual == {path.name for path in (ROOT / "man").iterdir()}


def test_the_installed_program_is_the_wheels_own(installed):
    code = "import auditor, auditor.shipped as s; print(auditor.__file__, s.policies_dir(), s.reports_dir(), sep='\\n')"
    done = subprocess.run(
        [installed / "python", "-c", code], capture_output=True, text=True, check=True, env=clean_environment(installed)
    )
    paths = done.stdout.split()
    assert len(paths) == 3
    assert all(Path(path).is_relative_to(installed.parent) for path in paths)


def test_the_demo_runs_in_an_empty_folder_without_opa(installed, tmp_path):
    done = subprocess.run(
        [installed / "auditor", "demo", "--strict"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
        env=clean_environment(installed) | {"AUDITOR_TOOLS": str(tmp_path)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "PASS: every gate is met" in done.stdout


def test_the_demo_of_an_incident_says_what_failed(installed, tmp_path):
    done = subprocess.run(
        [installed / "auditor", "demo", "--strict", "--incident", "slow_generation"],
        cwd=tmp_path, capture_output=True, text=True, check=False, env=clean_environment(installed),
    )  # fmt: skip
    assert done.returncode == 1, done.stderr
    assert "FAIL" in done.stdout

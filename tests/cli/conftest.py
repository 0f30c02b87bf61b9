"""The command line as a person or a pipeline runs it, on a small company that is written and collected once."""

from __future__ import annotations

import os
import tempfile
from typing import TYPE_CHECKING

import pytest

from auditor.adapters.signing.keys import generate_key
from auditor.cli.main import run
from auditor.estate import write_estate
from auditor.shell.collect import collect
from console import COLLECTORS, Company, Said

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture(scope="session")
def company(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Company]:
    """Return a function that gives the example with an incident, collected once."""
    made: dict[str, Company] = {}

    def one(incident: str = "") -> Company:
        if incident not in made:
            root = tmp_path_factory.mktemp(incident or "healthy")
            estate = write_estate(root / "estate", incidents=[incident] if incident else [])
            snapshot = collect(estate.config, root / "snapshot", collected_at=estate.collected_at)
            made[incident] = Company(estate.config, snapshot, generate_key(root / "key.pem"))
        return made[incident]

    return one


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Work in an empty folder; see that no temporary file is left behind, however a command ended."""
    scratch, here = tmp_path / "scratch", tmp_path / "here"
    scratch.mkdir()
    here.mkdir()
    for name in [name for name in os.environ if name.startswith("AUDITOR_") and name != "AUDITOR_TOOLS"]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("TMPDIR", str(scratch))
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    monkeypatch.chdir(here)
    yield here
    assert not list(scratch.iterdir())


@pytest.fixture
def auditor(capsys: pytest.CaptureFixture[str]) -> Callable[..., Said]:
    """Run a command in this process."""

    def one(*arguments: object) -> Said:
        capsys.readouterr()
        code = run([str(argument) for argument in arguments])
        said = capsys.readouterr()
        return Said(code, said.out, said.err)

    return one


@pytest.fixture
def from_elsewhere(tmp_path: Path, place: Path) -> dict[str, str]:
    """Install collectors of another distribution and an auditor.toml for each; return the environment to run in."""
    package = tmp_path / "elsewhere"
    info = package / "elsewhere-1.0.dist-info"
    info.mkdir(parents=True)
    (package / "elsewhere.py").write_text(COLLECTORS)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: elsewhere\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        "[auditor.collectors]\nfaulty = elsewhere:Faulty\nwaiting = elsewhere:Waiting\n"
    )
    for kind in ("faulty", "waiting"):
        scope = '[scope]\nsystem = "s"\nenvironment = "e"\nrelease = "r"\n'
        (place / f"{kind}.toml").write_text(f'{scope}[sources.one]\nkind = "{kind}"\n')
    return {**os.environ, "PYTHONPATH": str(package)}

"""``auditor policy build|check|test``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from auditor.cli import complete
from auditor.cli.engine_options import engine_options
from auditor.cli.options import narrate

if TYPE_CHECKING:
    from auditor.shell.engines import EngineChoice

FOLDER = click.argument("folder", type=click.Path(path_type=Path, file_okay=False), required=False)


@click.group("policy")
def command() -> None:
    """Build, check and test policy packs. Needs opa on PATH; evaluating and verifying do not."""


def _folder(folder: Path | None) -> Path:
    from auditor.shipped import policies_dir  # noqa: PLC0415 - lazy

    return folder or policies_dir()


@command.command("build")
@FOLDER
def build(folder: Path | None) -> int:
    """Compile FOLDER (default: the shipped pack) to policy.wasm and lock it."""
    from auditor.adapters.policies import build as pack_build  # noqa: PLC0415 - lazy

    narrate(f"built {pack_build.build(_folder(folder))}")
    return 0


@command.command("check")
@FOLDER
def check(folder: Path | None) -> int:
    """Check sources, METADATA, queries and profiles of FOLDER, and that its module is the one they compile to."""
    from auditor.shell.policy_check import check_pack  # noqa: PLC0415 - lazy

    for said in check_pack(_folder(folder)):
        narrate(said)
    return 0


@command.command("test")
@FOLDER
@click.option(
    "--only",
    multiple=True,
    metavar="CONTROL",
    shell_complete=complete.controls,
    help="Run the cases of this control, or of this family, alone; repeatable.",
)
@engine_options
def test(folder: Path | None, only: tuple[str, ...], engine: EngineChoice) -> int:
    """Run opa test, and every case of every control through DuckDB and the policy engine."""
    from auditor.shell.policy_check import run_cases  # noqa: PLC0415 - lazy

    for said in run_cases(_folder(folder), engine, only):
        click.echo(said)
    return 0

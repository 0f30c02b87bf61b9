"""``auditor unpack``."""

from __future__ import annotations

from pathlib import Path

import click

from auditor.cli.options import narrate


@click.command("unpack")
@click.argument("tar", type=click.Path(path_type=Path))
@click.argument("folder", type=click.Path(path_type=Path))
def command(tar: Path, folder: Path) -> int:
    """Unpack the bundle in TAR to the new FOLDER.

    A tar that is not exactly what `auditor pack` writes of its files is refused. Nothing in it is verified by that.
    """
    from auditor.adapters.bundle.container_reader import unpack_bundle  # noqa: PLC0415 - lazy

    unpack_bundle(tar, folder)
    narrate(f"unpacked and not verified: auditor verify {folder} --key KEY")
    click.echo(folder)
    return 0

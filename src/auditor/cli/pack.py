"""``auditor pack``."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("pack")
@click.argument("bundle", type=click.Path(path_type=Path))
@click.argument("tar", type=click.Path(path_type=Path))
def command(bundle: Path, tar: Path) -> int:
    """Pack the folder BUNDLE into the new file TAR, and print its SHA-256 as sha256sum does.

    One bundle has one tar, byte for byte, whoever packs it and wherever it lies; any tar program reads it. Nothing is
    verified: `auditor verify` takes the tar as it takes the folder.
    """
    from auditor.adapters.bundle.container import pack_bundle  # noqa: PLC0415 - lazy

    click.echo(f"{pack_bundle(bundle, tar).sha256}  {tar}")
    return 0

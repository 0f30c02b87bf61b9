"""``auditor collect``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from auditor.cli.options import CONFIG, NO_COLOR, QUIET, VERBOSE, Instant, narrate, progress_bar

if TYPE_CHECKING:
    from datetime import datetime


@click.command("collect")
@CONFIG
@click.option(
    "--output", type=click.Path(path_type=Path), required=True, help="Folder of the snapshot; must not exist."
)
@click.option("--collected-at", type=Instant(), hidden=True, help="Fixed clock, for examples and tests.")
@NO_COLOR
@QUIET
@VERBOSE
def command(
    config: Path, output: Path, collected_at: datetime | None, *, no_color: bool, quiet: bool, verbose: bool
) -> int:
    """Snapshot the sources of an auditor.toml into Parquet, with coverage."""
    from auditor.shell.clock import utc_now  # noqa: PLC0415 - lazy
    from auditor.shell.collect import collect  # noqa: PLC0415 - lazy

    with progress_bar("collecting", quiet=quiet, verbose=verbose, no_color=no_color) as update:
        path = collect(config, output, collected_at=collected_at or utc_now(), progress=update)
    narrate(f"snapshot: {path}", quiet=quiet)
    return 0

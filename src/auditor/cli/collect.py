"""``auditor collect``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from auditor.cli.options import CONFIG, NO_COLOR, QUIET, VERBOSE, Instant, narrate, progress_bar
from auditor.errors import UsageError

if TYPE_CHECKING:
    from datetime import datetime

FOLDER = click.Path(path_type=Path, file_okay=False)


@click.command("collect")
@CONFIG
@click.option("--output", type=click.Path(path_type=Path), help="Folder of the snapshot; must not exist.")
@click.option("--record", type=FOLDER, help="Folder to keep the answers of services in, to replay them.")
@click.option("--from-recording", type=FOLDER, help="Folder of kept answers: nothing is asked of any service.")
@click.option("--dry-run", is_flag=True, help="Only say what would be asked, with which permissions, for what price.")
@click.option("--collected-at", type=Instant(), hidden=True, help="Fixed clock, for examples and tests.")
@NO_COLOR
@QUIET
@VERBOSE
def command(
    config: Path,
    output: Path | None,
    record: Path | None,
    from_recording: Path | None,
    collected_at: datetime | None,
    *,
    dry_run: bool,
    no_color: bool,
    quiet: bool,
    verbose: bool,
) -> int:
    """Snapshot the sources of an auditor.toml into Parquet, with coverage.

    What services answer is kept beside the snapshot until it is there: a collection that was interrupted goes on where
    it was when the same command is given again.
    """
    from auditor.shell.clock import utc_now  # noqa: PLC0415 - lazy
    from auditor.shell.collect import collect  # noqa: PLC0415 - lazy
    from auditor.shell.recording import Wanted  # noqa: PLC0415 - lazy

    if dry_run:
        from auditor.shell.dry_run import dry_run as plan  # noqa: PLC0415 - lazy

        for line in plan(config):
            click.echo(line)
        return 0
    if output is None:
        raise UsageError("no folder for the snapshot", remedy="give --output")
    if record is not None and from_recording is not None:
        raise UsageError(
            "--record and --from-recording exclude each other", remedy="record first, then replay what was recorded"
        )
    with progress_bar("collecting", quiet=quiet, verbose=verbose, no_color=no_color) as update:
        path = collect(
            config,
            output,
            collected_at=collected_at or utc_now(),
            progress=update,
            clock=None if collected_at else utc_now,
            wanted=Wanted(record, from_recording),
        )
    narrate(f"snapshot: {path}", quiet=quiet)
    return 0

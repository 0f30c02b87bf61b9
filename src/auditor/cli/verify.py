"""``auditor verify``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from auditor.cli.options import NO_COLOR, QUIET, VERBOSE, progress_bar


@click.command("verify")
@click.argument("bundle", type=click.Path(path_type=Path))
@click.option(
    "--key",
    type=click.Path(path_type=Path),
    required=True,
    help="The signer's public key (PEM), from a channel that you trust; never from the bundle.",
)
@click.option("--no-replay", is_flag=True, help="Check signature and digests only; do not decide again.")
@NO_COLOR
@QUIET
@VERBOSE
def command(bundle: Path, key: Path, *, no_replay: bool, no_color: bool, quiet: bool, verbose: bool) -> int:
    """Check that BUNDLE (a folder, or its tar) is authentic, and decide it again from what is in it, offline.

    Exit code: 0 verified, whatever the verdict in it is; 4 refused, with the name of the refusal. Whether a verdict
    lets a release ship is another question than whether it is genuine.
    """
    from auditor.adapters.reports.terminal import print_summary  # noqa: PLC0415 - lazy
    from auditor.core.summary import summarise  # noqa: PLC0415 - lazy
    from auditor.errors import UsageError  # noqa: PLC0415 - lazy
    from auditor.shell.verify import verify  # noqa: PLC0415 - lazy

    try:
        pem = key.read_bytes()
    except OSError as error:
        raise UsageError(
            f"{key}: the public key cannot be read ({error.strerror})", remedy="give it with --key"
        ) from error
    with progress_bar("verifying", quiet=quiet, verbose=verbose, no_color=no_color) as update:
        done = verify(bundle, pem, replay=not no_replay, key_name=str(key), progress=update)
    if quiet:
        return 0
    print_summary(summarise(done.bundle.document, done.words), sys.stdout, color=False if no_color else None)
    predicate = done.bundle.predicate
    click.echo("")
    click.echo(f"VERIFIED   {predicate.bundleId}")
    click.echo(f"signed by  key {done.key_id}, {predicate.timeCreated}")
    click.echo(
        "replay     decided again to the same bytes" if done.replayed else "replay     DECISIONS NOT RE-EXECUTED"
    )
    if done.isolation:
        click.echo(f"contained  {', '.join(done.isolation)}")
    for note in done.notes:
        click.echo(f"note       {note}")
    return 0

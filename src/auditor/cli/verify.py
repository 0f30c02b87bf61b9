"""``auditor verify``."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from auditor.cli.options import NO_COLOR, QUIET, VERBOSE, progress_bar
from auditor.cli.relying_options import TrustChoice, read_file, trust_options
from auditor.errors import UsageError

if TYPE_CHECKING:
    from auditor.shell.reliance import Reliance


@click.command("verify")
@click.argument("bundle", type=click.Path(path_type=Path))
@click.option(
    "--key",
    type=click.Path(path_type=Path),
    help="The signer's public key (PEM), from a channel that you trust; never from the bundle. Or give --trust.",
)
@trust_options
@click.option("--no-replay", is_flag=True, help="Check signature and digests only; do not decide again.")
@NO_COLOR
@QUIET
@VERBOSE
def command(
    bundle: Path, key: Path | None, relying: TrustChoice, *, no_replay: bool, no_color: bool, quiet: bool, verbose: bool
) -> int:
    """Check that BUNDLE (a folder, or its tar) is authentic, and decide it again from what is in it, offline.

    Exit code: 0 verified, whatever the verdict in it is; 4 refused, with the name of the refusal. Whether a verdict
    lets a release ship is another question than whether it is genuine: ask `auditor admit`.
    """
    from auditor.adapters.reports.terminal import print_summary  # noqa: PLC0415 - lazy
    from auditor.core.summary import summarise  # noqa: PLC0415 - lazy
    from auditor.shell.verify import verify_relying  # noqa: PLC0415 - lazy

    with progress_bar("verifying", quiet=quiet, verbose=verbose, no_color=no_color) as update:
        done = verify_relying(bundle, reliance(key, relying), replay=not no_replay, progress=update)
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


def reliance(key: Path | None, relying: TrustChoice) -> Reliance:
    """Return what the command line brings from outside. Raises ``UsageError``, ``VerificationError``."""
    from auditor.shell.reliance import TrustPolicyReliance, pinned_key  # noqa: PLC0415 - lazy

    trust = relying.open()
    if key is not None and trust is None:
        return pinned_key(read_file(key, "--key"), str(key))
    if key is not None or trust is None:
        raise UsageError(
            "a bundle is verified against --key, or against --trust with --trust-owner: give one of the two",
            remedy="give the signer's public key, or your trust policy with its owner's key",
        )
    return TrustPolicyReliance(trust, partial(relying.open_ledger, trust))

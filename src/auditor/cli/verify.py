"""``auditor verify``."""

from __future__ import annotations

import json
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from auditor.cli.options import NO_COLOR, QUIET, VERBOSE, progress_bar
from auditor.cli.relying_options import TrustChoice, read_file, trust_options
from auditor.errors import UsageError, VerificationError

if TYPE_CHECKING:
    from auditor.shell.reliance import Reliance
    from auditor.shell.verify import Verification


@click.command("verify")
@click.argument("bundle", type=click.Path(path_type=Path))
@click.option(
    "--key",
    type=click.Path(path_type=Path),
    help="The signer's public key (PEM), from a channel that you trust; never from the bundle. Or give --trust.",
)
@trust_options
@click.option("--no-replay", is_flag=True, help="Check signature and digests only; do not decide again.")
@click.option(
    "--recompile",
    is_flag=True,
    help="Compile the archived Rego again and compare, with the opa on PATH, which must be of the recorded version.",
)
@click.option("--json", "as_json", is_flag=True, allow_from_autoenv=False, help="One JSON document instead of text.")
@NO_COLOR
@QUIET
@VERBOSE
def command(
    bundle: Path,
    key: Path | None,
    relying: TrustChoice,
    *,
    no_replay: bool,
    recompile: bool,
    as_json: bool,
    no_color: bool,
    quiet: bool,
    verbose: bool,
) -> int:
    """Check that BUNDLE (a folder, or its tar) is authentic, and decide it again from what is in it, offline.

    Exit code: 0 verified, whatever the verdict in it is; 4 refused, with the name of the refusal. Whether a verdict
    lets a release ship is another question than whether it is genuine: ask `auditor admit`.

    With --json a refusal is one document too, on standard output: verified false, code, message.
    """
    from auditor.cli.verify_document import refused_document, verified_document  # noqa: PLC0415 - lazy
    from auditor.shell.verify import verify_relying  # noqa: PLC0415 - lazy

    try:
        brought = reliance(key, relying)
        with progress_bar("verifying", quiet=quiet, verbose=verbose, no_color=no_color) as update:
            done = verify_relying(bundle, brought, replay=not no_replay, recompiled=recompile, progress=update)
    except VerificationError as error:
        if as_json:
            _write(refused_document(error))
        raise
    if as_json:
        _write(verified_document(done, brought))
    elif not quiet:
        _say(done, no_color=no_color)
    return 0


def _write(document: dict[str, Any]) -> None:
    click.echo(json.dumps(document, indent=2))


def _say(done: Verification, *, no_color: bool) -> None:
    from auditor.adapters.reports.terminal import print_summary  # noqa: PLC0415 - lazy
    from auditor.core.summary import summarise  # noqa: PLC0415 - lazy

    print_summary(summarise(done.bundle.document, done.words), sys.stdout, color=False if no_color else None)
    predicate = done.bundle.predicate
    click.echo("")
    click.echo(f"VERIFIED   {predicate.bundleId}")
    click.echo(f"signed by  key {done.key_id}, {predicate.timeCreated}")
    click.echo(f"replay     {done.replay_words}")
    if done.recompiled:
        click.echo(f"compiled   the Rego compiles to the same Wasm, by opa {done.recompiled}")
    if done.isolation:
        click.echo(f"contained  {', '.join(done.isolation)}")
    for note in done.notes:
        click.echo(f"note       {note}")


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

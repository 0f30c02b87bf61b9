"""``auditor verify``."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from auditor.cli.options import NO_COLOR, QUIET, VERBOSE, progress_bar
from auditor.cli.relying_options import PUBLIC_KEY, SignerChoice, TrustChoice, trust_options
from auditor.errors import VerificationError

if TYPE_CHECKING:
    from auditor.shell.verify import Verification


@click.command("verify")
@click.argument("bundle", type=click.Path(path_type=Path))
@PUBLIC_KEY
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
        brought = SignerChoice(key, relying).reliance()
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

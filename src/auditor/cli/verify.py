"""``auditor verify``."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from auditor.cli.key_options import PASSPHRASE_FD, SigningKey, TsaChoice, secret_from, tsa_options
from auditor.cli.options import NO_COLOR, QUIET, VERBOSE, progress_bar
from auditor.cli.outputs import check_new, write_new
from auditor.cli.relying_options import PUBLIC_KEY, SignerChoice, TrustChoice, trust_options
from auditor.errors import UsageError, VerificationError

if TYPE_CHECKING:
    from auditor.adapters.signing.sslib import Signer
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
@click.option(
    "--svr",
    type=click.Path(path_type=Path),
    help="When it is verified, sign so into this new file, as an in-toto Simple Verification Result.",
)
@click.option(
    "--svr-key",
    metavar="REFERENCE",
    help="The verifier's own key, which signs it: a private key file, awskms:ARN, awskms:alias/NAME, a pkcs11: URI.",
)
@PASSPHRASE_FD
@tsa_options
@click.option("--json", "as_json", is_flag=True, allow_from_autoenv=False, help="One JSON document instead of text.")
@NO_COLOR
@QUIET
@VERBOSE
def command(
    bundle: Path,
    key: Path | None,
    relying: TrustChoice,
    svr: Path | None,
    svr_key: str | None,
    passphrase_fd: int | None,
    tsa: TsaChoice,
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

    With --svr the result is signed too, by a key that is not the run's; without --trust it leaves out who may seal.

    With --json a refusal is one document too, on standard output: verified false, code, message.
    """
    from auditor.cli.verify_document import refused_document, verified_document  # noqa: PLC0415 - lazy
    from auditor.shell.verify import verify_relying  # noqa: PLC0415 - lazy

    verifier = _verifier(svr, svr_key, passphrase_fd)
    try:
        brought = SignerChoice(key, relying).reliance()
        with progress_bar("verifying", quiet=quiet, verbose=verbose, no_color=no_color) as update:
            done = verify_relying(bundle, brought, replay=not no_replay, recompiled=recompile, progress=update)
    except VerificationError as error:
        if as_json:
            _write(refused_document(error))
        raise
    if svr is not None and verifier is not None:
        from auditor.shell.clock import utc_now  # noqa: PLC0415 - lazy
        from auditor.shell.verification_result import verification_result  # noqa: PLC0415 - lazy

        write_new(svr, verification_result(done, brought, verifier, utc_now(), tsa.open()), "--svr")
    if as_json:
        _write(verified_document(done, brought))
    elif not quiet:
        _say(done, no_color=no_color)
    return 0


def _verifier(svr: Path | None, key: str | None, passphrase_fd: int | None) -> Signer | None:
    """Return who signs the result; what cannot be written or signed is told before the bundle is verified."""
    if (svr is None) != (key is None):
        raise UsageError("--svr and --svr-key go together", remedy="give the file to write and the key that signs it")
    if svr is None or key is None:
        return None
    check_new(svr, "--svr")
    return SigningKey(key, secret_from(passphrase_fd)).open()


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

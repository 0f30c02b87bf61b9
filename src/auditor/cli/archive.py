"""``auditor archive push|list|audit|restore``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from auditor.cli.exit_codes import ExitCode
from auditor.cli.options import NO_COLOR, QUIET, VERBOSE, narrate, progress_bar
from auditor.cli.relying_options import SignerChoice, signer_options

if TYPE_CHECKING:
    from auditor.shell.archive import Check, Push
    from auditor.shell.archive_audit import Audit

STORE = click.argument("store")
ENDPOINT = click.option("--endpoint", help="Address of an S3 service other than AWS.")
NO_REPLAY = click.option("--no-replay", is_flag=True, help="Check signatures and digests only; do not decide again.")
RETAIN = click.option(
    "--retain",
    "retain",
    multiple=True,
    metavar="CLASS=DAYS",
    help="How long a class of data is kept: attestation, internal, pseudonymised, personal. S3 needs all four.",
)
PLAIN_FILE = click.Path(path_type=Path, dir_okay=False)


@click.group("archive")
def command() -> None:
    """Keep bundles for years, in a directory or in an S3 bucket with Object Lock.

    STORE is a directory, s3://BUCKET or s3://BUCKET/PREFIX; S3 takes region and credentials from the environment, as
    AWS's own tools do.
    """


@command.command("push")
@STORE
@click.argument("bundle", type=click.Path(path_type=Path))
@signer_options
@click.option(
    "--ledger",
    envvar="AUDITOR_LEDGER",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of the ledger: the run's place, its sign-offs and a checkpoint are taken from there.",
)
@click.option("--origin", help="Without --ledger: origin of the ledger that the run is a leaf of.")
@click.option("--sequence", type=click.IntRange(min=0), help="Without --ledger: number of that leaf.")
@click.option("--sign-off", "sign_off", type=PLAIN_FILE, multiple=True, help="A signed statement about the run.")
@click.option("--checkpoint", type=PLAIN_FILE, multiple=True, help="A checkpoint of the ledger.")
@RETAIN
@ENDPOINT
@NO_REPLAY
@NO_COLOR
@QUIET
@VERBOSE
def push(
    store: str,
    bundle: Path,
    *,
    signer: SignerChoice,
    ledger: Path | None,
    origin: str | None,
    sequence: int | None,
    sign_off: tuple[Path, ...],
    checkpoint: tuple[Path, ...],
    retain: tuple[str, ...],
    endpoint: str | None,
    no_replay: bool,
    no_color: bool,
    quiet: bool,
    verbose: bool,
) -> int:
    """Verify BUNDLE (a folder or tar), put it into STORE and read it back.

    What is there already is read and compared, never replaced; so a push that was killed is simply done again, and
    sign-offs that came later are pushed with their bundle. Prints SHA-256 and key of each object.
    """
    from auditor.adapters.archive.references import open_store  # noqa: PLC0415 - lazy
    from auditor.adapters.archive.retention import read_retention  # noqa: PLC0415 - lazy
    from auditor.shell.archive import push as push_bundle  # noqa: PLC0415 - lazy
    from auditor.shell.clock import utc_now  # noqa: PLC0415 - lazy

    request = _request(bundle, ledger, origin, sequence)
    more = (*request.sign_offs, *sign_off), (*request.checkpoints, *checkpoint)
    request = request._replace(sign_offs=more[0], checkpoints=more[1])
    with progress_bar("archiving", quiet=quiet, verbose=verbose, no_color=no_color) as update:
        done = push_bundle(
            open_store(store, endpoint),
            request,
            _check(signer, replay=not no_replay),
            read_retention(retain),
            utc_now(),
            update,
        )
    for one in done:
        click.echo(f"{one.sha256}  {one.key}")
        if one.until is None:
            narrate(f"{one.key}: this store cannot forbid its deletion", quiet=quiet)
    return 0


@command.command("list")
@STORE
@click.argument("prefix", default="")
@ENDPOINT
def list_(store: str, prefix: str, endpoint: str | None) -> int:
    """List every version in STORE whose key begins with PREFIX: key, bytes, instant, state, retention, version."""
    from auditor.adapters.archive.references import open_store  # noqa: PLC0415 - lazy
    from auditor.model import isoformat  # noqa: PLC0415 - lazy

    opened = open_store(store, endpoint)
    opened.check()
    for one in opened.versions(prefix):
        kept = None if one.deleted else opened.retention(one)
        state = "deleted" if one.deleted else "current" if one.latest else "older"
        until = f"{kept.mode}:{isoformat(kept.until)}" if kept else "-"
        modified = isoformat(one.modified.replace(microsecond=0))
        click.echo("\t".join([one.key, str(one.size), modified, state, until, one.version or "-"]))
    return 0


@command.command("audit")
@STORE
@signer_options
@click.option(
    "--ledger",
    type=click.Path(path_type=Path, file_okay=False),
    multiple=True,
    help="Folder of a ledger: every run and statement in it must be in STORE. May be repeated.",
)
@RETAIN
@ENDPOINT
@NO_REPLAY
@NO_COLOR
@QUIET
@VERBOSE
def audit(
    store: str,
    *,
    signer: SignerChoice,
    ledger: tuple[Path, ...],
    retain: tuple[str, ...],
    endpoint: str | None,
    no_replay: bool,
    no_color: bool,
    quiet: bool,
    verbose: bool,
) -> int:
    """Look at every version of everything in STORE; verify each bundle; report what is wrong, and go on.

    Exit code: 0 nothing is wrong, 3 there is nothing to look at, 4 something is wrong, 5 the only trouble is that
    something could not be read.
    """
    from auditor.adapters.archive.references import open_store  # noqa: PLC0415 - lazy
    from auditor.adapters.archive.retention import read_retention  # noqa: PLC0415 - lazy
    from auditor.adapters.ledger.reader import read_ledger  # noqa: PLC0415 - lazy
    from auditor.shell.archive_audit import audit as audit_archive  # noqa: PLC0415 - lazy

    opened = open_store(store, endpoint)
    filed = {view.origin: view.leaves for view in map(read_ledger, ledger)}
    with progress_bar("auditing", quiet=quiet, verbose=verbose, no_color=no_color) as update:
        done = audit_archive(
            opened, _check(signer, replay=not no_replay), read_retention(retain), filed or None, progress=update
        )
    for one in done.problems:
        click.echo("\t".join([one.kind, one.key, one.version or "-", one.message]))
    counts = ", ".join(f"{count} {kind}(s)" for kind, count in done.sound.items())
    narrate(f"{done.looked_at} version(s) looked at; sound: {counts}; {len(done.problems)} problem(s)", quiet=quiet)
    if not filed:
        narrate("no ledger was compared (--ledger), so what is missing is not told", quiet=quiet)
    if not opened.locks:
        narrate("this store cannot forbid deletion, so no retention was checked", quiet=quiet)
    return _exit_code(done)


@command.command("restore")
@STORE
@click.argument("object_key", metavar="OBJECT")
@click.argument("folder", type=click.Path(path_type=Path))
@signer_options
@ENDPOINT
@NO_REPLAY
@NO_COLOR
@QUIET
@VERBOSE
def restore(
    store: str,
    object_key: str,
    folder: Path,
    *,
    signer: SignerChoice,
    endpoint: str | None,
    no_replay: bool,
    no_color: bool,
    quiet: bool,
    verbose: bool,
) -> int:
    """Verify the bundle under the key OBJECT and unpack it to the new FOLDER; its sign-offs go to FOLDER.sign-offs."""
    from auditor.adapters.archive.references import open_store  # noqa: PLC0415 - lazy
    from auditor.shell.archive import restore as restore_bundle  # noqa: PLC0415 - lazy

    opened = open_store(store, endpoint)
    opened.check()
    with progress_bar("restoring", quiet=quiet, verbose=verbose, no_color=no_color) as update:
        checked, sign_offs = restore_bundle(opened, object_key, folder, _check(signer, replay=not no_replay), update)
    narrate(f"verified {checked.predicate.bundleId}; whose the sign-offs are was not judged", quiet=quiet)
    for path in (folder, *sign_offs):
        click.echo(path)
    return 0


def _request(bundle: Path, ledger: Path | None, origin: str | None, sequence: int | None) -> Push:
    """Return what to archive, by the ledger or by what was given. Raises ``UsageError``."""
    from auditor.errors import UsageError  # noqa: PLC0415 - lazy
    from auditor.shell.archive import Push  # noqa: PLC0415 - lazy
    from auditor.shell.archive_ledger import push_of, statement_of  # noqa: PLC0415 - lazy

    if origin is not None and sequence is not None:
        return Push(bundle, origin, sequence)
    if ledger is None or origin is not None or sequence is not None:
        raise UsageError(
            "where the run is filed is not said", remedy="give --ledger, or --origin and --sequence together"
        )
    return push_of(bundle, statement_of(bundle), ledger)


def _check(signer: SignerChoice, *, replay: bool) -> Check:
    """Return what verifies a tar on what the command line brings. Raises ``UsageError``, ``VerificationError``."""
    from auditor.shell.verify import verify_relying  # noqa: PLC0415 - lazy

    signer.reliance()  # told before the work
    return lambda tar: verify_relying(tar, signer.reliance(), replay=replay).bundle


def _exit_code(done: Audit) -> ExitCode:
    if any(one.kind != "unreadable" for one in done.problems):
        return ExitCode.TAMPERED
    if done.problems:
        return ExitCode.PART_FAILED
    return ExitCode.PASS if done.looked_at else ExitCode.INCONCLUSIVE

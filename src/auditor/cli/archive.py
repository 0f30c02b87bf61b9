"""``auditor archive push|list|audit|restore``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from auditor.cli.exit_codes import ExitCode
from auditor.cli.options import NO_COLOR, QUIET, VERBOSE, narrate, progress_bar

if TYPE_CHECKING:
    from auditor.shell.archive import Check
    from auditor.shell.archive_audit import Audit

STORE = click.argument("store")
ENDPOINT = click.option("--endpoint", help="Address of an S3 service other than AWS.")
KEY = click.option(
    "--key",
    type=click.Path(path_type=Path),
    required=True,
    help="The signer's public key (PEM), from a channel that you trust; never from the bundle.",
)
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

    STORE is a directory, s3://BUCKET or s3://BUCKET/PREFIX; S3 needs auditor[s3] and takes region and credentials from
    the environment, as AWS's own tools do.
    """


@command.command("push")
@STORE
@click.argument("bundle", type=click.Path(path_type=Path))
@KEY
@click.option("--ledger", required=True, help="Origin of the ledger that the run is a leaf of.")
@click.option("--sequence", type=click.IntRange(min=0), required=True, help="Number of that leaf.")
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
    key: Path,
    ledger: str,
    sequence: int,
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
    from auditor.shell.archive import Push  # noqa: PLC0415 - lazy
    from auditor.shell.archive import push as push_bundle  # noqa: PLC0415 - lazy
    from auditor.shell.clock import utc_now  # noqa: PLC0415 - lazy

    request = Push(bundle, ledger, sequence, sign_off, checkpoint)
    with progress_bar("archiving", quiet=quiet, verbose=verbose, no_color=no_color) as update:
        done = push_bundle(
            open_store(store, endpoint),
            request,
            _check(key, replay=not no_replay),
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
@KEY
@RETAIN
@ENDPOINT
@NO_REPLAY
@NO_COLOR
@QUIET
@VERBOSE
def audit(
    store: str,
    *,
    key: Path,
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
    from auditor.shell.archive_audit import audit as audit_archive  # noqa: PLC0415 - lazy

    opened = open_store(store, endpoint)
    with progress_bar("auditing", quiet=quiet, verbose=verbose, no_color=no_color) as update:
        done = audit_archive(opened, _check(key, replay=not no_replay), read_retention(retain), progress=update)
    for one in done.problems:
        click.echo("\t".join([one.kind, one.key, one.version or "-", one.message]))
    counts = ", ".join(f"{count} {kind}(s)" for kind, count in done.sound.items())
    narrate(f"{done.looked_at} version(s) looked at; sound: {counts}; {len(done.problems)} problem(s)", quiet=quiet)
    narrate("no ledger was compared, so what is missing is not told", quiet=quiet)
    if not opened.locks:
        narrate("this store cannot forbid deletion, so no retention was checked", quiet=quiet)
    return _exit_code(done)


@command.command("restore")
@STORE
@click.argument("object_key", metavar="OBJECT")
@click.argument("folder", type=click.Path(path_type=Path))
@KEY
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
    key: Path,
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
        checked, sign_offs = restore_bundle(opened, object_key, folder, _check(key, replay=not no_replay), update)
    narrate(f"verified {checked.predicate.bundleId}; whose the sign-offs are was not judged", quiet=quiet)
    for path in (folder, *sign_offs):
        click.echo(path)
    return 0


def _check(key: Path, *, replay: bool) -> Check:
    """Return what verifies a tar against the key in a file."""
    from auditor.errors import UsageError  # noqa: PLC0415 - lazy
    from auditor.shell.verify import verify  # noqa: PLC0415 - lazy

    try:
        pem = key.read_bytes()
    except OSError as error:
        raise UsageError(
            f"{key}: the public key cannot be read ({error.strerror})", remedy="give it with --key"
        ) from error
    return lambda tar: verify(tar, pem, replay=replay, key_name=str(key)).bundle


def _exit_code(done: Audit) -> ExitCode:
    if any(one.kind != "unreadable" for one in done.problems):
        return ExitCode.TAMPERED
    if done.problems:
        return ExitCode.PART_FAILED
    return ExitCode.PASS if done.looked_at else ExitCode.INCONCLUSIVE

"""``auditor serve``."""

from __future__ import annotations

import ipaddress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from auditor.cli.options import NO_COLOR, QUIET, VERBOSE, narrate, progress_bar
from auditor.cli.relying_options import PUBLIC_KEY, SignerChoice, TrustChoice, trust_options
from auditor.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from auditor.shell.reliance import Reliance

LOOPBACK_NAMES = ("localhost", "127.0.0.1", "[::1]")


@click.command("serve")
@click.argument("archive", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=8400, show_default=True, help="0: any that is free.")
@click.option(
    "--allow-network",
    is_flag=True,
    help="Let --host be reached from other machines. There is no login: whoever reaches it reads the archive.",
)
@click.option(
    "--name",
    multiple=True,
    metavar="HOST[:PORT]",
    help="With --allow-network: what browsers call this server; another name is not answered. May be repeated.",
)
@PUBLIC_KEY
@trust_options
@NO_COLOR
@QUIET
@VERBOSE
def command(
    archive: Path,
    host: str,
    port: int,
    name: tuple[str, ...],
    key: Path | None,
    relying: TrustChoice,
    *,
    allow_network: bool,
    no_color: bool,
    quiet: bool,
    verbose: bool,
) -> int:
    """Browse the bundles in the folder ARCHIVE, until it is stopped (Ctrl-C).

    Bundles are folders or tars, as `auditor evaluate` and `auditor archive` leave them. They are read, never changed.
    With --key or --trust a page verifies a bundle when it is asked; what is listed is what bundles claim.
    """
    try:
        import flask  # noqa: F401, PLC0415 - only told when it is missing
        import waitress  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise UsageError(
            f"{error.name} is not installed, which `auditor serve` needs", remedy="pip install 'auditor[serve]'"
        ) from error
    from auditor.serve.app import Settings, make_app  # noqa: PLC0415 - an extra
    from auditor.serve.listing import Archive  # noqa: PLC0415 - an extra

    local = _refuse_network(host, allowed=allow_network)
    brought = _reliance(key, relying)
    bundles = Archive(archive)
    try:
        with progress_bar("reading the archive", quiet=quiet, verbose=verbose, no_color=no_color) as update:
            found = bundles.runs(update)
    except OSError as error:
        raise UsageError(f"{archive}: cannot be read ({error.strerror})", remedy="name a folder of bundles") from error
    hosts: set[str] = {one.lower() for one in name}
    app = make_app(Settings(bundles, hosts if local or name else None, brought))
    try:
        server = waitress.create_server(app, host=host, port=port, threads=4, ident=None, max_request_body_size=0)
    except OSError as error:
        raise UsageError(
            f"{host}:{port}: cannot be listened on ({error.strerror})", remedy="give another --port"
        ) from error
    bound = server.effective_port
    if local:
        hosts.update(one if bound == 80 else f"{one}:{bound}" for one in LOOPBACK_NAMES)  # noqa: PLR2004 - HTTP's own
    else:
        click.echo(f"warning: whoever reaches {host}:{bound} reads this archive; there is no login", err=True)
    narrate(f"{len(found)} bundles; read-only; stop with Ctrl-C", quiet=quiet)
    click.echo(f"http://{f'[{host}]' if ':' in host else host}:{bound}/")
    try:
        server.run()
    finally:
        server.close()
    return 0


def _reliance(key: Path | None, relying: TrustChoice) -> Callable[[], Reliance] | None:
    """Return how to open what bundles are verified against, tried once; None when nothing was given."""
    if key is None and relying.open() is None:
        return None
    choice = SignerChoice(key, relying)
    choice.reliance()
    return choice.reliance


def _refuse_network(host: str, *, allowed: bool) -> bool:
    """Say whether ``host`` is this machine alone; refuse another without --allow-network."""
    try:
        local = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError as error:
        raise UsageError(f"--host {host}: no address", remedy="give an IP address, or localhost") from error
    if not local and not allowed:
        raise UsageError(
            f"--host {host}: other machines could read the archive, and there is no login",
            remedy="leave --host out, or add --allow-network behind a proxy that asks who it is",
        )
    return local

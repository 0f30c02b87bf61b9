"""``auditor keygen``."""

from __future__ import annotations

from pathlib import Path

import click

from auditor.cli.key_options import PASSPHRASE_FD, secret_from
from auditor.cli.options import narrate


@click.command("keygen")
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    default=Path("auditor-key.pem"),
    show_default=True,
    help="Private key, PEM.",
)
@click.option(
    "--scheme", type=click.Choice(["ed25519", "ecdsa-p256"]), default="ed25519", show_default=True, help="Kind of key."
)
@click.option("--passphrase", is_flag=True, help="Lock the private key by a passphrase, which you are asked for.")
@PASSPHRASE_FD
def command(output: Path, scheme: str, *, passphrase: bool, passphrase_fd: int | None) -> int:
    """Make a development signing key: OUTPUT (mode 0600) and its public key beside it (.pub).

    A run that this key signs says that it was signed by a development key.
    """
    from auditor.adapters.signing.keys import generate_key  # noqa: PLC0415 - lazy

    locked = passphrase or passphrase_fd is not None
    key = generate_key(output, scheme, passphrase=secret_from(passphrase_fd, new=True) if locked else None)
    narrate("development key; keep the private half out of version control and backups that others read")
    click.echo(f"private key: {output}")
    click.echo(f"public key:  {key.public_path}")
    click.echo(f"key id:      {key.key_id}")
    return 0

"""``auditor key``: what a key is, without signing anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from auditor.cli.key_options import PASSPHRASE_FD, SigningKey, secret_from

if TYPE_CHECKING:
    from auditor.adapters.signing.sslib import Key


@click.group("key")
def command() -> None:
    """Look at keys."""


@command.command("show")
@click.argument("reference")
@PASSPHRASE_FD
def show(reference: str, passphrase_fd: int | None) -> int:
    """Show the id, scheme and public half of the key that REFERENCE names.

    REFERENCE is a key file, private or public (PEM), awskms:ARN, awskms:alias/NAME, or a pkcs11: URI. The public half
    is what others need to verify, and what a trust policy pins.
    """
    from auditor.adapters.signing.keys import scheme_of, spki_pem  # noqa: PLC0415 - lazy

    key = _public_file(reference) or SigningKey(reference, secret_from(passphrase_fd)).open().public_key
    click.echo(f"key id:  {key.keyid}")
    click.echo(f"scheme:  {scheme_of(key)}")
    click.echo(f"where:   {reference}")
    click.echo(spki_pem(key), nl=False)
    return 0


def _public_file(reference: str) -> Key | None:
    """Return the key of a file that holds a public one; anything else is for ``open_signer`` to name its faults."""
    from auditor.adapters.signing.keys import load_public_key  # noqa: PLC0415 - lazy
    from auditor.adapters.signing.signers import parse_reference  # noqa: PLC0415 - lazy

    path = parse_reference(reference).path
    if path is None or not path.is_file():
        return None
    content = path.read_bytes()
    return load_public_key(content, str(path)) if b"-----BEGIN PUBLIC KEY-----" in content else None

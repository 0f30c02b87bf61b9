"""Options that the commands of a ledger share."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from auditor.cli.key_options import SigningKey, secret_from

if TYPE_CHECKING:
    from collections.abc import Callable

LEDGER = click.argument("ledger", type=click.Path(path_type=Path, file_okay=False))
ORIGIN = click.option("--origin", required=True, help="Name of the ledger, as in audit.example/payments/production.")
PUBLIC_KEY = click.option(
    "--ledger-key",
    type=click.Path(path_type=Path),
    required=True,
    help="The ledger's public key (PEM), from a channel that you trust; never from the ledger.",
)
PRIVATE_KEY = click.option(
    "--ledger-key",
    required=True,
    metavar="REFERENCE",
    help="Ed25519 key that signs the ledger's checkpoints: a private key file (PEM), awskms:ARN, or a pkcs11: URI.",
)
LEDGER_PASSPHRASE_FD = click.option(
    "--ledger-passphrase-fd",
    type=click.IntRange(min=0),
    metavar="N",
    help="Read that key's passphrase or PIN from file descriptor N.",
)
ANCHOR = click.option(
    "--anchor",
    type=click.Path(path_type=Path),
    help="A checkpoint of the ledger that was kept elsewhere: without one, a cut tail does not show.",
)
WITNESS_THRESHOLD = click.option(
    "--witnesses", type=click.IntRange(min=0), default=0, show_default=True, help="How many of them must have cosigned."
)


def ledger_signer(command: Callable[..., int]) -> Callable[..., int]:
    """Add ``--ledger-key`` and its passphrase to ``command``, which gets them as ``ledger_key``, a ``SigningKey``."""

    @functools.wraps(command)
    def with_key(*arguments: Any, ledger_key: str, ledger_passphrase_fd: int | None, **others: Any) -> int:
        return command(*arguments, ledger_key=SigningKey(ledger_key, secret_from(ledger_passphrase_fd)), **others)

    return PRIVATE_KEY(LEDGER_PASSPHRASE_FD(with_key))


class NamedKey(click.ParamType[tuple[str, Path]]):
    """``NAME=PATH``: the name of a witness and the file of its public key."""

    name = "name=path"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, Path]:
        """Return (name, path)."""
        if isinstance(value, tuple):
            return value
        name, equals, path = value.partition("=")
        if not name or not equals or not path:
            self.fail(f"{value!r} is no witness; expected NAME=PATH, as in witness.example/a=a.pub", param, ctx)
        return name, Path(path)


WITNESSES = click.option(
    "--witness", type=NamedKey(), multiple=True, help="A witness that you trust, and its public key (PEM)."
)

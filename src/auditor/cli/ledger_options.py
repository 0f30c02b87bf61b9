"""Options that the commands of a ledger share."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

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
    type=click.Path(path_type=Path),
    required=True,
    help="Private key that signs the ledger's checkpoints; Ed25519.",
)
ANCHOR = click.option(
    "--anchor",
    type=click.Path(path_type=Path),
    help="A checkpoint of the ledger that was kept elsewhere: without one, a cut tail does not show.",
)
WITNESS_THRESHOLD = click.option(
    "--witnesses", type=click.IntRange(min=0), default=0, show_default=True, help="How many of them must have cosigned."
)


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

"""Options by which a command gets a signing key and a time-stamp authority.

Rules kept here: a passphrase or PIN comes from a terminal, an open descriptor (``--passphrase-fd``) or a file that the
environment names, never from an argument; it is asked when it is needed, and once in a command.
"""

from __future__ import annotations

import functools
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from auditor.cli.options import narrate

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from auditor.adapters.signing.passphrases import Secret
    from auditor.adapters.signing.sslib import Signer
    from auditor.adapters.signing.timestamps import Authority, Timestamper

SECRET_IN = "AUDITOR_PASSPHRASE_FILE"  # noqa: S105 - its name
DEFAULT_KEY = "auditor-key.pem"
TSA_TIMEOUT_S = 30.0

PASSPHRASE_FD = click.option(
    "--passphrase-fd",
    type=click.IntRange(min=0),
    metavar="N",
    help=f"Read the key's passphrase or PIN from file descriptor N; else from the file that ${SECRET_IN} names,"
    " or you are asked.",
)
KEY = click.option(
    "--key",
    default=DEFAULT_KEY,
    show_default=True,
    metavar="REFERENCE",
    help="Key that signs: a private key file (PEM), awskms:ARN, awskms:alias/NAME, or a pkcs11: URI.",
)
TSA = (
    click.option("--tsa", metavar="URL", help="Time-stamp authority (RFC 3161) that says when it was signed."),
    click.option(
        "--tsa-timeout",
        type=click.FloatRange(min=0, min_open=True, max=3600),
        default=TSA_TIMEOUT_S,
        show_default=True,
        metavar="SECONDS",
        help="For the answer of the time-stamp authority.",
    ),
)


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A key that was named on the command line, and the secret that it may need."""

    reference: str
    secret: Secret

    def open(self) -> Signer:
        """Return its signer; what ``signers.open_signer`` raises, this raises."""
        from auditor.adapters.signing.signers import open_signer, parse_reference  # noqa: PLC0415 - lazy

        path = parse_reference(self.reference).path
        signer = open_signer(self.reference, self.secret)
        _warn_of_readers(path)
        return signer


@dataclass(frozen=True, slots=True)
class TsaChoice:
    """The time-stamp authority that was named on the command line, if one was."""

    url: str | None
    timeout_s: float

    def open(self, authorities: Sequence[Authority] = ()) -> Timestamper | None:
        """Return its timestamper, which takes only what ``authorities`` vouch for, if any are given."""
        from auditor.adapters.signing.tsa_client import http_timestamper  # noqa: PLC0415 - lazy

        return None if self.url is None else http_timestamper(self.url, self.timeout_s, authorities)


def key_options(command: Callable[..., int]) -> Callable[..., int]:
    """Add ``--key`` and ``--passphrase-fd`` to ``command``, which gets them as ``key``, a ``SigningKey``."""

    @functools.wraps(command)
    def with_key(*arguments: Any, key: str, passphrase_fd: int | None, **others: Any) -> int:
        return command(*arguments, key=SigningKey(key, secret_from(passphrase_fd)), **others)

    return KEY(PASSPHRASE_FD(with_key))


def tsa_options(command: Callable[..., int]) -> Callable[..., int]:
    """Add ``--tsa`` and ``--tsa-timeout`` to ``command``, which gets them as ``tsa``, a ``TsaChoice``."""

    @functools.wraps(command)
    def with_tsa(*arguments: Any, tsa: str | None, tsa_timeout: float, **others: Any) -> int:
        return command(*arguments, tsa=TsaChoice(tsa, tsa_timeout), **others)

    return functools.reduce(lambda wrapped, option: option(wrapped), reversed(TSA), with_tsa)


def secret_from(passphrase_fd: int | None, *, new: bool = False) -> Secret:
    """Return the secret of a key, which is read or asked for when it is needed; ``new`` asks twice."""
    from auditor.adapters.signing.passphrases import Secret, from_descriptor, from_file  # noqa: PLC0415 - lazy

    def read() -> bytes:
        if passphrase_fd is not None:
            return from_descriptor(passphrase_fd)
        if os.environ.get(SECRET_IN):
            path = Path(os.environ[SECRET_IN])
            secret = from_file(path)
            _warn_of_readers(path)
            return secret
        return _prompt(new=new)

    return Secret(read)


def _prompt(*, new: bool) -> bytes:
    from auditor.errors import UsageError  # noqa: PLC0415 - lazy

    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise UsageError(
            "the key needs its passphrase or PIN, and there is no terminal to ask on",
            remedy=f"give it through --passphrase-fd N or in a file that {SECRET_IN} names",
        )
    what = "New passphrase" if new else "Passphrase or PIN of the signing key"
    answer: str = click.prompt(what, hide_input=True, confirmation_prompt=new, err=True)
    return answer.encode()


def _warn_of_readers(path: Path | None) -> None:
    """Say when others may read a file that holds a secret."""
    from auditor.adapters.signing.keys import others_may_read  # noqa: PLC0415 - lazy

    if path is not None and path.is_file() and others_may_read(path):
        narrate(f"{path}: others may read this secret; chmod 600 {path}")

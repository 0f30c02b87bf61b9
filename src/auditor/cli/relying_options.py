"""Options by which a command relies on a trust policy and a ledger, from outside whatever it judges."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from auditor.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from auditor.adapters.trust.reader import LoadedTrust
    from auditor.shell.reliance import CheckedLedger, Reliance

PUBLIC_KEY = click.option(
    "--key",
    type=click.Path(path_type=Path),
    help="The signer's public key (PEM), from a channel that you trust; never from the bundle. Or give --trust.",
)
TRUST = (
    click.option(
        "--trust",
        envvar="AUDITOR_TRUST",
        type=click.Path(path_type=Path),
        help="Trust policy: who may sign what, what is approved.",
    ),
    click.option(
        "--trust-owner",
        envvar="AUDITOR_TRUST_OWNER",
        type=click.Path(path_type=Path),
        help="Public key (PEM) of the trust policy's owner, from a channel that you trust.",
    ),
    click.option(
        "--trust-version",
        envvar="AUDITOR_TRUST_VERSION",
        type=click.IntRange(min=1),
        default=1,
        metavar="N",
        help="Refuse a trust policy older than version N: for a machine that remembers none.",
    ),
)
LEDGER = click.option(
    "--ledger",
    envvar="AUDITOR_LEDGER",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of the ledger of the environment, or a copy of it.",
)
ANCHOR = click.option(
    "--anchor",
    type=click.Path(path_type=Path),
    help="A checkpoint of the ledger that was kept elsewhere: against it a ledger that was cut or forked shows.",
)
LEDGER_KEY = click.option(
    "--ledger-key",
    envvar="AUDITOR_LEDGER_KEY",
    metavar="REFERENCE",
    help="Private key that signs the ledger's checkpoints: a file (PEM), or a pkcs11: URI. Ed25519.",
)


@dataclass(frozen=True, slots=True)
class TrustChoice:
    """The trust policy and the ledger that were named on the command line, if any."""

    trust: Path | None
    owner: Path | None
    ledger: Path | None
    anchor: Path | None = None
    least_version: int = 1

    def open(self) -> LoadedTrust | None:
        """Return the trust policy, checked against its owner's key; None where none was named.

        Raises:
            UsageError: one of the options is there without the other, or a file cannot be read.
            VerificationError: the policy is refused.
        """
        from auditor.shell.clock import utc_now  # noqa: PLC0415 - lazy
        from auditor.shell.trust import load_trust  # noqa: PLC0415 - lazy

        if (self.trust is None) != (self.owner is None):
            raise UsageError(
                "--trust and --trust-owner go together: a policy counts as far as its owner's key is known",
                remedy="give both, the owner's key from a channel that you trust",
            )
        if self.trust is None or self.owner is None:
            if self.ledger is not None:
                raise UsageError("--ledger needs --trust, which says whose ledger it must be")
            return None
        return load_trust(
            self.trust, read_file(self.owner, "--trust-owner"), now=utc_now(), least_version=self.least_version
        )

    def open_ledger(self, trust: LoadedTrust, environment: str) -> CheckedLedger | None:
        """Return the ledger of ``environment``, verified; None where none was named. Raises as ``open``."""
        from auditor.shell.reliance import check_ledger_of  # noqa: PLC0415 - lazy

        if self.ledger is None:
            return None
        anchor = None if self.anchor is None else read_file(self.anchor, "--anchor")
        return check_ledger_of(trust, environment, self.ledger, anchor)


@dataclass(frozen=True, slots=True)
class SignerChoice:
    """Against what a bundle is verified: the signer's public key, or a trust policy."""

    key: Path | None
    relying: TrustChoice

    def reliance(self) -> Reliance:
        """Return what the command line brings from outside. Raises ``UsageError``, ``VerificationError``."""
        from auditor.shell.reliance import TrustPolicyReliance, pinned_key  # noqa: PLC0415 - lazy

        trust = self.relying.open()
        if self.key is not None and trust is None:
            return pinned_key(read_file(self.key, "--key"), str(self.key))
        if self.key is not None or trust is None:
            raise UsageError(
                "a bundle is verified against --key, or against --trust with --trust-owner: give one of the two",
                remedy="give the signer's public key, or your trust policy with its owner's key",
            )
        return TrustPolicyReliance(trust, partial(self.relying.open_ledger, trust))


def signer_options(command: Callable[..., int]) -> Callable[..., int]:
    """Add ``--key`` and the options of a trust policy to ``command``, which gets them as ``signer``."""

    @functools.wraps(command)
    def with_signer(
        *arguments: Any,
        key: Path | None,
        trust: Path | None,
        trust_owner: Path | None,
        trust_version: int,
        **others: Any,
    ) -> int:
        relying = TrustChoice(trust, trust_owner, None, least_version=trust_version)
        return command(*arguments, signer=SignerChoice(key, relying), **others)

    return functools.reduce(lambda wrapped, option: option(wrapped), reversed((PUBLIC_KEY, *TRUST)), with_signer)


def trust_options(command: Callable[..., int]) -> Callable[..., int]:
    """Add the options of a trust policy, ``--ledger`` and ``--anchor``; ``command`` gets them as ``relying``."""

    @functools.wraps(command)
    def with_trust(
        *arguments: Any,
        trust: Path | None,
        trust_owner: Path | None,
        trust_version: int,
        ledger: Path | None,
        anchor: Path | None,
        **others: Any,
    ) -> int:
        relying = TrustChoice(trust, trust_owner, ledger, anchor, trust_version)
        return command(*arguments, relying=relying, **others)

    return functools.reduce(lambda wrapped, option: option(wrapped), reversed((*TRUST, LEDGER, ANCHOR)), with_trust)


def read_file(path: Path, option: str) -> bytes:
    """Return the content of a file that an option names. Raises ``UsageError``."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"{option} {path}: cannot be read ({error.strerror})", remedy="name the right file") from error

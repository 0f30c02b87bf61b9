"""Arguments and options that the ``trust`` commands share, and how each change is made."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from auditor.cli.key_options import key_options
from auditor.cli.options import Instant

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from auditor.adapters.trust.reader import LoadedTrust
    from auditor.cli.key_options import SigningKey
    from auditor.core.trust import TrustPolicy

FILE = click.argument("file", type=click.Path(path_type=Path))
KEY_ID = click.argument("key_id")
OWNER = click.option(
    "--owner",
    type=click.Path(path_type=Path),
    required=True,
    help="Public key (PEM) of the policy's owner, from a channel that you trust.",
)
PINNED = click.option(
    "--owner", type=click.Path(path_type=Path), help="Public key that is pinned to read FILE; default: your own."
)
NOT_BEFORE = click.option("--not-before", type=Instant(), help="From when it holds; default: now. Never the past.")
NOT_AFTER = click.option("--not-after", type=Instant(), help="Until when it holds; default: until it is ended.")
ENVIRONMENT = click.option("--environment", required=True, metavar="NAME", help="Environment of the policy.")
GATE = click.option("--gate", required=True, metavar="NAME", help="Gate of that environment.")


def changes(command: Callable[..., int]) -> Callable[..., int]:
    """Add FILE, the owner's signing key and ``--owner`` to a command that makes the next version."""
    return FILE(key_options(PINNED(command)))


def read_bytes(path: Path, what: str) -> bytes:
    """Return the content of a file that a person named. Raises ``UsageError``."""
    from auditor.errors import UsageError  # noqa: PLC0415 - lazy

    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path}: {what} cannot be read ({error.strerror})", remedy="name the right file") from error


def predicate_type(name: str) -> str:
    """Return the predicate type of a short name; a whole one that is known stays as it is."""
    from auditor.core.people import MODELS  # noqa: PLC0415 - lazy
    from auditor.core.trust import MACHINE_PREDICATES, TRUST_PREDICATE  # noqa: PLC0415 - lazy

    known = {one.split("/")[-2]: one for one in sorted((*MACHINE_PREDICATES, *MODELS, TRUST_PREDICATE))}
    if name not in known and name not in known.values():
        raise click.BadParameter(f"{name!r} is no kind of statement; expected {', '.join(sorted(known))}")
    return known.get(name, name)


def now() -> datetime:
    """Return the present instant."""
    from auditor.shell.clock import utc_now  # noqa: PLC0415 - lazy

    return utc_now()


def make(file: Path, key: SigningKey, owner: Path | None, change: Callable[[TrustPolicy, LoadedTrust], Any]) -> int:
    """Write the next version of ``file`` and say which it is."""
    from auditor.shell.trust_changes import change_trust  # noqa: PLC0415 - lazy

    pinned = None if owner is None else read_bytes(owner, "the owner's public key")
    say(file, change_trust(file, key.open(), change, at=now(), owner=pinned))
    return 0


def say(file: Path, trust: LoadedTrust) -> None:
    """Say which version a file now is."""
    click.echo(f"{file}: trust policy {trust.policy.id}, version {trust.policy.version}")
    click.echo(f"digest: {trust.digest}")


def start_of(policy: TrustPolicy, not_before: datetime | None) -> datetime:
    """Return when something that is added begins: as said, else with the version that adds it."""
    from auditor.core.trust import instant  # noqa: PLC0415 - lazy

    return not_before or instant(policy.validFrom)

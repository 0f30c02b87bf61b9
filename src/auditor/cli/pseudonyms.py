"""``auditor pseudonyms init|list|export|erase``."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from auditor.cli.options import narrate

VAULT = click.option(
    "--vault",
    type=click.Path(path_type=Path),
    default=Path("auditor-vault.db"),
    show_default=True,
    help="The vault, outside every snapshot and bundle.",
)
KEY = click.option(
    "--key",
    type=click.Path(path_type=Path),
    default=Path("auditor-vault.key"),
    show_default=True,
    help="The vault's key, mode 0600, kept elsewhere than its backups.",
)


@click.group("pseudonyms")
def command() -> None:
    """Keep the pseudonyms of persons, tell what is held on one, and erase one.

    An identifier is read from standard input, never from an argument: arguments are in the history of a shell and in
    the list of processes.
    """


@command.command("init")
@VAULT
@KEY
def init(vault: Path, key: Path) -> int:
    """Make an empty vault and its key; name both in [vault] of auditor.toml."""
    from auditor.adapters.vault.keys import make_key  # noqa: PLC0415 - lazy
    from auditor.adapters.vault.vault import create_vault  # noqa: PLC0415 - lazy

    make_key(key)
    try:
        create_vault(vault, key)
    except BaseException:
        key.unlink()
        raise
    narrate("keep the key where the audited team cannot read it, and not beside backups of the vault")
    click.echo(f"vault: {vault}")
    click.echo(f"key:   {key}")
    return 0


@command.command("list")
@VAULT
@KEY
def listed(vault: Path, key: Path) -> int:
    """List how many pseudonyms there are of each period: nobody's name."""
    from auditor.adapters.vault.vault import Vault  # noqa: PLC0415 - lazy

    with Vault(vault, key) as opened:
        for period, count in opened.counted().items():
            click.echo(f"{period}\t{count}")
    return 0


@command.command("export")
@VAULT
@KEY
@click.option(
    "--snapshot",
    type=click.Path(path_type=Path),
    multiple=True,
    help="Also what this snapshot holds on the person; repeatable.",
)
def export(vault: Path, key: Path, snapshot: tuple[Path, ...]) -> int:
    """Write what is held on the person whose identifier standard input holds, as JSON (Articles 15 and 20 GDPR)."""
    from auditor.adapters.vault.vault import Vault  # noqa: PLC0415 - lazy
    from auditor.model import isoformat  # noqa: PLC0415 - lazy
    from auditor.shell.pseudonyms import rows_of  # noqa: PLC0415 - lazy

    identifier = _identifier()
    with Vault(vault, key) as opened:
        held = opened.held(identifier)
    found = [
        {"snapshot": str(one), "table": table, "row": row}
        for one in snapshot
        for table, row in rows_of(one, [pseudonym.pseudonym for pseudonym in held])
    ]
    names = [{"period": one.period, "pseudonym": one.pseudonym} for one in held]
    document = {"identifier": identifier, "pseudonyms": names, "records": found}
    click.echo(json.dumps(document, ensure_ascii=False, indent=2, default=isoformat))
    return 0


@command.command("erase")
@VAULT
@KEY
def erase(vault: Path, key: Path) -> int:
    """Erase the person whose identifier standard input holds: no archive can be led back to them any more."""
    from auditor.adapters.vault.vault import Vault  # noqa: PLC0415 - lazy

    identifier = _identifier()
    with Vault(vault, key) as opened:
        click.echo(f"{opened.erase(identifier)} pseudonyms erased")
    narrate("backups of the vault hold them until they are deleted, or their key is")
    return 0


def _identifier() -> str:
    """Return the one line of standard input."""
    from auditor.errors import UsageError  # noqa: PLC0415 - lazy

    if sys.stdin.isatty():
        narrate("the identifier, as the source writes it, and Enter:")
    lines = sys.stdin.readline(), "" if sys.stdin.isatty() else sys.stdin.read()
    if not lines[0].strip() or lines[1].strip():
        raise UsageError("standard input holds no identifier, or several", remedy="give one, on one line")
    return lines[0].strip()

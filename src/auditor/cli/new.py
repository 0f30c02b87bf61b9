"""``auditor new control``."""

from __future__ import annotations

from pathlib import Path

import click

from auditor.cli.options import QUIET, narrate, nearest


@click.group("new")
def command() -> None:
    """Write the files that something new begins with."""


@command.command("control")
@click.argument("name", metavar="FAMILY.NAME")
@click.option(
    "--policies",
    type=click.Path(path_type=Path),
    required=True,
    help="Policy pack to write into; the shipped one is yours to copy, not to change.",
)
@click.option("--table", default="requests", show_default=True, help="Table that its query begins with.")
@QUIET
def control(name: str, policies: Path, table: str, *, quiet: bool) -> int:
    """Write query, policy and cases of a new control FAMILY.NAME, which decides nothing until you say when.

    What to write into each is told in the how-to, docs/how-to/write-a-control.md.
    """
    from auditor.adapters.policies.scaffold import write_control  # noqa: PLC0415 - lazy
    from auditor.errors import UsageError  # noqa: PLC0415 - lazy
    from auditor.tables import TABLES  # noqa: PLC0415 - lazy

    if table not in TABLES:
        raise UsageError(
            f"{table!r} is no table of a snapshot{nearest(table, TABLES)}",
            remedy=f"give one of {', '.join(sorted(TABLES))}",
        )
    for path in write_control(policies, name, TABLES[table]):
        click.echo(path)
    narrate(
        f"Next: say in them what is measured and when it passes, then `auditor policy build {policies}` and "
        f"`auditor policy test {policies}`.",
        quiet=quiet,
    )
    return 0

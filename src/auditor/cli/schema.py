"""``auditor schema``: the published JSON Schemas of what auditor writes."""

from __future__ import annotations

import click

from auditor.cli import complete


@click.command("schema")
@click.argument("name", required=False, shell_complete=complete.schemas)
def command(name: str | None) -> None:
    """Print the JSON Schema (2020-12) of documents NAME, as decisions or checklist; without NAME, list them."""
    from auditor.cli.options import nearest  # noqa: PLC0415 - lazy
    from auditor.errors import UsageError  # noqa: PLC0415 - lazy
    from auditor.schemas import names, schema_text  # noqa: PLC0415 - lazy

    if name is None:
        click.echo("\n".join(names()))
    elif name in names():
        click.echo(schema_text(name), nl=False)
    else:
        raise UsageError(
            f"{name!r}: no document of that name has a schema{nearest(name, names())}",
            remedy="`auditor schema` lists them",
        )

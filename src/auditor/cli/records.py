"""``auditor records``: check the documents that a controller keeps, and print their JSON Schemas."""

from __future__ import annotations

from pathlib import Path

import click

from auditor.cli.exit_codes import ExitCode

KINDS = ("register", "processors", "assessments", "transfers", "purposes")


@click.group("records")
def command() -> None:
    """Check the records of a controller: register, processors, assessments, transfers, purposes."""


@command.command("check")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False))
def check(files: tuple[Path, ...]) -> int:
    """Say every problem of each record in FILES, by its path; 1 where one leaves out what the law asks for."""
    from auditor.errors import CollectionError, raise_all  # noqa: PLC0415 - lazy
    from auditor.records.checking import record_of, unsaid  # noqa: PLC0415 - lazy
    from auditor.records.reading import REMEDY  # noqa: PLC0415 - lazy

    problems: list[str] = []
    gaps = 0
    for path in files:
        try:
            record = record_of(str(path), path.read_bytes())
        except CollectionError as error:
            problems.append(error.message)
            continue
        missing = list(unsaid(record))
        gaps += len(missing)
        click.echo(f"{path}: a record of kind {record.kind}{', but:' if missing else ''}")
        for gap in missing:
            click.echo(f"  {gap}")
    heading = f"{len(problems)} of {len(files)} files are no records:"
    raise_all(CollectionError, heading, problems, remedy=REMEDY)
    return ExitCode.GATE_NOT_MET if gaps else ExitCode.PASS


@command.command("schema")
@click.argument("kind", type=click.Choice(KINDS))
def schema(kind: str) -> None:
    """Print the JSON Schema of records of KIND."""
    from auditor.records.checking import schema_text  # noqa: PLC0415 - lazy

    click.echo(schema_text(kind), nl=False)

"""``auditor pii corpus|score``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from auditor.cli.options import QUIET, Instant, narrate

if TYPE_CHECKING:
    from datetime import datetime

LEAST = 200


@click.group("pii")
def command() -> None:
    """Test how a system handles personal data, on a labelled corpus."""


@command.command("corpus")
@click.option("--output", type=click.Path(path_type=Path), required=True, help="Folder to make; must not exist.")
@click.option("--seed", type=click.IntRange(min=0), required=True, help="The same seed gives the same corpus.")
@click.option(
    "--documents",
    type=click.IntRange(min=LEAST, max=1_000_000),
    default=1000,
    show_default=True,
    help="How many; ten plant each type twice.",
)
@QUIET
def made(output: Path, seed: int, documents: int, *, quiet: bool) -> int:
    """Make a corpus: documents.jsonl to feed to the system, labels.jsonl to keep from it."""
    from auditor.shell.pii import DOCUMENTS, write_corpus  # noqa: PLC0415 - lazy

    write_corpus(output, seed=seed, count=documents)
    narrate("keep labels.jsonl and corpus.json from the audited team until the system has answered", quiet=quiet)
    click.echo(str(output / DOCUMENTS))
    return 0


@command.command("score")
@click.option("--corpus", type=click.Path(path_type=Path), required=True, help="Folder that `auditor pii corpus` made.")
@click.option(
    "--outputs",
    type=click.Path(path_type=Path),
    required=True,
    help='What the system put out, one {"id", "output", "detections": [{"type", "start", "end"}]} a line.',
)
@click.option("--name", required=True, help="Name of the corpus, as auditor.toml and the profile list it.")
@click.option("--ran-at", type=Instant(), help="When the run ended; else now.")
@click.option("--output", type=click.Path(path_type=Path), required=True, help="File of results; must not exist.")
@QUIET
def score(corpus: Path, outputs: Path, name: str, ran_at: datetime | None, output: Path, *, quiet: bool) -> int:
    """Count what a system found, missed, imagined and left of a corpus, as a source of kind pii_results reads it."""
    from auditor.errors import UsageError  # noqa: PLC0415 - lazy
    from auditor.shell.clock import utc_now  # noqa: PLC0415 - lazy
    from auditor.shell.pii import score_outputs  # noqa: PLC0415 - lazy

    results = list(score_outputs(corpus, outputs, name=name, ran_at=ran_at or utc_now()))
    try:
        with output.open("x", encoding="utf-8") as file:
            file.writelines(json.dumps(one) + "\n" for one in results)
    except OSError as error:
        raise UsageError(f"{output}: cannot be written ({error.strerror})", remedy="give another --output") from error
    for one in results:
        narrate(
            f"{one['type']}: {one['detected']} of {one['planted']} found, {one['unredacted']} left, "
            f"{one['falsePositives']} imagined",
            quiet=quiet,
        )
    click.echo(str(output))
    return 0
